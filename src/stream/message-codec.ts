// What comes out of a stream: decisions with their transaction, labels, dead letters; each a JSON document.
import { asBuffer } from '../domain/bytes.ts';
import type { Decision } from '../domain/decision.ts';
import { isoTime } from '../domain/iso-time.ts';
import { type Label, labelToJson } from '../domain/label.ts';
import type { Problem } from '../domain/problem.ts';
import { type TransactionJson, transactionFromJson } from '../domain/transaction.ts';
import type { Decided, Labelled } from '../engine/process-batch.ts';
import type { StreamMessage, StreamRecord } from '../ports/stream.ts';
import { HEADERS } from './record-codec.ts';

const DEAD_LETTER_BYTES = 2000;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export type DeadLetterMessage = {
  readonly kind: 'dead-letter';
  readonly offset: number;
  readonly receivedAtMs: number;
  readonly key: string;
  /** The first bytes of the value, as text. */
  readonly raw: string;
  readonly problems: readonly Problem[];
};

/** Written by whoever claims an output; tells how far the output went. */
export type ClaimMessage = { readonly kind: 'claim'; readonly offset: number };

export type OutputMessage =
  | ClaimMessage
  | { readonly kind: 'decision'; readonly decided: Decided }
  | ({ readonly kind: 'label' } & Labelled)
  | DeadLetterMessage;

const CLOSING_BRACE = 0x7d;

/** `transactionText` is the JSON of the transaction as it came in, which was checked on the way. */
export function decisionMessage(
  item: Decided,
  transactionText: Uint8Array,
  traceparent: string | undefined,
): StreamMessage {
  const { offset, transaction, receivedAtMs, decision, contentHash, vector, engineMs } = item;
  const { outcome, score, reasons, rules, modelVersion, rulesetVersion, catalogueHash, decidedAtMs } =
    decision;
  const why =
    reasons.length + rules.length === 0
      ? '"reasons":[],"rules":[]'
      : `"reasons":${JSON.stringify(reasons)},"rules":${JSON.stringify(rules)}`;
  const features = asBuffer(vector).toString('base64');
  // Written out: a general serializer takes twice as long, and this is done for every transaction. Versions and
  // hashes are ours and need no escapes.
  const head =
    `{"kind":"decision","offset":${offset},"transactionId":${JSON.stringify(transaction.id)},` +
    `"outcome":"${outcome}","score":${score},${why},"modelVersion":"${modelVersion}",` +
    `"rulesetVersion":"${rulesetVersion}","catalogueHash":"${catalogueHash}","receivedAt":"${isoTime(receivedAtMs)}",` +
    `"decidedAt":"${isoTime(decidedAtMs)}","contentHash":"${contentHash}","engineMs":${Math.round(engineMs * 1000) / 1000},` +
    `"features":"${features}","transaction":`;
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

export function labelMessage({ offset, label }: Labelled): StreamMessage {
  return {
    output: 'decisions',
    sourceOffset: offset,
    key: label.accountId,
    value: encoder.encode(JSON.stringify({ kind: 'label', offset, label: labelToJson(label) })),
    traceparent: undefined,
  };
}

export function deadLetterMessage(raw: StreamRecord, problems: readonly Problem[]): StreamMessage {
  const text = (bytes: Uint8Array | null): string =>
    bytes === null ? '' : decoder.decode(bytes.subarray(0, DEAD_LETTER_BYTES)).replaceAll('\u0000', '\ufffd');
  const key = text(raw.key);
  const value = {
    kind: 'dead-letter',
    offset: raw.offset,
    receivedAt: isoTime(raw.timestampMs),
    key,
    raw: text(raw.value),
    problems,
  };
  return {
    output: 'dead-letters',
    sourceOffset: raw.offset,
    key,
    value: encoder.encode(JSON.stringify(value)),
    traceparent: raw.headers.get(HEADERS.traceparent),
  };
}

export function claimMessage(lastSourceOffset: number): Uint8Array {
  return encoder.encode(JSON.stringify({ kind: 'claim', offset: lastSourceOffset } satisfies ClaimMessage));
}

type DecisionJson = Omit<Decision, 'decidedAtMs'> & {
  readonly kind: 'decision';
  readonly offset: number;
  readonly receivedAt: string;
  readonly decidedAt: string;
  readonly contentHash: string;
  readonly engineMs: number;
  readonly features: string;
  readonly transaction: TransactionJson;
};
type LabelJson = {
  readonly kind: 'label';
  readonly offset: number;
  readonly label: Omit<Label, 'labelledAtMs' | 'occurredAtMs'> & {
    readonly labelledAt: string;
    readonly occurredAt: string;
  };
};
type DeadLetterJson = Omit<DeadLetterMessage, 'receivedAtMs'> & { readonly receivedAt: string };

/** Reads a message that this module wrote; throws on anything else. */
export function decodeMessage(bytes: Uint8Array): OutputMessage {
  const value = JSON.parse(decoder.decode(bytes)) as DecisionJson | LabelJson | DeadLetterJson | ClaimMessage;
  switch (value.kind) {
    case 'decision': {
      return {
        kind: 'decision',
        decided: {
          offset: value.offset,
          transaction: transactionFromJson(value.transaction),
          receivedAtMs: Date.parse(value.receivedAt),
          decision: {
            transactionId: value.transactionId,
            outcome: value.outcome,
            score: value.score,
            reasons: value.reasons,
            rules: value.rules,
            modelVersion: value.modelVersion,
            rulesetVersion: value.rulesetVersion,
            catalogueHash: value.catalogueHash,
            decidedAtMs: Date.parse(value.decidedAt),
          },
          contentHash: value.contentHash,
          vector: Buffer.from(value.features, 'base64'),
          engineMs: value.engineMs,
        },
      };
    }
    case 'claim':
      return value;
    case 'label': {
      const { labelledAt, occurredAt, ...rest } = value.label;
      return {
        kind: 'label',
        offset: value.offset,
        label: { ...rest, labelledAtMs: Date.parse(labelledAt), occurredAtMs: Date.parse(occurredAt) },
      };
    }
    case 'dead-letter': {
      const { receivedAt, ...rest } = value;
      return { ...rest, receivedAtMs: Date.parse(receivedAt) };
    }
    default:
      throw new TypeError(`not a message of this program: ${decoder.decode(bytes.subarray(0, 100))}`);
  }
}

/** Source offset of a message that this module wrote, without reading the rest. */
export function sourceOffsetOf(bytes: Uint8Array): number {
  const match = /"offset":(-?\d+)/.exec(decoder.decode(bytes.subarray(0, 80)));
  if (!match) throw new TypeError(`not a message of this program: ${decoder.decode(bytes.subarray(0, 100))}`);
  return Number(match[1]);
}
