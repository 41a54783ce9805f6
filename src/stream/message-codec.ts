// What comes out of a stream: decisions with their transaction, labels, dead letters; each a JSON document.

import { asBuffer } from '../domain/bytes.ts';
import type { CardPolicy } from '../domain/card-policy.ts';
import {
  type CustomerEventJson,
  customerEventFromJson,
  customerEventToJson,
  keyOfEvent,
} from '../domain/customer-event.ts';
import type { QuarantineStep } from '../domain/dead-letter.ts';
import type { Decision } from '../domain/decision.ts';
import { lacksMemory } from '../domain/fault.ts';
import { isoTime, parseIsoTime } from '../domain/iso-time.ts';
import { type LabelJson, labelFromJson, labelToJson } from '../domain/label.ts';
import type { Problem } from '../domain/problem.ts';
import { keptOfBytes } from '../domain/raw-input.ts';
import { countryOf, NO_COUNTRY, type TransactionJson, transactionFromJson } from '../domain/transaction.ts';
import { exactDecoder } from '../domain/utf8.ts';
import type { Decided, Labelled, Observed } from '../engine/process-batch.ts';
import type { DeadLetterSubject } from '../ports/office/dead-letters.ts';
import type { StreamMessage, StreamRecord } from '../ports/stream/stream.ts';
import { traceparentOf } from './record-codec.ts';

/**
 * Of the messages below; readers take those of before as well. 2: attributes and relatesTo of transactions, attributes of labels.
 * 3: concepts of decisions.
 */
export const MESSAGE_VERSION = 3;
const DEAD_LETTER_CHARACTERS = 2000;
const encoder = new TextEncoder();
const decoder = exactDecoder();

export type DeadLetterMessage = {
  readonly kind: 'dead-letter';
  readonly offset: number;
  readonly receivedAtMs: number;
  readonly key: string;
  /** The first of the value, as text that may be kept: card numbers are masked. */
  readonly raw: string;
  readonly problems: readonly Problem[];
  /** Accepted, and not to be dealt with; `raw` is then whole. */
  readonly quarantine?: { readonly step: QuarantineStep; readonly subject?: DeadLetterSubject };
};

/** Written by whoever claims an output; tells how far the output went. */
export type ClaimMessage = { readonly kind: 'claim'; readonly offset: number };

export type OutputMessage =
  | ClaimMessage
  | { readonly kind: 'decision'; readonly decided: Decided }
  | { readonly kind: 'event'; readonly observed: Observed }
  | ({ readonly kind: 'label' } & Labelled)
  | DeadLetterMessage;

const CLOSING_BRACE = 0x7d;
/** Ahead of it stands what is counted. It cannot be in a text, where its quotation marks would be escaped. */
const HEAD_END = ',"reasons":';

/** `transactionText` is the JSON of the transaction as it came in, which was checked on the way. */
export function decisionMessage(
  item: Decided,
  transactionText: Uint8Array,
  traceparent: string | undefined,
): StreamMessage {
  const { offset, transaction, receivedAtMs, decision, contentHash, vector, engineMs } = item;
  const {
    outcome,
    score,
    reasons,
    concepts,
    rules,
    modelVersion,
    rulesetVersion,
    catalogueHash,
    decidedAtMs,
    draw,
  } = decision;
  const why =
    reasons.length + rules.length === 0
      ? `${HEAD_END}[],"rules":[]`
      : `${HEAD_END}${JSON.stringify(reasons)}${concepts.length === 0 ? '' : `,"concepts":${JSON.stringify(concepts)}`},"rules":${JSON.stringify(rules)}`;
  const country = transaction.country === undefined ? '' : `,"country":"${transaction.country}"`;
  const drawn = draw === undefined ? '' : `,"draw":{"by":"${draw.by}","chance":${draw.chance}}`;
  const features = asBuffer(vector).toString('base64');
  // The head comes first, for those who read no more. Written out: a general serializer takes twice as long, and this is done for every transaction. Versions and
  // hashes are ours and need no escapes.
  const head =
    `{"kind":"decision","offset":${offset},"transactionId":${JSON.stringify(transaction.id)},` +
    `"outcome":"${outcome}","score":${score},"receivedAt":"${isoTime(receivedAtMs)}",` +
    `"decidedAt":"${isoTime(decidedAtMs)}","engineMs":${Math.round(engineMs * 1000) / 1000}${country}${why},` +
    `"modelVersion":"${modelVersion}","rulesetVersion":"${rulesetVersion}","catalogueHash":"${catalogueHash}",` +
    `"contentHash":"${contentHash}"${drawn},"features":"${features}","transaction":`;
  const headBytes = Buffer.byteLength(head);
  const value = Buffer.allocUnsafe(headBytes + transactionText.length + 1);
  value.write(head);
  value.set(transactionText, headBytes);
  value[value.length - 1] = CLOSING_BRACE;
  return {
    output: 'decisions',
    sourceOffset: offset,
    key: transaction.accountId,
    value,
    traceparent,
  };
}

/** Nobody decides by it: it says that histories have the event, and what is to be stored. */
export function eventMessage(
  { offset, event, receivedAtMs, contentHash }: Observed,
  traceparent: string | undefined,
): StreamMessage {
  const message: EventMessageJson = {
    kind: 'event',
    offset,
    receivedAt: isoTime(receivedAtMs),
    contentHash,
    event: customerEventToJson(event),
  };
  return {
    output: 'decisions',
    sourceOffset: offset,
    key: keyOfEvent(event),
    value: encoder.encode(JSON.stringify(message)),
    traceparent,
  };
}

export function labelMessage({ offset, label }: Labelled): StreamMessage {
  return {
    output: 'decisions',
    sourceOffset: offset,
    key: label.accountId,
    value: encoder.encode(JSON.stringify({ kind: 'label', offset, label: labelToJson(label) })),
    traceparent: undefined,
  };
}

/** What could not be read, in its beginning; what is in quarantine, as a whole: that was read, and is without card numbers. */
export function deadLetterMessage(
  raw: StreamRecord,
  problems: readonly Problem[],
  cards: CardPolicy | undefined,
  quarantine?: DeadLetterMessage['quarantine'],
): StreamMessage {
  const key = keptOfBytes(raw.key, DEAD_LETTER_CHARACTERS, cards);
  const value = {
    kind: 'dead-letter',
    offset: raw.offset,
    receivedAt: isoTime(raw.timestampMs),
    key,
    raw:
      quarantine && raw.value !== null
        ? decoder.decode(raw.value)
        : keptOfBytes(raw.value, DEAD_LETTER_CHARACTERS, cards),
    problems,
    ...(quarantine && { quarantine }),
  };
  return {
    output: 'dead-letters',
    sourceOffset: raw.offset,
    key,
    value: encoder.encode(JSON.stringify(value)),
    traceparent: traceparentOf(raw),
  };
}

export function claimMessage(lastSourceOffset: number): Uint8Array {
  return encoder.encode(JSON.stringify({ kind: 'claim', offset: lastSourceOffset } satisfies ClaimMessage));
}

type DecisionHeadJson = {
  readonly offset: number;
  readonly transactionId: string;
  readonly outcome: Decision['outcome'];
  readonly score: number;
  readonly receivedAt?: string;
  readonly decidedAt?: string;
  readonly engineMs?: number;
  readonly country?: string;
};
type DecisionJson = Omit<Decision, 'decidedAtMs' | 'concepts'> & {
  /** Absent where there are none, and in messages from before they were kept. */
  readonly concepts?: Decision['concepts'];
  readonly kind: 'decision';
  readonly offset: number;
  readonly receivedAt: string;
  readonly decidedAt: string;
  readonly contentHash: string;
  readonly engineMs: number;
  readonly features: string;
  readonly transaction: TransactionJson;
};
type EventMessageJson = {
  readonly kind: 'event';
  readonly offset: number;
  readonly receivedAt: string;
  readonly contentHash: string;
  readonly event: CustomerEventJson;
};
type LabelMessageJson = { readonly kind: 'label'; readonly offset: number; readonly label: LabelJson };
type DeadLetterJson = Omit<DeadLetterMessage, 'receivedAtMs'> & { readonly receivedAt: string };

const timeOf = (text: string): number => parseIsoTime(text) ?? Number.NaN;

/** Reads a message that this module wrote; throws on anything else. */
export function decodeMessage(bytes: Uint8Array): OutputMessage {
  const value = JSON.parse(decoder.decode(bytes)) as
    | DecisionJson
    | EventMessageJson
    | LabelMessageJson
    | DeadLetterJson
    | ClaimMessage;
  switch (value.kind) {
    case 'decision': {
      return {
        kind: 'decision',
        decided: {
          offset: value.offset,
          transaction: transactionFromJson(value.transaction),
          receivedAtMs: timeOf(value.receivedAt),
          decision: {
            transactionId: value.transactionId,
            outcome: value.outcome,
            score: value.score,
            reasons: value.reasons,
            concepts: value.concepts ?? [],
            rules: value.rules,
            modelVersion: value.modelVersion,
            rulesetVersion: value.rulesetVersion,
            catalogueHash: value.catalogueHash,
            decidedAtMs: timeOf(value.decidedAt),
            ...(value.draw && { draw: value.draw }),
          },
          contentHash: value.contentHash,
          vector: Buffer.from(value.features, 'base64'),
          engineMs: value.engineMs,
        },
      };
    }
    case 'event': {
      const { offset, receivedAt, contentHash, event } = value;
      const receivedAtMs = timeOf(receivedAt);
      return {
        kind: 'event',
        observed: { offset, event: customerEventFromJson(event), receivedAtMs, contentHash },
      };
    }
    case 'claim':
      return value;
    case 'label':
      return { kind: 'label', offset: value.offset, label: labelFromJson(value.label) };
    case 'dead-letter': {
      const { receivedAt, ...rest } = value;
      return { ...rest, receivedAtMs: Date.parse(receivedAt) };
    }
    default:
      throw new TypeError(`not a message of this program: ${decoder.decode(bytes.subarray(0, 100))}`);
  }
}

/** Reads a message; undefined where it is not of this program: anybody may write to a topic. */
export function readMessage(bytes: Uint8Array): OutputMessage | undefined {
  try {
    return decodeMessage(bytes);
  } catch (error) {
    if (lacksMemory(error)) throw error;
    return undefined;
  }
}

/** Reads a message that is known to be a decision. */
export function decodeDecision(bytes: Uint8Array): Decided {
  const message = decodeMessage(bytes);
  if (message.kind !== 'decision') throw new TypeError(`a decision was expected, not a ${message.kind}`);
  return message.decided;
}

/** What is counted of a decision. */
export type DecisionHead = Pick<Decision, 'transactionId' | 'outcome' | 'score' | 'decidedAtMs'> &
  Pick<Decided, 'offset' | 'receivedAtMs' | 'engineMs'> & { readonly country: string };

/** Reads a fifth of a decision's message; undefined where the message is none. */
export function decodeHead(bytes: Uint8Array): DecisionHead | undefined {
  const text = asBuffer(bytes);
  const end = text.indexOf(HEAD_END);
  if (end < 0) return undefined;
  const head = JSON.parse(`${text.toString('utf8', 0, end)}}`) as DecisionHeadJson;
  const { offset, transactionId, outcome, score, receivedAt, decidedAt, engineMs, country } = head;
  if (receivedAt === undefined || decidedAt === undefined || engineMs === undefined) return headOfOld(bytes);
  const receivedAtMs = timeOf(receivedAt);
  const decidedAtMs = timeOf(decidedAt);
  return {
    offset, transactionId, outcome, score, receivedAtMs, decidedAtMs, engineMs, country: country ?? NO_COUNTRY,
  }; // biome-ignore format: as above
}

/** Topics may hold messages from before there was a head. */
function headOfOld(bytes: Uint8Array): DecisionHead | undefined {
  const message = decodeMessage(bytes);
  if (message.kind !== 'decision') return undefined;
  const { offset, transaction, receivedAtMs, decision, engineMs } = message.decided;
  const { transactionId, outcome, score, decidedAtMs } = decision;
  return {
    offset, transactionId, outcome, score, receivedAtMs, decidedAtMs, engineMs, country: countryOf(transaction),
  }; // biome-ignore format: as above
}

/** The source offset of a message that was read. */
export function offsetOf(message: OutputMessage): number {
  if (message.kind === 'decision') return message.decided.offset;
  return message.kind === 'event' ? message.observed.offset : message.offset;
}

/** Source offset of a message that this module wrote, without reading the rest; undefined of anything else. */
export function sourceOffsetOf(bytes: Uint8Array): number | undefined {
  const match = /^\{"kind":"[a-z-]+","offset":(-?\d+)[,}]/.exec(decoder.decode(bytes.subarray(0, 80)));
  return match ? Number(match[1]) : undefined;
}
