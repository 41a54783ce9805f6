// How a desk reads transactions and events from outside: what it takes in, and what it converts amounts with now.
import { readCustomerEvent } from '../domain/customer-event.ts';
import type { DataModel } from '../domain/data-model.ts';
import { type Bounds, readTransaction } from '../domain/read-transaction.ts';
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
  /** What is declared besides the fields, types and channels of the program, in what is live at the time. */
  readonly dataModel?: (() => DataModel) | undefined;
};

/** Reads records as settings, clock and rates say at the time. */
export function recordReader(
  { maxAmountMinor, cards, offsetAt, dataModel }: ReaderSettings,
  clock: Clock,
  money: Pick<MoneyInService, 'current'>,
): Pick<Desk, 'bounds' | 'readTransaction' | 'readEvent'> {
  const bounds = (): Bounds => ({
    nowMs: clock.nowMs(),
    ...(maxAmountMinor !== undefined && { maxAmountMinor }),
    ...(cards && { cards: cards.policy }),
    ...(offsetAt && { offsetAt }),
    ...(dataModel && { dataModel: dataModel() }),
    money: money.current(),
  });
  return {
    bounds,
    readTransaction: (value) => readTransaction(value, bounds()),
    readEvent: (value) => readCustomerEvent(value, bounds()),
  };
}
