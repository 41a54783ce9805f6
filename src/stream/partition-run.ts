// What the runner of a partition is given, and its state while it runs. The store and the broker may be away for as long
// as they like: what fails is tried again until it works, or the runner is stopped.
import type { Problem } from '../domain/problem.ts';
import type { BatchOutput } from '../engine/process-batch.ts';
import type { Clock } from '../ports/clock.ts';
import type { BaseHistories, DecidedHistory, HistoryItem } from '../ports/stream/history.ts';
import { FencedError, type StateStore } from '../ports/stream/state-store.ts';
import type { PartitionInput, StreamMessage, StreamRecord, StreamSource } from '../ports/stream/stream.ts';
import type { Work, WorkParts } from './partition-work.ts';
import type { Publisher } from './publisher.ts';
import type { Read } from './read-records.ts';

const FIRST_RETRY_MS = 20;
const SLOWEST_RETRY_MS = 2000;

export type PartitionEvents = {
  readonly onDecided?: (output: BatchOutput, batch: Pick<Read, 'duplicates' | 'traces'>) => void;
  readonly onCommitted?: (partition: number, records: number, commitMs: number) => void;
  readonly onPublished?: (partition: number, messages: readonly StreamMessage[]) => void;
  readonly onDeadLetter?: (record: StreamRecord, problems: readonly Problem[]) => void;
  /** The state is taken from one offset to another by what was published. */
  readonly onRebuild?: (partition: number, fromOffset: number, toOffset: number) => void;
  /** From this offset on a catalogue decides that did not before, or not here. */
  readonly onCatalogue?: (partition: number, hash: string, fromOffset: number) => void;
  /** What was decided and cannot be taken into the histories any more. */
  readonly onRefused?: (partition: number, item: HistoryItem, reason: string) => void;
  /** Decisions are made without histories from here on, until the store answers. */
  readonly onStoreAway?: (partition: number) => void;
  readonly onTrouble?: (partition: number, what: string, error: Error) => void;
};

export type PartitionParts = WorkParts & {
  readonly store: StateStore;
  readonly source: StreamSource;
  readonly publisher: Publisher;
  readonly clock: Clock;
  /** Never goes back; it stands still for nobody, not for a process that sleeps either. */
  readonly monotonicMs: () => number;
  /** For state that was lost, or is behind what was published. */
  readonly history: DecidedHistory;
  readonly base: BaseHistories;
  readonly sleep: (ms: number) => Promise<void>;
  /** Decided and not yet published; beyond this no more records are taken. */
  readonly maxOutboxBytes: number;
  readonly events: PartitionEvents;
  /** After so long without the store, decisions are made without histories; without it they wait. */
  readonly fallbackAfterMs?: number;
};

export type PartitionRun = {
  readonly parts: PartitionParts;
  stopping: boolean;
  /** Once it is read from. */
  input: PartitionInput | undefined;
  /** Once it was acquired. */
  work: Work | undefined;
};

/** Ends this run; the worker starts another if the partition is still its own. */
export function stopRun(run: PartitionRun): void {
  run.stopping = true;
  run.input?.close();
}

/**
 * Until it works or the runner is stopped, or `giveUp` says that it was waited for long enough. Rejects with FencedError.
 */
export async function persistently<T>(
  run: PartitionRun,
  what: string,
  attempt: () => Promise<T>,
  giveUp?: () => boolean,
): Promise<T | undefined> {
  const { partition, events, sleep, fallbackAfterMs } = run.parts;
  const once = async (): Promise<T> => {
    if (!giveUp || fallbackAfterMs === undefined) return attempt();
    // A store that hangs is as good as away.
    const late = sleep(fallbackAfterMs).then(() => {
      throw new Error(`no answer within ${fallbackAfterMs} ms`);
    });
    late.catch(() => undefined);
    return Promise.race([attempt(), late]);
  };
  for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, SLOWEST_RETRY_MS)) {
    try {
      return await once();
    } catch (error) {
      if (error instanceof FencedError) throw error;
      events.onTrouble?.(partition, what, error as Error);
      if (run.stopping || giveUp?.()) return undefined;
      await sleep(wait);
    }
  }
}
