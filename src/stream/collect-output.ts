// What a sink makes of published records: rows to be stored, and letters of what cannot be.
import { asBuffer } from '../domain/bytes.ts';
import { DEAD_LETTER_CHARACTERS } from '../domain/dead-letter.ts';
import { lacksMemory, reasonOf } from '../domain/fault.ts';
import type { LogRecord } from '../engine/records.ts';
import { type DeadLetterEntry, letterOf } from '../ports/office/dead-letters.ts';
import type { Collector, SinkProgress } from '../ports/stream/sink-store.ts';
import type { StreamRecord } from '../ports/stream/stream.ts';
import { decodeMessage, type OutputMessage, offsetOf, readMessage } from './message-codec.ts';

/** Reads records of an output into `collected`, leaving repetitions out; gives how far they go. */
export function collect(
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

function readOffset(value: Uint8Array): number | undefined {
  const message = readMessage(value);
  return message && message.kind !== 'claim' ? offsetOf(message) : undefined;
}

const placeOf = (partition: number, offset: number): string =>
  `stream, partition ${partition}, offset ${offset}`;

function take(partition: number, message: OutputMessage, value: Uint8Array, collected: Collector): void {
  if (message.kind === 'decision') collected.decided(message.decided, value);
  else if (message.kind === 'event') collected.observed(message.observed);
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
export function asideOf(
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
  return {
    ...letterOf({ offset, record: recordOf(message), reason }, 'storing', placeOf(partition, offset)),
    decidedAt: { partition, offset },
    ...(message.kind === 'decision' && { decided: text }),
  };
}

/** The record that a message answers. */
function recordOf(message: Exclude<OutputMessage, { kind: 'claim' | 'dead-letter' }>): LogRecord {
  switch (message.kind) {
    case 'decision': {
      const { transaction, receivedAtMs } = message.decided;
      return { kind: 'transaction', transaction, receivedAtMs };
    }
    case 'event': {
      const { event, receivedAtMs } = message.observed;
      return { kind: 'event', event, receivedAtMs };
    }
    case 'label':
      return { kind: 'label', label: message.label };
  }
}
