// Stores what workers published. It may lag behind without slowing them; what it stored is exact: progress and rows
// are one transaction, repetitions are told by their source offset.
import type { Collector, SinkBatch, SinkProgress, SinkStore } from '../ports/sink-store.ts';
import { FencedError } from '../ports/state-store.ts';
import type { Output, PartitionInput, StreamRecord } from '../ports/stream.ts';
import { decodeMessage } from './message-codec.ts';

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

/** Reads records of an output into `collected`, leaving repetitions out; gives how far they go. */
function collect(
  partition: number,
  before: SinkProgress,
  records: readonly StreamRecord[],
  collected: Collector,
): SinkProgress {
  let { sourceOffset } = before;
  for (const { value } of records) {
    if (value === null) continue;
    const message = decodeMessage(value);
    const offset = message.kind === 'decision' ? message.decided.offset : message.offset;
    if (message.kind === 'claim' || offset <= sourceOffset) continue;
    sourceOffset = offset;
    if (message.kind === 'decision') collected.decided(message.decided, value);
    else if (message.kind === 'label') collected.labelled({ offset, label: message.label });
    else {
      const { raw, problems, receivedAtMs } = message;
      const source = `stream, partition ${partition}, offset ${offset}`;
      collected.deadLetter({ source, raw, problems, receivedAtMs });
    }
  }
  return { nextOffset: records[records.length - 1].offset + 1, sourceOffset };
}

/** Stores one output of one partition until it is stopped. */
export function startSink<Collected extends Collector>(parts: SinkParts<Collected>): SinkRunner {
  const { output, partition, store, sleep, onStored, onTrouble } = parts;
  let stopping = false;
  let input: PartitionInput | undefined;
  let progress: SinkProgress | undefined;

  async function persistently<T>(what: string, attempt: () => Promise<T>): Promise<T | undefined> {
    for (let wait = FIRST_RETRY_MS; !stopping; wait = Math.min(wait * 2, SLOWEST_RETRY_MS)) {
      try {
        return await attempt();
      } catch (error) {
        if (error instanceof FencedError) throw error;
        onTrouble?.(what, error as Error);
        await sleep(wait);
      }
    }
    return undefined;
  }

  /** A batch is read while the one before is being stored. */
  async function storeFrom(start: SinkProgress): Promise<void> {
    const from = parts.open(output, partition, start.nextOffset);
    input = from;
    progress = start;
    let readTo = start;
    let storing = Promise.resolve(true);
    while (!stopping) {
      const records = await from.take(MAX_RECORDS);
      if (records.length === 0) break;
      const collected = store.collect(partition);
      const before = readTo;
      readTo = collect(partition, before, records, collected);
      const batch = { output, partition, before, after: readTo, collected };
      if (!(await storing)) return;
      const [{ timestampMs: oldestMs }] = records;
      const count = records.length;
      storing = storeBatch(batch, () => onStored?.(count, oldestMs));
      // Noticed at once, not when the next record comes.
      storing.catch(() => from.close());
    }
    await storing;
  }

  async function storeBatch(batch: SinkBatch<Collected>, stored: () => void): Promise<boolean> {
    const done = await persistently('store', async () => {
      await store.store([batch]);
      return true;
    });
    if (!done) return false;
    progress = batch.after;
    stored();
    return true;
  }

  /**
   * A database that died may have forgotten the last of what it said was stored. The next batch would find out; where
   * none comes, only a look does.
   */
  async function lookNowAndThen(): Promise<void> {
    for (await sleep(LOOK_MS); !stopping; await sleep(LOOK_MS)) {
      const believed = progress;
      if (!believed) continue;
      try {
        const { nextOffset } = await store.progress(output, partition);
        // Storing starts anew from where things stand.
        if (progress === believed && nextOffset !== believed.nextOffset) input?.close();
      } catch (error) {
        onTrouble?.('look at the progress', error as Error);
      }
    }
  }

  async function run(): Promise<void> {
    void lookNowAndThen();
    while (!stopping) {
      try {
        const start = await persistently('read the progress', () => store.progress(output, partition));
        if (start) await storeFrom(start);
        else return;
      } catch (error) {
        onTrouble?.('store', error as Error);
        if (!(error instanceof FencedError)) throw error;
        // Another sink had this one for a while, or an answer was lost: go on from where things stand.
        await sleep(FIRST_RETRY_MS);
      } finally {
        input?.close();
      }
    }
  }

  return {
    ended: run(),
    stop() {
      stopping = true;
      input?.close();
    },
    progress: () => progress,
  };
}
