// What a server makes of the records of the decisions topic. Of most decisions only the head is read: all of them are
// counted, few are shown.
import { lacksMemory } from '../domain/fault.ts';
import type { Decided, Labelled } from '../engine/process-batch.ts';
import { type Committed, type DecisionCount, flaggedMinorOf } from '../ports/stream/committed.ts';
import type { StreamRecord } from '../ports/stream/stream.ts';
import { type DecisionHead, decodeHead, offsetOf, readMessage } from './message-codec.ts';

export type ReadParts = {
  /** Whether somebody waits for the decision of a transaction. */
  isAwaited(transactionId: string): boolean;
  /** Of every decision, in their order. */
  onHead(head: DecisionHead, publishedAtMs: number): void;
};

export type CommittedBatch = {
  readonly committed: Committed;
  readonly awaited: readonly Decided[];
  /** The highest source offset seen of the partition. */
  readonly reached: number;
};

/** The head of a decision; undefined of other messages, and of what is not of this program. */
function headOf(value: Uint8Array): DecisionHead | undefined {
  try {
    return decodeHead(value);
  } catch (error) {
    if (lacksMemory(error)) throw error;
    return undefined;
  }
}

/** Records of one partition; what answers a source offset up to `reached` was there before and is left out. */
export function readCommitted(
  records: readonly StreamRecord[],
  reached: number,
  { isAwaited, onHead }: ReadParts,
): CommittedBatch {
  const counts: DecisionCount[] = [];
  const values: Uint8Array[] = [];
  const flagged: Decided[] = [];
  const labelled: Labelled[] = [];
  const awaited: Decided[] = [];
  let newest = reached;
  for (const { value, timestampMs } of records) {
    if (value === null) continue;
    const head = headOf(value);
    if (!head) {
      const message = readMessage(value);
      if (!message || message.kind === 'decision' || offsetOf(message) <= newest) continue;
      newest = offsetOf(message);
      if (message.kind === 'label') labelled.push(message);
      continue;
    }
    const { offset, transactionId, outcome, score, decidedAtMs, country } = head;
    if (offset <= newest) continue;
    newest = offset;
    onHead(head, timestampMs);
    values.push(value);
    let flaggedMinor = 0;
    const isWanted = isAwaited(transactionId);
    if (isWanted || outcome !== 'approve') {
      const message = readMessage(value);
      if (message?.kind !== 'decision') continue;
      const item = message.decided;
      if (isWanted) awaited.push(item);
      if (outcome !== 'approve') {
        flagged.push(item);
        flaggedMinor = flaggedMinorOf(item);
      }
    }
    counts.push({ outcome, score, decidedAtMs, country, flaggedMinor });
  }
  const latest = (atMost: number): Decided[] =>
    values.slice(-atMost).flatMap((value) => {
      const message = readMessage(value);
      return message?.kind === 'decision' ? [message.decided] : [];
    });
  return { committed: { counts, flagged, latest, labelled }, awaited, reached: newest };
}
