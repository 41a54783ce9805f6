// Stores what workers published. It may lag behind without slowing them; what it stored is exact: progress and rows
// are one transaction, repetitions are told by their source offset. What cannot be stored goes to the quarantine, alone.
import { isRecordFault, reasonOf } from '../domain/fault.ts';
import type { Collector, SinkBatch, SinkProgress, SinkStore } from '../ports/stream/sink-store.ts';
import { FencedError } from '../ports/stream/state-store.ts';
import type { Output, PartitionInput, StreamRecord } from '../ports/stream/stream.ts';
import { asideOf, collect } from './collect-output.ts';

const MAX_RECORDS = 1000;
const FIRST_RETRY_MS = 50;
const SLOWEST_RETRY_MS = 2000;
const LOOK_MS = 5000;

export type SinkParts<Collected extends Collector> = {
  readonly output: Output;
  readonly partition: number;
  readonly store: SinkStore<Collected>;
  readonly open: (output: Output, partition: number, fromOffset: number) => PartitionInput;
  readonly sleep: (ms: number) => Promise<void>;
  /** So many records are in the database now; the oldest was written then. */
  readonly onStored?: (records: number, oldestMs: number) => void;
  readonly onTrouble?: (what: string, error: Error) => void;
};

export type SinkRunner = {
  readonly ended: Promise<void>;
  stop(): void;
  progress(): SinkProgress | undefined;
};

type SinkRun<Collected extends Collector> = {
  readonly parts: SinkParts<Collected>;
  stopping: boolean;
  /** What is being read. */
  input: PartitionInput | undefined;
  /** What is stored, once that is known. */
  progress: SinkProgress | undefined;
};

/** Stores one output of one partition until it is stopped. */
export function startSink<Collected extends Collector>(parts: SinkParts<Collected>): SinkRunner {
  const run: SinkRun<Collected> = { parts, stopping: false, input: undefined, progress: undefined };
  return {
    ended: runToEnd(run),
    stop() {
      run.stopping = true;
      run.input?.close();
    },
    progress: () => run.progress,
  };
}

async function runToEnd<Collected extends Collector>(run: SinkRun<Collected>): Promise<void> {
  const { output, partition, store, sleep, onTrouble } = run.parts;
  void lookNowAndThen(run);
  while (!run.stopping) {
    try {
      const start = await persistently(run, 'read the progress', () => store.progress(output, partition));
      if (start) await storeFrom(run, start);
      else return;
    } catch (error) {
      onTrouble?.('store', error as Error);
      if (!(error instanceof FencedError)) throw error;
      // Another sink had this one for a while, or an answer was lost: go on from where things stand.
      await sleep(FIRST_RETRY_MS);
    } finally {
      run.input?.close();
    }
  }
}

/**
 * A database that died may have forgotten the last of what it said was stored. The next batch would find out; where
 * none comes, only a look does.
 */
async function lookNowAndThen<Collected extends Collector>(run: SinkRun<Collected>): Promise<void> {
  const { output, partition, store, sleep, onTrouble } = run.parts;
  for (await sleep(LOOK_MS); !run.stopping; await sleep(LOOK_MS)) {
    const believed = run.progress;
    if (!believed) continue;
    try {
      const { nextOffset } = await store.progress(output, partition);
      // Storing starts anew from where things stand.
      if (run.progress === believed && nextOffset !== believed.nextOffset) run.input?.close();
    } catch (error) {
      onTrouble?.('look at the progress', error as Error);
    }
  }
}

/** Until it works: what is the machine's fault waits. `isFinal` tells errors that no waiting mends. */
async function persistently<Collected extends Collector, T>(
  run: SinkRun<Collected>,
  what: string,
  attempt: () => Promise<T>,
  isFinal: (error: unknown) => boolean = () => false,
): Promise<T | undefined> {
  for (let wait = FIRST_RETRY_MS; !run.stopping; wait = Math.min(wait * 2, SLOWEST_RETRY_MS)) {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof FencedError || isFinal(error)) throw error;
      run.parts.onTrouble?.(what, error as Error);
      await run.parts.sleep(wait);
    }
  }
  return undefined;
}

/** A batch is read while the one before is being stored. */
async function storeFrom<Collected extends Collector>(
  run: SinkRun<Collected>,
  start: SinkProgress,
): Promise<void> {
  const { output, partition, store, open, onStored } = run.parts;
  const from = open(output, partition, start.nextOffset);
  run.input = from;
  run.progress = start;
  let readTo = start;
  let storing = Promise.resolve(true);
  while (!run.stopping) {
    const records = await from.take(MAX_RECORDS);
    if (records.length === 0) break;
    const collected = store.collect(partition);
    const before = readTo;
    readTo = collect(partition, before, records, collected);
    const batch = { output, partition, before, after: readTo, collected };
    if (!(await storing)) return;
    const [{ timestampMs: oldestMs }] = records;
    const count = records.length;
    storing = storeBatch(run, batch, records, () => onStored?.(count, oldestMs));
    // Noticed at once, not when the next record comes.
    storing.catch(() => from.close());
  }
  await storing;
}

/** `records` are what the batch was collected from. */
async function storeBatch<Collected extends Collector>(
  run: SinkRun<Collected>,
  batch: SinkBatch<Collected>,
  records: readonly StreamRecord[],
  stored: () => void,
): Promise<boolean> {
  let refused: Error | undefined;
  const done = await persistently(run, 'store', async () => {
    try {
      await run.parts.store.store([batch]);
    } catch (error) {
      if (!isRecordFault(error)) throw error;
      refused = error as Error;
    }
    return true;
  });
  if (!done) return false;
  if (refused) return storeNarrowed(run, batch, records, refused, stored);
  run.progress = batch.after;
  stored();
  return true;
}

/** By halves, down to the record that the database refuses: that one is set aside. */
async function storeNarrowed<Collected extends Collector>(
  run: SinkRun<Collected>,
  { before }: SinkBatch<Collected>,
  records: readonly StreamRecord[],
  refused: Error,
  stored: () => void,
): Promise<boolean> {
  const { output, partition, store } = run.parts;
  const batchOf = (from: SinkProgress, part: readonly StreamRecord[]): SinkBatch<Collected> => {
    const collected = store.collect(partition);
    return { output, partition, before: from, after: collect(partition, from, part, collected), collected };
  };
  if (records.length === 1) {
    const aside = { record: records[0], before, after: batchOf(before, records).after };
    return setAside(run, aside, refused, stored);
  }
  const middle = records.length >> 1;
  const first = batchOf(before, records.slice(0, middle));
  if (!(await storeBatch(run, first, records.slice(0, middle), () => undefined))) return false;
  return storeBatch(run, batchOf(first.after, records.slice(middle)), records.slice(middle), stored);
}

/** A record that the database refuses, and how far the sink is without it and with it. */
type Refused = {
  readonly record: StreamRecord;
  readonly before: SinkProgress;
  readonly after: SinkProgress;
};

async function setAside<Collected extends Collector>(
  run: SinkRun<Collected>,
  { record, before, after }: Refused,
  refused: Error,
  stored: () => void,
): Promise<boolean> {
  const { output, partition, store, onTrouble } = run.parts;
  onTrouble?.(`set aside the record at offset ${record.offset}`, refused);
  const letter = asideOf(partition, record, reasonOf(refused), before.sourceOffset);
  for (const entry of [letter, { ...letter, raw: '' }]) {
    const collected = store.collect(partition);
    collected.deadLetter(entry);
    try {
      const done = await persistently(
        run,
        'set aside',
        async () => {
          await store.store([{ output, partition, before, after, collected }]);
          return true;
        },
        isRecordFault,
      );
      if (!done) return false;
      run.progress = after;
      stored();
      return true;
    } catch (error) {
      // Without its text it may be taken.
      if (!isRecordFault(error) || entry.raw === '') throw error;
    }
  }
  return false;
}
