// The engine's first step of a backfill: a file, or a stretch of a partition of the transactions topic, to a row for
// each history that its transactions and labels touch.
import type { InputRow } from '../adapters/files/csv-rows.ts';
import { openKafkaClient } from '../adapters/kafka/client.ts';
import { readRange } from '../adapters/kafka/read-range.ts';
import type { KafkaSettings } from '../adapters/kafka/settings.ts';
import { encodeOther } from '../adapters/spark/batch-frames.ts';
import { InputError } from '../domain/input-error.ts';
import type { Label } from '../domain/label.ts';
import type { Problem } from '../domain/problem.ts';
import { keptOf } from '../domain/raw-input.ts';
import type { Bounds } from '../domain/read-transaction.ts';
import type { Transaction } from '../domain/transaction.ts';
import { decodeRecord, HEADERS } from '../stream/record-codec.ts';
import { labelRows, transactionRows } from './backfill-rows.ts';
import type { Write } from './backfill-steps.ts';
import { createIdSet } from './id-set.ts';

/** Rows of a part of the input; parts come one after the other in the order of rows of the same time. */
const ROWS_PER_PART = 2 ** 36;
const SHOWN_BAD_CHARACTERS = 500;

export type Part = { readonly number: number; readonly untilMs: number };

function createRowWriter({ number: part, untilMs }: Part, write: Write) {
  const seen = createIdSet();
  let number = part * ROWS_PER_PART;
  let hasPayees = false;
  let frames: Buffer[] = [];
  return {
    /** Leaves out an id that comes again. */
    transaction(transaction: Transaction, fraud: boolean | undefined): void {
      if (transaction.occurredAtMs >= untilMs || !seen.add(transaction.id)) return;
      if (transaction.counterpartyId !== undefined && !hasPayees) {
        hasPayees = true;
        frames.push(encodeOther('payees', new Uint8Array(0)));
      }
      frames.push(...transactionRows(transaction, fraud, number++));
    },
    label(label: Label): void {
      if (label.labelledAtMs < untilMs) frames.push(...labelRows(label, number++));
    },
    bad(file: string, line: number, problems: readonly Problem[], raw: string): void {
      const shown = { file, line, problems, raw: keptOf(raw, SHOWN_BAD_CHARACTERS) };
      frames.push(encodeOther('bad', Buffer.from(JSON.stringify(shown))));
    },
    async flush(): Promise<void> {
      const bytes = Buffer.concat(frames);
      frames = [];
      await write(bytes);
    },
  };
}

export async function readFileStep(
  batches: AsyncIterable<readonly InputRow[]>,
  name: string,
  part: Part,
  write: Write,
): Promise<void> {
  const writer = createRowWriter(part, write);
  for await (const batch of batches) {
    for (const row of batch) {
      if (row.ok) writer.transaction(row.transaction, row.fraud);
      else writer.bad(name, row.line, row.problems, row.raw);
    }
    await writer.flush();
  }
}

/** Offsets of a partition, from the first to before the last. */
export type TopicPart = { readonly partition: number; readonly from: number; readonly to: number };

const TOPIC_PART = /^topic:(\d+):(\d+):(\d+)$/;

export const topicPartName = ({ partition, from, to }: TopicPart): string =>
  `topic:${partition}:${from}:${to}`;

/** The part that a name stands for; undefined when it is the name of a file. */
export function topicPartOf(name: string): TopicPart | undefined {
  const [, partition, from, to] = TOPIC_PART.exec(name) ?? [];
  return to === undefined ? undefined : { partition: Number(partition), from: Number(from), to: Number(to) };
}

/**
 * Reads the stretch twice: what a transaction was labelled in the end is only known there. A label changes histories
 * at the time it bears, or at the time of the label before where that is later.
 */
export async function readTopicStep(
  settings: { readonly kafka: KafkaSettings; readonly topic: string },
  stretch: TopicPart,
  part: Part,
  bounds: Bounds,
  write: Write,
): Promise<void> {
  const { topic } = settings;
  const records = () =>
    readRange({
      client: openKafkaClient(settings.kafka, 'backfill'),
      topic,
      ...stretch,
      onGap: (from, to) => {
        throw new InputError(
          `${topic}, partition ${stretch.partition}: offsets ${from} to ${to} were deleted while they were to be read.`,
        );
      },
    });
  const lastLabels = new Map<string, boolean>();
  for await (const batch of records()) {
    for (const raw of batch) {
      if (raw.headers.get(HEADERS.kind) !== 'label') continue;
      const decoded = decodeRecord(raw, bounds);
      if (decoded.ok && decoded.record.kind === 'label') {
        const { label } = decoded.record;
        if (label.labelledAtMs < part.untilMs) lastLabels.set(label.transactionId, label.fraud);
      }
    }
  }
  const writer = createRowWriter(part, write);
  const known = new Map<string, { readonly fraud: boolean; readonly atMs: number }>();
  for await (const batch of records()) {
    for (const raw of batch) {
      const decoded = decodeRecord(raw, bounds);
      if (!decoded.ok) {
        const text = raw.value === null ? '' : Buffer.from(raw.value).toString('utf8');
        writer.bad(`${topic}/${stretch.partition}`, raw.offset, decoded.problems, text);
      } else if (decoded.record.kind === 'transaction') {
        const { transaction } = decoded.record;
        writer.transaction(transaction, lastLabels.get(transaction.id));
      } else if (decoded.record.kind === 'label') {
        const { label } = decoded.record;
        const before = known.get(label.transactionId);
        const atMs = Math.max(label.labelledAtMs, before?.atMs ?? 0);
        if (label.fraud !== (before?.fraud ?? false)) writer.label({ ...label, labelledAtMs: atMs });
        known.set(label.transactionId, { fraud: label.fraud, atMs });
      }
    }
    await writer.flush();
  }
}
