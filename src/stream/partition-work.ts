// The state of one partition at work, and what a batch of records does to it. No waiting in here: the runner brings
// in what is needed, and takes out what is to be committed and published.

import type { Money } from '../domain/base-amount.ts';
import type { CardPolicy } from '../domain/card-policy.ts';
import { lacksMemory, RecordError, reasonOf } from '../domain/fault.ts';
import type { Label } from '../domain/label.ts';
import type { Problem } from '../domain/problem.ts';
import {
  type BatchOutput,
  createEngine,
  type Decided,
  type Engine,
  type Quarantined,
} from '../engine/process-batch.ts';
import type { LogRecord } from '../engine/records.ts';
import { FEATURE_COUNT } from '../features/catalogue.ts';
import { sharedEventOf } from '../features/event.ts';
import type { FeatureState } from '../features/feature-state.ts';
import { applyLabel, changesHistories } from '../features/labels.ts';
import { observe } from '../features/observe.ts';
import { encodeSharedChanges, type SharedChange } from '../features/shared-codec.ts';
import type { InService } from '../ports/desk.ts';
import { subjectOf } from '../ports/office/dead-letters.ts';
import type { HistoryItem } from '../ports/stream/history.ts';
import type { AccountBytes, PartitionCommit, PartitionHead } from '../ports/stream/state-store.ts';
import type { StreamMessage, StreamRecord } from '../ports/stream/stream.ts';
import { type AccountCache, copyHistories, createAccountCache } from './account-cache.ts';
import { bytesOfHashes, createDecidedIds, type DecidedIds, hashOfId } from './decided-ids.ts';
import { deadLetterMessage, decisionMessage, labelMessage } from './message-codec.ts';
import { type DecodedRecord, decodeRecord, HEADERS, traceparentOf } from './record-codec.ts';
import type { SharedHistories } from './shared-histories.ts';
import { engineWithoutHistories } from './without-histories.ts';

const NOTHING = new Uint8Array(0);
const vector = new Float64Array(FEATURE_COUNT);
/** A broker takes no larger ones, as it comes. */
const MAX_MESSAGE_BYTES = 900_000;

export type WorkParts = {
  readonly partition: number;
  readonly shared: SharedHistories;
  /** The model and rules in service; asked for each batch. */
  readonly inService: () => InService;
  readonly accountCacheBytes: number;
  readonly decidedIdsKept: number;
  /** The most that one transaction may move, where it is not the preset. */
  readonly maxAmountMinor?: number;
  /** What becomes of card numbers; they are refused where it is not said. */
  readonly cards?: CardPolicy;
  /** What amounts are converted with; asked for each batch. */
  readonly money: () => Money;
  /** How far the clocks of the time zone are ahead of UTC, where there is one. */
  readonly offsetAt?: (timeMs: number) => number;
};

export type Work = {
  readonly head: PartitionHead;
  readonly partition: number;
  readonly maxAmountMinor: number | undefined;
  readonly cards: CardPolicy | undefined;
  money(): Money;
  readonly offsetAt: ((timeMs: number) => number) | undefined;
  readonly cache: AccountCache;
  readonly ids: DecidedIds;
  readonly state: FeatureState;
  engine(): Engine;
  /** For while the state store is away. */
  engineWithoutHistories(): Engine;
  /** Decided, published and committed up to here. */
  nextOffset: number;
  publishedOffset: number;
  committedOffset: number;
  unpublishedBytes: number;
  /** The state store does not answer, and decisions are made without it: what is published is ahead of it. */
  storeAway: boolean;
  publishing: Promise<void>;
};

/** An engine with what is in service whenever it is asked for; made anew only for other rules. */
function engineOf(
  inService: () => InService,
  make: (serving: InService['serving'], ruleset: InService['ruleset']) => Engine,
): () => Engine {
  let kept: { readonly engine: Engine; readonly ruleset: InService['ruleset'] } | undefined;
  return () => {
    const { serving, ruleset } = inService();
    if (kept?.ruleset !== ruleset) kept = { engine: make(serving, ruleset), ruleset };
    else if (kept.engine.serving !== serving) kept.engine.serve(serving, ruleset);
    return kept.engine;
  };
}

export function createWork(parts: WorkParts, head: PartitionHead): Work {
  const cache = createAccountCache(parts.accountCacheBytes);
  const ids = createDecidedIds(head.decidedIds, parts.decidedIdsKept);
  const state: FeatureState = {
    ...parts.shared.tables,
    get account() {
      return cache.table;
    },
  };
  return {
    head,
    partition: parts.partition,
    maxAmountMinor: parts.maxAmountMinor,
    cards: parts.cards,
    money: parts.money,
    offsetAt: parts.offsetAt,
    cache,
    engineWithoutHistories: engineOf(parts.inService, engineWithoutHistories),
    ids,
    state,
    engine: engineOf(parts.inService, (serving, ruleset) => createEngine(state, serving, ruleset)),
    nextOffset: head.nextOffset ?? 0,
    committedOffset: head.nextOffset ?? 0,
    publishedOffset: head.nextOffset ?? 0,
    unpublishedBytes: 0,
    storeAway: false,
    publishing: Promise.resolve(),
  };
}

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
  };
  for (const item of raw) {
    const decoded = readRecord(item, bounds);
    if (!decoded.ok) {
      onDeadLetter?.(item, decoded.problems);
      deadLetters.push(deadLetterMessage(item, decoded.problems, work.cards));
      continue;
    }
    const { record } = decoded;
    if (record.kind === 'transaction') {
      const { accountId, id: transactionId } = record.transaction;
      // A record that is tried again is not the repetition of the one that failed.
      const attempt = item.headers.get(HEADERS.attempt);
      const id = hashOfId(accountId, attempt === undefined ? transactionId : `${transactionId}\n${attempt}`);
      if (!work.ids.add(id)) {
        duplicates++;
        continue;
      }
      decidedIds.push(id);
      accounts.add(accountId);
      const trace = traceparentOf(item);
      if (trace !== undefined) traces.set(item.offset, trace);
    } else {
      accounts.add(record.label.accountId);
      labelled.push(record.label.transactionId);
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

export type DecidedBatch = {
  readonly commit: PartitionCommit;
  readonly messages: StreamMessage[];
  readonly output: BatchOutput;
};

/** Decides a batch whose histories are in memory; `labels` is what its transactions were labelled before. */
export function decideBatch(
  work: Work,
  batch: Read,
  labels: ReadonlyMap<string, boolean>,
  nowMs: number,
): DecidedBatch {
  const { partition, head } = work;
  const { records, offsets, nextOffset } = batch;
  const firstOffset = work.nextOffset;
  const memory = { label: (id: string) => labels.get(id) };
  const sealed = sealer(batch);
  const output = work
    .engine()
    .processBatch(partition, { firstOffset, nextOffset, records, offsets }, memory, nowMs, sealed.seal);
  work.nextOffset = nextOffset;

  const changed = new Set<string>();
  const changes: { offset: number; change: SharedChange }[] = [];
  for (const { offset, transaction } of output.decided) {
    changed.add(transaction.accountId);
    changes.push({ offset, change: { kind: 'event', event: sharedEventOf(transaction) } });
  }
  const latest = new Map(labels);
  for (const { offset, label } of output.labelled) {
    changed.add(label.accountId);
    if (changesHistories(label, latest.get(label.transactionId))) {
      changes.push({ offset, change: labelChange(label) });
    }
    latest.set(label.transactionId, label.fraud);
  }
  changes.sort((a, b) => a.offset - b.offset);

  const messages = messagesOf(output, batch, sealed.messages);
  const commit: PartitionCommit = {
    partition,
    epoch: head.epoch,
    firstOffset,
    nextOffset,
    accounts: accountsOf(work, changed),
    labels: output.labelled.map(({ label }) => ({
      transactionId: label.transactionId,
      fraud: label.fraud,
    })),
    decidedIds: bytesOfHashes(batch.decidedIds),
    startNewIds: startNewIds(work),
    shared: encodeSharedChanges(changes.map(({ change }) => change)),
  };
  return { commit, messages, output };
}

/**
 * Decides a batch by what its transactions say of themselves. What they do to the histories is done when the store
 * is back, from what was published.
 */
export function decideWithoutHistories(work: Work, batch: Read, nowMs: number): Omit<DecidedBatch, 'commit'> {
  const { records, offsets, nextOffset } = batch;
  const sealed = sealer(batch);
  const output = work
    .engineWithoutHistories()
    .processBatch(
      work.partition,
      { firstOffset: work.nextOffset, nextOffset, records, offsets },
      { label: () => undefined },
      nowMs,
      sealed.seal,
    );
  work.nextOffset = nextOffset;
  return { messages: messagesOf(output, batch, sealed.messages), output };
}

/**
 * Writes the message of each decision before it is added to histories: one that cannot be written, or would not be taken by
 * a broker, is no decision.
 */
function sealer(batch: Read): { readonly messages: StreamMessage[]; seal(item: Decided): void } {
  const messages: StreamMessage[] = [];
  return {
    messages,
    seal(item) {
      const message = decisionMessage(item, textOf(batch, item.offset), batch.traces.get(item.offset));
      const { length } = message.value;
      if (length > MAX_MESSAGE_BYTES)
        throw new RecordError(`its decision has ${length} bytes; at most ${MAX_MESSAGE_BYTES} are published`);
      messages.push(message);
    },
  };
}

function textOf({ texts }: Read, offset: number): Uint8Array {
  const text = texts.get(offset);
  if (!text) throw new Error(`offset ${offset} is not in the batch`);
  return text;
}

/** What is to be published of a batch, in the order of its records. */
const messagesOf = (
  output: BatchOutput,
  batch: Read,
  decisions: readonly StreamMessage[],
): StreamMessage[] => {
  const { quarantined } = output;
  // A decision that was written, and then could not be added to histories, is none.
  const stands = ({ sourceOffset }: StreamMessage): boolean =>
    !quarantined.some(({ offset }) => offset === sourceOffset);
  return [
    ...(quarantined.length === 0 ? decisions : decisions.filter(stands)),
    ...output.labelled.map(labelMessage),
    ...batch.deadLetters,
    ...quarantined.map((item) => quarantineMessage(item, batch)),
  ].sort((a, b) => a.sourceOffset - b.sourceOffset);
};

function quarantineMessage({ offset, record, reason }: Quarantined, batch: Read): StreamMessage {
  const raw = batch.raw.find((item) => item.offset === offset);
  if (!raw) throw new Error(`offset ${offset} is not in the batch`);
  // As it was decided: what was replaced on reading stays replaced.
  const value = batch.texts.get(offset) ?? raw.value;
  return deadLetterMessage({ ...raw, value }, [{ pointer: '', message: reason }], undefined, {
    step: 'deciding',
    subject: subjectOf(record),
  });
}

const labelChange = (label: Label): SharedChange => ({
  kind: 'label',
  timeSeconds: Math.floor(label.occurredAtMs / 1000),
  fraud: label.fraud,
  keys: label,
});

/** Histories as they are now, to be committed. */
const accountsOf = (work: Work, accountIds: ReadonlySet<string>): AccountBytes[] =>
  copyHistories(work.cache.table, accountIds);

function startNewIds(work: Work): boolean {
  const { full } = work.ids;
  if (full) work.ids.startNew();
  return full;
}

/** Moves the offset, and nothing else. */
export const emptyCommit = (
  partition: number,
  head: Pick<PartitionHead, 'epoch'>,
  firstOffset: number,
  nextOffset: number,
): PartitionCommit => ({
  partition,
  epoch: head.epoch,
  firstOffset,
  nextOffset,
  accounts: [],
  labels: [],
  decidedIds: NOTHING,
  startNewIds: false,
  shared: NOTHING,
});

/**
 * Does to the state what was decided before, without deciding again. `onRefused` hears of what the histories cannot take any
 * more; they go on without it.
 */
export function redoBatch(
  work: Work,
  items: readonly HistoryItem[],
  labels: Map<string, boolean>,
  onRefused: (item: HistoryItem, reason: string) => void,
): PartitionCommit {
  const { accounts, labelled } = needsOf(items);
  const ids: string[] = [];
  const changes: SharedChange[] = [];
  const take = (item: HistoryItem): void => {
    if (item.kind === 'transaction') {
      const id = hashOfId(item.transaction.accountId, item.transaction.id);
      if (!work.ids.add(id)) return;
      ids.push(id);
      observe(work.state, item.transaction, vector);
      changes.push({ kind: 'event', event: sharedEventOf(item.transaction) });
    } else {
      const { label } = item;
      const previous = labels.get(label.transactionId);
      applyLabel(work.state, label, previous);
      if (changesHistories(label, previous)) changes.push(labelChange(label));
      labels.set(label.transactionId, label.fraud);
    }
  };
  for (const item of items) {
    try {
      take(item);
    } catch (error) {
      if (lacksMemory(error)) throw error;
      onRefused(item, reasonOf(error));
    }
  }
  const firstOffset = work.nextOffset;
  work.nextOffset = items[items.length - 1].offset + 1;
  return {
    ...emptyCommit(work.partition, work.head, firstOffset, work.nextOffset),
    accounts: accountsOf(work, new Set(accounts)),
    labels: labelled.map(({ transactionId, fraud }) => ({ transactionId, fraud })),
    decidedIds: bytesOfHashes(ids),
    startNewIds: startNewIds(work),
    shared: encodeSharedChanges(changes),
  };
}

/** Whose histories a piece of history needs, and what it labels. */
export function needsOf(items: readonly HistoryItem[]): { accounts: string[]; labelled: Label[] } {
  return {
    accounts: items.map((item) =>
      item.kind === 'label' ? item.label.accountId : item.transaction.accountId,
    ),
    labelled: items.flatMap((item) => (item.kind === 'label' ? [item.label] : [])),
  };
}
