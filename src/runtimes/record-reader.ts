// How a desk reads a transaction from outside: what it takes in, and what it converts amounts with now.
import type { DataModel } from '../domain/data-model.ts';
import { readTransaction } from '../domain/read-transaction.ts';
import type { Clock } from '../ports/clock.ts';
import type { Desk } from '../ports/desk.ts';
import type { CardSettings } from './card-settings.ts';
import type { MoneyInService } from './money-in-service.ts';

export type ReaderSettings = {
  /** The most that one transaction may move, where it is not the preset. */
  readonly maxAmountMinor?: number | undefined;
  /** What becomes of card numbers; they are refused where it is not said. */
  readonly cards?: CardSettings | undefined;
  /** How far the clocks of the desk's time zone are ahead of UTC, where it has one. */
  readonly offsetAt?: ((timeMs: number) => number) | undefined;
};

/** Reads transactions as settings, clock, rates and the data model that is live say at the time. */
export const recordReader =
  (
    { maxAmountMinor, cards, offsetAt }: ReaderSettings,
    clock: Clock,
    money: Pick<MoneyInService, 'current'>,
    dataModel: () => DataModel,
  ): Desk['readTransaction'] =>
  (value) =>
    readTransaction(value, {
      nowMs: clock.nowMs(),
      ...(maxAmountMinor !== undefined && { maxAmountMinor }),
      ...(cards && { cards: cards.policy }),
      ...(offsetAt && { offsetAt }),
      dataModel: dataModel(),
      money: money.current(),
    });
