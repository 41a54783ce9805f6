// The decisions topic as a server reads it, from where it ends at the start: all decisions are measured, those who wait for
// one hear it, and listeners hear of each batch.
import { type KafkaClient, openKafkaClient } from '../adapters/kafka/client.ts';
import { endOffsets } from '../adapters/kafka/offsets.ts';
import { type KafkaSource, openKafkaSource } from '../adapters/kafka/source.ts';
import type { Clock } from '../ports/clock.ts';
import type { Measurements } from '../ports/desk.ts';
import type { Committed } from '../ports/stream/committed.ts';
import { readCommitted } from '../stream/read-committed.ts';
import type { DecisionWaiters } from './decision-waiters.ts';
import type { StreamSettings } from './stream-settings.ts';

const RECORDS_AT_ONCE = 1000;
/** For screens alone; a caller who waits for a decision hears it at once. */
const UNHURRIED = { bytes: 200_000, waitMs: 20 };

export type DecisionReaderParts = {
  readonly settings: StreamSettings;
  /** Asks where the topic ends. */
  readonly client: KafkaClient;
  readonly waiters: DecisionWaiters;
  readonly measurements: Measurements;
  readonly clock: Clock;
  readonly onNotice: (message: string) => void;
  readonly onFailure: (error: Error) => void;
};

export type DecisionReader = {
  onCommitted(listener: (committed: Committed) => void): void;
  close(): Promise<void>;
};

/** Listens to all partitions. */
export async function readDecisions(parts: DecisionReaderParts): Promise<DecisionReader> {
  const { client, settings, onFailure } = parts;
  const listeners: ((committed: Committed) => void)[] = [];
  const source = openSource(parts);
  const tellAll = (committed: Committed): void => {
    for (const listener of listeners) listener(committed);
  };
  const ends = await endOffsets(client, settings.topics.decisions);
  const listening = ends.map((end, partition) => listen(parts, source, partition, end, tellAll));
  for (const loop of listening) loop.catch(onFailure);
  return {
    onCommitted: (listener) => {
      listeners.push(listener);
    },
    async close() {
      await source.close();
      await Promise.all(listening.map((loop) => loop.catch(() => undefined)));
    },
  };
}

function openSource({ settings, waiters, onNotice }: DecisionReaderParts): KafkaSource {
  let lastTrouble = '';
  return openKafkaSource({
    client: openKafkaClient(settings.kafka, 'decisions'),
    topic: settings.topics.decisions,
    patience: () => (waiters.count > 0 ? undefined : UNHURRIED),
    onTrouble(error) {
      if (error.message !== lastTrouble) onNotice(`reading decisions: ${error.message}`);
      lastTrouble = error.message;
    },
  });
}

/** Ends when the source is closed. */
async function listen(
  { waiters, measurements, clock }: DecisionReaderParts,
  source: KafkaSource,
  partition: number,
  fromOffset: number,
  tellAll: (committed: Committed) => void,
): Promise<void> {
  const input = source.open(partition, fromOffset);
  let reached = -1;
  for (;;) {
    const records = await input.take(RECORDS_AT_ONCE);
    if (records.length === 0) return;
    const now = clock.nowMs();
    const read = readCommitted(records, reached, {
      isAwaited: waiters.isAwaited,
      onHead({ receivedAtMs, engineMs }, publishedAtMs) {
        // How soon it is read here is up to this server.
        measurements.decision.add(Math.max(0, publishedAtMs - receivedAtMs), now);
        measurements.engine.add(engineMs, now);
      },
    });
    reached = read.reached;
    if (read.committed.counts.length > 0) measurements.lastCommitAtMs = now;
    for (const item of read.awaited) waiters.tell(item);
    tellAll(read.committed);
  }
}
