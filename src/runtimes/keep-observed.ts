// Watches the own fields of what is decided and of events, and adds what was seen to the database every few seconds: what a death
// loses is seconds.
import type { DataModel } from '../domain/data-model.ts';
import { createFieldObserver, type RecordKind } from '../domain/observed-fields.ts';
import { ownDataOf } from '../domain/own-data.ts';
import type { Decided, Observed } from '../engine/process-batch.ts';
import type { Boundary } from '../ports/boundary.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObservedFields } from '../ports/office/observed-fields.ts';

const EVERY_MS = 5000;

/** Of a batch, what may have own fields. */
type Came = {
  readonly decided: readonly Pick<Decided, 'transaction'>[];
  readonly observed: readonly Pick<Observed, 'event'>[];
};

export type ObservedKeeper = {
  look(came: Came): void;
  /** Ends with what was seen last in the database. */
  stop(): Promise<void>;
};

export function keepObserved(
  book: ObservedFields,
  dataModel: () => DataModel,
  clock: Clock,
  boundary: Boundary,
): ObservedKeeper {
  const transactions = watch('transaction', book, clock);
  const events = watch('event', book, clock);
  async function write(): Promise<void> {
    await transactions.write();
    await events.write();
  }
  const stop = boundary.every('observed fields', EVERY_MS, write);
  return {
    look({ decided, observed }) {
      if (decided.length === 0 && observed.length === 0) return;
      const own = ownDataOf(dataModel());
      const nowMs = clock.nowMs();
      for (const { transaction } of decided) transactions.look(transaction.attributes, own, nowMs);
      for (const { event } of observed) events.look(event.attributes, own, nowMs);
    },
    async stop() {
      stop();
      await write();
    },
  };
}

function watch(of: RecordKind, book: ObservedFields, clock: Clock) {
  const { look, take } = createFieldObserver();
  /** Without own fields nothing is written: most installations have none. */
  let hasFields: boolean | undefined;
  return {
    look,
    async write(): Promise<void> {
      const seen = take();
      if (!seen) return;
      hasFields ||= seen.fields.size > 0;
      hasFields ??= (await book.read(of)).fields.size > 0;
      if (hasFields) await book.add(of, seen, clock.nowMs());
    },
  };
}
