// The last of a simulated past as records of a log, in the order in which they became known, and what goes on after it.
import type { LogRecord } from '../engine/records.ts';
import { createLabelClock } from '../training/label-clock.ts';
import { type PastOptions, simulatedPast } from '../training/simulated-past.ts';
import {
  dressed,
  eventsOf,
  type GoesOn,
  type LaterLabel,
  laterLabel,
  ownFieldsOf,
} from './simulated-stream.ts';

/** A record, and when it became known. */
export type TimedRecord = { readonly atMs: number; readonly record: LogRecord };

export type PastRecordsOptions = PastOptions & {
  /** Those of before are in histories alone. */
  readonly fromMs: number;
  /** Whether people do something besides paying. */
  readonly events: boolean;
  /** Whether payments and events have fields of a bank's own. */
  readonly ownFields: boolean;
};

export type PastRecords = {
  /** The same each time; to be gone through once. */
  records(): Generator<TimedRecord>;
  /** What is under way where they end, once they were gone through. */
  readonly goesOn: GoesOn;
  /** What each fraud that was gone through is, by the id of its transaction. */
  readonly frauds: ReadonlyMap<string, string>;
};

export function pastRecords({ fromMs, events, ownFields, ...past }: PastRecordsOptions): PastRecords {
  const labels = createLabelClock<LaterLabel>();
  const accountEvents = eventsOf(past.preset, events, past.seed, fromMs, 'past-ev-');
  const beside = { accountEvents, ownFields: ownFieldsOf(past.preset, ownFields, past.seed) };
  const frauds = new Map<string, string>();

  function* known(atMs: number, isKept: boolean): Generator<TimedRecord> {
    for (const { label } of labels.due(atMs))
      if (isKept) yield { atMs: label.labelledAtMs, record: { kind: 'label', label } };
  }

  return {
    goesOn: { labels, accountEvents },
    frauds,
    *records() {
      for (const { label, ...simulated } of simulatedPast(past).transactions()) {
        const { fraudType } = simulated;
        const atMs = simulated.transaction.occurredAtMs;
        const isKept = atMs >= fromMs;
        yield* known(atMs, isKept);
        if (!isKept) {
          if (label && fraudType !== undefined)
            labels.schedule(laterLabel(simulated.transaction, fraudType, label.knownAtMs));
          continue;
        }
        const { payment, events } = dressed(simulated, beside);
        const { transaction } = payment;
        if (label && fraudType !== undefined) {
          labels.schedule(laterLabel(transaction, fraudType, label.knownAtMs));
          frauds.set(transaction.id, fraudType);
        }
        for (const event of events) yield { atMs, record: { kind: 'event', event, receivedAtMs: atMs } };
        yield { atMs, record: { kind: 'transaction', transaction, receivedAtMs: atMs } };
      }
      yield* known(past.endMs, true);
    },
  };
}
