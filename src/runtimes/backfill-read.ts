// The engine's first step of a backfill: a file, or a stretch of a partition of the transactions topic, to a row for
// each key by which histories know its transactions, events and labels.
import type { InputRow } from '../adapters/files/csv-rows.ts';
import type { EventRow } from '../adapters/files/read-events.ts';
import type { NotRead } from '../adapters/files/read-transactions.ts';
import { openKafkaClient } from '../adapters/kafka/client.ts';
import { readRange } from '../adapters/kafka/read-range.ts';
import type { KafkaSettings } from '../adapters/kafka/settings.ts';
import { encodeOther } from '../adapters/spark/batch-frames.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { InputError } from '../domain/input-error.ts';
import { type HistoryKeys, historiesOf, type Label } from '../domain/label.ts';
import { ownDataOf } from '../domain/own-data.ts';
import type { Problem } from '../domain/problem.ts';
import { keptOf } from '../domain/raw-input.ts';
import type { Bounds } from '../domain/read-transaction.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { LogRecord } from '../engine/records.ts';
import type { Catalogue } from '../features/catalogue.ts';
import { decodeRecord, HEADERS } from '../stream/record-codec.ts';
import { eventRows, labelRows, transactionRows } from './backfill-rows.ts';
import type { Write } from './backfill-steps.ts';
import { createIdSet } from './id-set.ts';

/** Rows of a part of the input; parts come one after the other in the order of rows of the same time. */
const ROWS_PER_PART = 2 ** 31;
export const MAX_PARTS = 2 ** 12;
const SHOWN_BAD_CHARACTERS = 500;

export type Part = { readonly number: number; readonly untilMs: number };

type RowWriter = ReturnType<typeof createRowWriter>;

function createRowWriter({ parts }: Catalogue, { number: part, untilMs }: Part, write: Write) {
  const seen = createIdSet();
  const seenEvents = createIdSet();
  let number = part * ROWS_PER_PART;
  let frames: Buffer[] = [];
  const add = (rows: readonly Buffer[]): void => {
    number++;
    // Beyond, its rows would stand among those of the next part.
    if (number === (part + 1) * ROWS_PER_PART)
      throw new InputError(`A file may have ${ROWS_PER_PART} rows; divide it.`);
    frames.push(...rows);
  };
  return {
    /** Leaves out an id that comes again. */
    transaction(transaction: Transaction, fraud: boolean | undefined): void {
      if (transaction.occurredAtMs < untilMs && seen.add(transaction.id))
        add(transactionRows(parts, transaction, fraud, number));
    },
    event(event: CustomerEvent): void {
      if (event.occurredAtMs < untilMs && seenEvents.add(event.id)) add(eventRows(parts, event, number));
    },
    label(label: Label): void {
      if (label.labelledAtMs < untilMs) add(labelRows(parts, label, number));
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

/** Rows of a file to those of a backfill; what cannot be read is kept with its reason. */
async function readRows<Row>(
  batches: AsyncIterable<readonly (({ readonly ok: true } & Row) | NotRead)[]>,
  name: string,
  writer: RowWriter,
  take: (row: Row) => void,
): Promise<void> {
  for await (const batch of batches) {
    for (const row of batch) {
      if (row.ok) take(row);
      else writer.bad(name, row.line, row.problems, row.raw);
    }
    await writer.flush();
  }
}

export async function readFileStep(
  batches: AsyncIterable<readonly InputRow[]>,
  name: string,
  part: Part,
  catalogue: Catalogue,
  write: Write,
): Promise<void> {
  const writer = createRowWriter(catalogue, part, write);
  await readRows(batches, name, writer, ({ transaction, fraud }) => writer.transaction(transaction, fraud));
}

/** A file of events, each as `POST /v1/events` takes it: a line of JSON each, plain or compressed. */
export async function readEventsStep(
  batches: AsyncIterable<readonly EventRow[]>,
  name: string,
  part: Part,
  catalogue: Catalogue,
  write: Write,
): Promise<void> {
  const writer = createRowWriter(catalogue, part, write);
  await readRows(batches, name, writer, ({ event }) => writer.event(event));
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

const EVENTS = 'events:';
/** A file of events as the name of an input. */
export const eventsPartName = (file: string): string => EVENTS + file;
export const eventsPartOf = (name: string): string | undefined =>
  name.startsWith(EVENTS) ? name.slice(EVENTS.length) : undefined;

/**
 * Reads the stretch twice: what a transaction was labelled in the end is only known there. A label changes histories
 * at the time it bears, or at the time of the label before where that is later.
 */
export async function readTopicStep(
  settings: { readonly kafka: KafkaSettings; readonly topic: string },
  stretch: TopicPart,
  part: Part,
  bounds: Bounds,
  catalogue: Catalogue,
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
  const writer = createRowWriter(catalogue, part, write);
  const keysOf = createKeysOfLabels(catalogue, lastLabels);
  const known = new Map<string, { readonly fraud: boolean; readonly atMs: number }>();
  const take = (record: LogRecord): void => {
    switch (record.kind) {
      case 'transaction': {
        const { transaction } = record;
        writer.transaction(transaction, lastLabels.get(transaction.id));
        keysOf.remember(transaction);
        return;
      }
      case 'event':
        writer.event(record.event);
        return;
      case 'label': {
        const { label } = record;
        const before = known.get(label.transactionId);
        const atMs = Math.max(label.labelledAtMs, before?.atMs ?? 0);
        if (label.fraud !== (before?.fraud ?? false))
          writer.label({ ...keysOf.complete(label), labelledAtMs: atMs });
        known.set(label.transactionId, { fraud: label.fraud, atMs });
      }
    }
  };
  for await (const batch of records()) {
    for (const raw of batch) {
      const decoded = decodeRecord(raw, bounds);
      if (decoded.ok) take(decoded.record);
      else {
        const text = raw.value === null ? '' : Buffer.from(raw.value).toString('utf8');
        writer.bad(`${topic}/${stretch.partition}`, raw.offset, decoded.problems, text);
      }
    }
    await writer.flush();
  }
}

/** A label from before an entity was declared does not carry what it is keyed by: its transaction does, in the same partition. */
function createKeysOfLabels({ data }: Catalogue, labelled: ReadonlyMap<string, boolean>) {
  const { keyFields } = ownDataOf(data);
  const keys = new Map<string, HistoryKeys['attributes']>();
  return {
    remember(transaction: Transaction): void {
      if (keyFields.length === 0 || !labelled.has(transaction.id) || keys.has(transaction.id)) return;
      keys.set(transaction.id, historiesOf(transaction, keyFields).attributes);
    },
    complete(label: Label): Label {
      const attributes = keys.get(label.transactionId);
      return attributes ? { ...label, attributes: { ...attributes, ...label.attributes } } : label;
    },
  };
}
