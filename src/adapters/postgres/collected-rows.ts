// What a sink reads of a partition, as it is going to be stored: rows for COPY, counts, and the few things that need a look.
import { isLookedAt } from '../../domain/decision.ts';
import type { Decided, Labelled, Observed } from '../../engine/process-batch.ts';
import type { DeadLetterEntry } from '../../ports/office/dead-letters.ts';
import type { Collector } from '../../ports/stream/sink-store.ts';
import { addCount, type Counts } from '../sql/commit.ts';
import { type CopyRows, createCopyRows } from './copy-rows.ts';
import { addTransactionRow } from './transaction-rows.ts';

const DAY_MS = 86_400_000;

export type CollectedRows = Collector & {
  readonly rows: CopyRows;
  /** Where the numbers of the rows stand; as many as there are decisions. */
  readonly seqAt: readonly number[];
  /** Of each decision what it was read from. */
  readonly messages: readonly Uint8Array[];
  /** What people are asked about. */
  readonly lookedAt: readonly { readonly item: Decided; readonly row: number }[];
  readonly counts: Counts;
  /** Days on which transactions occurred, as times. */
  dayTimesMs(): number[];
  readonly events: readonly Observed[];
  readonly labels: readonly Labelled[];
  readonly deadLetters: readonly DeadLetterEntry[];
};

/** Rows are written into `bytes` as long as there is room. */
export function collectRows(partition: number, bytes: Buffer): CollectedRows {
  const rows = createCopyRows(bytes);
  const seqAt: number[] = [];
  const messages: Uint8Array[] = [];
  const lookedAt: { item: Decided; row: number }[] = [];
  const counts: Counts = new Map();
  const days = new Set<number>();
  const events: Observed[] = [];
  const labels: Labelled[] = [];
  const deadLetters: DeadLetterEntry[] = [];
  return {
    rows,
    seqAt,
    messages,
    lookedAt,
    counts,
    dayTimesMs: () => [...days].map((day) => day * DAY_MS),
    events,
    labels,
    deadLetters,
    decided(item, message) {
      const before = rows.mark();
      try {
        const seq = addTransactionRow(rows, item, partition);
        addCount(counts, item);
        seqAt.push(seq);
      } catch (error) {
        rows.rewind(before);
        throw error;
      }
      if (isLookedAt(item.decision)) lookedAt.push({ item, row: seqAt.length - 1 });
      messages.push(message);
      days.add(Math.floor(item.transaction.occurredAtMs / DAY_MS));
    },
    observed: (item) => events.push(item),
    labelled: (item) => labels.push(item),
    deadLetter: (entry) => deadLetters.push(entry),
  };
}
