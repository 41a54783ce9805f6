// What a desk over a stream takes in: appended to Kafka, as long as there is room for those who wait.
import type { RecordProducer } from '../adapters/kafka/producer.ts';
import type { Clock } from '../ports/clock.ts';
import { type Measurements, OverCapacityError } from '../ports/desk.ts';
import type { EncodedRecord } from '../stream/record-codec.ts';
import type { DecisionWaiters } from './decision-waiters.ts';

/** Transactions that wait for their decision at once. */
const MAX_WAITING = 20_000;
const APPEND_TIMEOUT_MS = 8000;

export type StreamIntake = {
  /** Throws OverCapacityError when nothing more can be taken in right now. */
  checkCapacity(): void;
  /** Resolves when the records are durable. Throws OverCapacityError while Kafka does not take them. */
  append(records: readonly EncodedRecord[]): Promise<void>;
};

export function streamIntake(
  producer: RecordProducer,
  waiters: DecisionWaiters,
  measurements: Measurements,
  clock: Clock,
): StreamIntake {
  function checkCapacity(): void {
    if (waiters.count >= MAX_WAITING) {
      throw new OverCapacityError(`${waiters.count} transactions wait for their decision.`, 1);
    }
  }
  return {
    checkCapacity,
    async append(records) {
      checkCapacity();
      const started = performance.now();
      try {
        await producer.append(records, APPEND_TIMEOUT_MS);
      } catch (error) {
        throw new OverCapacityError(`Nothing can be taken in right now: ${(error as Error).message}`, 5);
      }
      measurements.append.add(performance.now() - started, clock.nowMs());
    },
  };
}
