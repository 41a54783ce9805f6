// A batch of records as a partition takes it: decoded, without repetitions, with what is needed to decide it.
import { lacksMemory, reasonOf } from '../domain/fault.ts';
import type { Problem } from '../domain/problem.ts';
import type { LogRecord } from '../engine/records.ts';
import type { StreamMessage, StreamRecord } from '../ports/stream/stream.ts';
import { hashOfEvent, hashOfId } from './decided-ids.ts';
import { deadLetterMessage } from './message-codec.ts';
import type { Work } from './partition-work.ts';
import { type DecodedRecord, decodeRecord, HEADERS, traceparentOf } from './record-codec.ts';

/** Records of a batch, decoded, without repetitions. */
export type Read = {
  readonly records: readonly LogRecord[];
  readonly offsets: readonly number[];
  readonly decidedIds: readonly string[];
  readonly duplicates: number;
  readonly deadLetters: readonly StreamMessage[];
  /** All of them, as they came in. */
  readonly raw: readonly StreamRecord[];
  readonly traces: ReadonlyMap<number, string>;
  /** JSON of the transactions, as it came in, by offset. */
  readonly texts: ReadonlyMap<number, Uint8Array>;
  /** Accounts whose histories are needed, and transactions whose labels are. */
  readonly accounts: ReadonlySet<string>;
  readonly labelled: readonly string[];
  readonly nextOffset: number;
};

/** A record that the reader fails at is one that cannot be read. */
function readRecord(...[item, ...rest]: Parameters<typeof decodeRecord>): DecodedRecord {
  try {
    return decodeRecord(item, ...rest);
  } catch (error) {
    if (lacksMemory(error)) throw error;
    return { ok: false, problems: [{ pointer: '', message: `Cannot be read: ${reasonOf(error)}` }] };
  }
}

/** What a record is known by; one that is tried again is not the repetition of the one that failed. */
function idOf(record: Exclude<LogRecord, { kind: 'label' }>, { headers }: StreamRecord): string {
  const attempt = headers.get(HEADERS.attempt);
  if (record.kind === 'event') return hashOfEvent(record.event, attempt);
  const { accountId, id } = record.transaction;
  return hashOfId(accountId, attempt === undefined ? id : `${id}\n${attempt}`);
}

/** Decodes records; from here on their ids count as decided. */
export function readRecords(
  work: Work,
  raw: readonly StreamRecord[],
  nowMs: number,
  onDeadLetter?: (record: StreamRecord, problems: readonly Problem[]) => void,
): Read {
  const records: LogRecord[] = [];
  const offsets: number[] = [];
  const decidedIds: string[] = [];
  const deadLetters: StreamMessage[] = [];
  const traces = new Map<number, string>();
  const texts = new Map<number, Uint8Array>();
  const accounts = new Set<string>();
  const labelled: string[] = [];
  let duplicates = 0;
  const bounds = {
    nowMs,
    ...(work.maxAmountMinor !== undefined && { maxAmountMinor: work.maxAmountMinor }),
    ...(work.cards && { cards: work.cards }),
    money: work.money(),
    ...(work.offsetAt && { offsetAt: work.offsetAt }),
    ...(work.dataModel && { dataModel: work.dataModel() }),
  };
  for (const item of raw) {
    const decoded = readRecord(item, bounds);
    if (!decoded.ok) {
      onDeadLetter?.(item, decoded.problems);
      deadLetters.push(deadLetterMessage(item, decoded.problems, work.cards));
      continue;
    }
    const { record } = decoded;
    if (record.kind === 'label') {
      accounts.add(record.label.accountId);
      labelled.push(record.label.transactionId);
    } else {
      const id = idOf(record, item);
      if (!work.ids.add(id)) {
        duplicates++;
        continue;
      }
      decidedIds.push(id);
      const { accountId } = record.kind === 'event' ? record.event : record.transaction;
      if (accountId !== undefined) accounts.add(accountId);
      const trace = traceparentOf(item);
      if (trace !== undefined) traces.set(item.offset, trace);
    }
    texts.set(item.offset, decoded.text);
    records.push(record);
    offsets.push(item.offset);
  }
  const nextOffset = raw[raw.length - 1].offset + 1;
  return {
    records,
    offsets,
    decidedIds,
    duplicates,
    deadLetters,
    raw,
    traces,
    texts,
    accounts,
    labelled,
    nextOffset,
  };
}
