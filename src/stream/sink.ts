// Stores what workers published. It may lag behind without slowing them; what it stored is exact: progress and rows
// are one transaction, repetitions are told by their source offset. What cannot be stored goes to the quarantine, alone.
import { asBuffer } from '../domain/bytes.ts';
import { isRecordFault, lacksMemory, reasonOf } from '../domain/fault.ts';
import type { LogRecord } from '../engine/records.ts';
import { DEAD_LETTER_CHARACTERS, type DeadLetterEntry, letterOf } from '../ports/office/dead-letters.ts';
import type { Collector, SinkBatch, SinkProgress, SinkStore } from '../ports/stream/sink-store.ts';
import { FencedError } from '../ports/stream/state-store.ts';
import type { Output, PartitionInput, StreamRecord } from '../ports/stream/stream.ts';
import { decodeMessage, type OutputMessage, readMessage } from './message-codec.ts';

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
  for (const record of records) {
    const { value } = record;
    if (value === null) continue;
    try {
      const message = decodeMessage(value);
      const offset = offsetOf(message);
      if (message.kind === 'claim' || offset <= sourceOffset) continue;
      take(partition, message, value, collected);
      sourceOffset = offset;
    } catch (error) {
      if (lacksMemory(error)) throw error;
      collected.deadLetter(asideOf(partition, record, reasonOf(error), sourceOffset));
      sourceOffset = Math.max(sourceOffset, readOffset(value) ?? sourceOffset);
    }
  }
  return { nextOffset: records[records.length - 1].offset + 1, sourceOffset };
}

const offsetOf = (message: OutputMessage): number =>
  message.kind === 'decision' ? message.decided.offset : message.offset;

function readOffset(value: Uint8Array): number | undefined {
  const message = readMessage(value);
  return message && message.kind !== 'claim' ? offsetOf(message) : undefined;
}

const placeOf = (partition: number, offset: number): string =>
  `stream, partition ${partition}, offset ${offset}`;

function take(partition: number, message: OutputMessage, value: Uint8Array, collected: Collector): void {
  if (message.kind === 'decision') collected.decided(message.decided, value);
  else if (message.kind === 'label') collected.labelled({ offset: message.offset, label: message.label });
  else if (message.kind === 'dead-letter') {
    const { raw, problems, receivedAtMs, offset, quarantine } = message;
    collected.deadLetter({
      source: placeOf(partition, offset),
      raw,
      problems,
      receivedAtMs,
      ...(quarantine && { quarantine: { ...quarantine, offset } }),
    });
  }
}

/** The letter of a message that cannot be stored. What it decided or labelled is in the histories, and stays there. */
function asideOf(
  partition: number,
  { value, offset: topicOffset, timestampMs }: StreamRecord,
  reason: string,
  reached: number,
): DeadLetterEntry {
  const text = asBuffer(value ?? new Uint8Array()).toString('utf8');
  const message = value ? readMessage(value) : undefined;
  if (!message || message.kind === 'claim' || message.kind === 'dead-letter') {
    return {
      source: `output of partition ${partition}, offset ${topicOffset}, after ${reached}`,
      raw: text.slice(0, DEAD_LETTER_CHARACTERS),
      problems: [{ pointer: '', message: reason }],
      receivedAtMs: timestampMs,
      quarantine: { step: 'reading' },
    };
  }
  const offset = offsetOf(message);
  const record: LogRecord =
    message.kind === 'label'
      ? { kind: 'label', label: message.label }
      : {
          kind: 'transaction',
          transaction: message.decided.transaction,
          receivedAtMs: message.decided.receivedAtMs,
        };
  return {
    ...letterOf({ offset, record, reason }, 'storing', placeOf(partition, offset)),
    decidedAt: { partition, offset },
    ...(message.kind === 'decision' && { decided: text }),
  };
}

/** Stores one output of one partition until it is stopped. */
export function startSink<Collected extends Collector>(parts: SinkParts<Collected>): SinkRunner {
  const { output, partition, store, sleep, onStored, onTrouble } = parts;
  let stopping = false;
  let input: PartitionInput | undefined;
  let progress: SinkProgress | undefined;

  /** Until it works: what is the machine's fault waits. `isFinal` tells errors that no waiting mends. */
  async function persistently<T>(
    what: string,
    attempt: () => Promise<T>,
    isFinal: (error: unknown) => boolean = () => false,
  ): Promise<T | undefined> {
    for (let wait = FIRST_RETRY_MS; !stopping; wait = Math.min(wait * 2, SLOWEST_RETRY_MS)) {
      try {
        return await attempt();
      } catch (error) {
        if (error instanceof FencedError || isFinal(error)) throw error;
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
      storing = storeBatch(batch, records, () => onStored?.(count, oldestMs));
      // Noticed at once, not when the next record comes.
      storing.catch(() => from.close());
    }
    await storing;
  }

  /** `records` are what the batch was collected from. */
  async function storeBatch(
    batch: SinkBatch<Collected>,
    records: readonly StreamRecord[],
    stored: () => void,
  ): Promise<boolean> {
    let refused: Error | undefined;
    const done = await persistently('store', async () => {
      try {
        await store.store([batch]);
      } catch (error) {
        if (!isRecordFault(error)) throw error;
        refused = error as Error;
      }
      return true;
    });
    if (!done) return false;
    if (refused) return storeNarrowed(batch, records, refused, stored);
    progress = batch.after;
    stored();
    return true;
  }

  /** By halves, down to the record that the database refuses: that one is set aside. */
  async function storeNarrowed(
    { before }: SinkBatch<Collected>,
    records: readonly StreamRecord[],
    refused: Error,
    stored: () => void,
  ): Promise<boolean> {
    const batchOf = (from: SinkProgress, part: readonly StreamRecord[]): SinkBatch<Collected> => {
      const collected = store.collect(partition);
      return { output, partition, before: from, after: collect(partition, from, part, collected), collected };
    };
    if (records.length > 1) {
      const middle = records.length >> 1;
      const first = batchOf(before, records.slice(0, middle));
      if (!(await storeBatch(first, records.slice(0, middle), () => undefined))) return false;
      return storeBatch(batchOf(first.after, records.slice(middle)), records.slice(middle), stored);
    }
    const [record] = records;
    onTrouble?.(`set aside the record at offset ${record.offset}`, refused);
    const after = batchOf(before, records).after;
    const letter = asideOf(partition, record, reasonOf(refused), before.sourceOffset);
    for (const entry of [letter, { ...letter, raw: '' }]) {
      const collected = store.collect(partition);
      collected.deadLetter(entry);
      try {
        const done = await persistently(
          'set aside',
          async () => {
            await store.store([{ output, partition, before, after, collected }]);
            return true;
          },
          isRecordFault,
        );
        if (!done) return false;
        progress = after;
        stored();
        return true;
      } catch (error) {
        // Without its text it may be taken.
        if (!isRecordFault(error) || entry.raw === '') throw error;
      }
    }
    return false;
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
