// Histories of a coming catalogue, filled from what was published: all partitions, merged by the time of what happened, up to
// exactly where a copy of the shared histories is. From there on it is told of them like of any other.
import { recordAsDeclared } from '../domain/as-declared.ts';
import { lacksMemory } from '../domain/fault.ts';
import { type OwnData, ownDataOf } from '../domain/own-data.ts';
import type { Catalogue } from '../features/catalogue.ts';
import type { Filling } from '../features/compile-filling.ts';
import type { FeatureState } from '../features/feature-state.ts';
import type { DecidedHistory, HistoryItem } from '../ports/stream/history.ts';

/** A version whose histories are to be there before it decides. */
export type ComingCatalogue = {
  readonly version: number;
  readonly catalogue: Catalogue;
  /** Only the histories that nobody keeps yet, computed by the same parts as when it serves. */
  readonly filling: Filling;
};

export type SharedFill = {
  readonly coming: ComingCatalogue;
  readonly state: FeatureState;
  readonly records: number;
  /** Whether it holds what happened up to exactly these offsets. */
  isAt(offsets: ReadonlyMap<number, number>): boolean;
  /** Goes on towards these offsets for about so long. */
  run(offsets: ReadonlyMap<number, number>, isTime: () => boolean): Promise<void>;
  /** When the first of what it holds happened, where the beginning of any partition is not there any more. */
  readonly holdsFromMs: number | undefined;
};

/** A partition's past, read piece by piece. */
type Reader = {
  readonly partition: number;
  readonly pieces: AsyncIterator<readonly HistoryItem[]>;
  items: readonly HistoryItem[];
  at: number;
  /** Of the item that comes next; a label has the time of what came before it. */
  timeMs: number;
};

function timeOf(item: HistoryItem, before: number): number {
  if (item.kind === 'transaction') return item.transaction.occurredAtMs;
  return item.kind === 'event' ? item.event.occurredAtMs : before;
}

/** Brings the next item; false at the end. */
async function next(reader: Reader): Promise<boolean> {
  reader.at++;
  while (reader.at >= reader.items.length) {
    const { done, value } = await reader.pieces.next();
    if (done) return false;
    reader.items = value;
    reader.at = 0;
  }
  reader.timeMs = timeOf(reader.items[reader.at], reader.timeMs);
  return true;
}

export function createSharedFill(coming: ComingCatalogue, history: DecidedHistory): SharedFill {
  const { catalogue, filling } = coming;
  const declared = ownDataOf(catalogue.data);
  const state = filling.createState();
  const take = taking(filling, declared, state);
  /** Up to where each partition is in. */
  const offsets = new Map<number, number>();
  let goal: ReadonlyMap<number, number> | undefined;
  let readers: Reader[] = [];
  let records = 0;
  let firstMs: number | undefined;
  let isCut = false;

  async function begin(to: ReadonlyMap<number, number>): Promise<void> {
    goal = new Map(to);
    const found: Reader[] = [];
    for (const [partition, end] of to) {
      const from = offsets.get(partition) ?? 0;
      if (from >= end) continue;
      const pieces = history.replay(partition, from, end - 1, declared)[Symbol.asyncIterator]();
      const reader: Reader = { partition, pieces, items: [], at: -1, timeMs: 0 };
      if (!(await next(reader))) continue;
      if (from === 0 && reader.items[0].offset > 0) isCut = true;
      found.push(reader);
    }
    readers = found;
  }

  function done(item: HistoryItem, timeMs: number): void {
    records++;
    firstMs = Math.min(firstMs ?? timeMs, timeMs);
    try {
      take(item);
    } catch (error) {
      // Histories of before took it; what cannot take it goes on without.
      if (lacksMemory(error)) throw error;
    }
  }

  async function round(isTime: () => boolean): Promise<void> {
    while (readers.length > 0) {
      const reader = readers.reduce((first, one) => (one.timeMs < first.timeMs ? one : first));
      done(reader.items[reader.at], reader.timeMs);
      const isPiece = reader.at + 1 >= reader.items.length;
      if (!(await next(reader))) readers = readers.filter((one) => one !== reader);
      if (isPiece && !isTime()) return;
    }
    for (const [partition, end] of goal ?? [])
      offsets.set(partition, Math.max(end, offsets.get(partition) ?? 0));
    goal = undefined;
  }

  const isAt = (to: ReadonlyMap<number, number>): boolean =>
    [...to].every(([partition, end]) => (offsets.get(partition) ?? 0) === end);
  /** After a loss of the state store what this holds may be ahead of what is there: nothing to do until that is made up for. */
  const isBehind = (to: ReadonlyMap<number, number>): boolean =>
    [...to].some(([partition, end]) => (offsets.get(partition) ?? 0) < end);
  return {
    coming,
    state,
    get records() {
      return records;
    },
    isAt,
    async run(to, isTime) {
      while ((goal || isBehind(to)) && isTime()) {
        if (!goal) await begin(to);
        await round(isTime);
      }
    },
    get holdsFromMs() {
      return isCut ? firstMs : undefined;
    },
  };
}

/** Does to histories what one piece of the past did. */
function taking(filling: Filling, declared: OwnData, state: FeatureState): (item: HistoryItem) => void {
  const out = new Float64Array(filling.size);
  /** Transactions whose last label says fraud: all that a label after it has to know. */
  const frauds = new Set<string>();
  return (item) => {
    if (item.kind === 'transaction')
      filling.observe(state, recordAsDeclared(item.transaction, declared), out);
    else if (item.kind === 'event') filling.observeEvent?.(state, recordAsDeclared(item.event, declared));
    else {
      const { transactionId, fraud } = item.label;
      filling.applyLabel(state, item.label, frauds.has(transactionId));
      if (fraud) frauds.add(transactionId);
      else frauds.delete(transactionId);
    }
  };
}
