// Decides records of a past in the order of time, each at its own time, by the engine that decides from then on, and stores them.
import type { BatchOutput, Engine, Memory } from '../engine/process-batch.ts';
import type { LogRecord } from '../engine/records.ts';
import type { Store } from '../ports/store.ts';
import type { Log } from '../ports/stream/log.ts';
import { commitNarrowed } from '../stream/commit-narrowed.ts';
import type { TimedRecord } from './past-records.ts';

const PARTITION = 0;
/** What is stored by one statement: decided meanwhile is the next. */
const AT_ONCE = 1000;
/** Of so long one batch is decided, at the time of its last record. */
const BATCH_MS = 200;

export type PastDecider = {
  /** The offset after the last that was taken. */
  readonly nextOffset: number;
  /** Takes the next record; what the log or the store has already is passed over. */
  take(record: TimedRecord): Promise<void>;
  /** Resolves once all that was taken is stored. */
  finish(): Promise<void>;
};

export type PastParts = {
  readonly engine: Engine;
  readonly log: Pick<Log, 'append' | 'endOffset' | 'read'>;
  readonly store: Pick<Store, 'commit' | 'counts'>;
  readonly committed: number;
  /** The record as the desk takes it in. */
  readonly takenIn: (record: LogRecord) => LogRecord;
};

/** Each id of a past comes once, and so does each label. */
const NOTHING: Memory = { label: () => undefined };

/** From `firstOffset` on, which the first record that is taken has. */
export function createPastDecider(
  { engine, log, store, committed, takenIn }: PastParts,
  firstOffset: number,
): PastDecider {
  let waiting: TimedRecord[] = [];
  let nextOffset = firstOffset;
  let storing: Promise<void> = Promise.resolve();

  async function flush(): Promise<void> {
    const chunk = waiting;
    waiting = [];
    if (chunk.length === 0) return;
    const first = nextOffset - chunk.length;
    const fresh = chunk.slice(Math.max(0, log.endOffset() - first));
    const appended = log.append(fresh.map(({ record }) => record));
    appended.catch(() => undefined);
    const output = decided(engine, chunk, first);
    await appended;
    await storing;
    storing = commitNarrowed(output, store.commit, () => undefined);
    storing.catch(() => undefined);
  }

  return {
    get nextOffset() {
      return nextOffset;
    },
    async take({ atMs, record }) {
      if (nextOffset++ < committed) return;
      waiting.push({ atMs, record: takenIn(record) });
      if (waiting.length >= AT_ONCE) await flush();
    },
    async finish() {
      await flush();
      await storing;
    },
  };
}

/** The outputs of its batches as one, which is stored as one. */
function decided(engine: Engine, records: readonly TimedRecord[], firstOffset: number): BatchOutput {
  const outputs: BatchOutput[] = [];
  for (let from = 0; from < records.length; ) {
    let until = from + 1;
    while (until < records.length && records[until].atMs - records[from].atMs <= BATCH_MS) until++;
    const batch = records.slice(from, until).map(({ record }) => record);
    const range = { firstOffset: firstOffset + from, nextOffset: firstOffset + until };
    outputs.push(
      engine.processBatch(PARTITION, { ...range, records: batch }, NOTHING, records[until - 1].atMs),
    );
    from = until;
  }
  return {
    partition: PARTITION,
    firstOffset,
    nextOffset: firstOffset + records.length,
    decided: outputs.flatMap((output) => output.decided),
    observed: outputs.flatMap((output) => output.observed),
    labelled: outputs.flatMap((output) => output.labelled),
    quarantined: outputs.flatMap((output) => output.quarantined),
    results: outputs.flatMap((output) => output.results),
  };
}
