// Watches the own fields of what is decided, and adds what was seen to the database every few seconds: what a death loses is seconds.
import type { DataModel } from '../domain/data-model.ts';
import { createFieldObserver } from '../domain/observed-fields.ts';
import { ownDataOf } from '../domain/own-data.ts';
import type { Decided } from '../engine/process-batch.ts';
import type { Boundary } from '../ports/boundary.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObservedFields } from '../ports/office/observed-fields.ts';

const EVERY_MS = 5000;

export type ObservedKeeper = {
  look(decided: readonly Pick<Decided, 'transaction'>[]): void;
  /** Ends with what was seen last in the database. */
  stop(): Promise<void>;
};

export function keepObserved(
  book: ObservedFields,
  dataModel: () => DataModel,
  clock: Clock,
  boundary: Boundary,
): ObservedKeeper {
  const observer = createFieldObserver();
  /** Without own fields nothing is written: most installations have none. */
  let hasFields: boolean | undefined;
  async function write(): Promise<void> {
    const seen = observer.take();
    if (!seen) return;
    hasFields ||= seen.fields.size > 0;
    hasFields ??= (await book.read()).fields.size > 0;
    if (hasFields) await book.add(seen, clock.nowMs());
  }
  const stop = boundary.every('observed fields', EVERY_MS, write);
  return {
    look(decided) {
      if (decided.length === 0) return;
      const own = ownDataOf(dataModel());
      const nowMs = clock.nowMs();
      for (const { transaction } of decided) observer.look(transaction.attributes, own, nowMs);
    },
    async stop() {
      stop();
      await write();
    },
  };
}
