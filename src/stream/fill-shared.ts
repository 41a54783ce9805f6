// Histories of a coming catalogue, filled from what was published, and the values that its new features would have had: all
// partitions, merged by when each record came in, up to exactly where a copy of the shared histories is. From there on it is told
// of them like of any other.
import { recordAsDeclared } from '../domain/as-declared.ts';
import { lacksMemory } from '../domain/fault.ts';
import type { FilledVector } from '../domain/filled-vector.ts';
import { type OwnData, ownDataOf } from '../domain/own-data.ts';
import { createFilledValues, type FilledValues } from '../engine/filled-values.ts';
import { type Catalogues, createVectorReader } from '../engine/stored-vectors.ts';
import type { Catalogue } from '../features/catalogue.ts';
import type { Filling } from '../features/compile-filling.ts';
import type { FeatureState } from '../features/feature-state.ts';
import type { PastValues } from '../ports/past-values.ts';
import type { BaseHistories, DecidedHistory, HistoryItem } from '../ports/stream/history.ts';

/** A version whose histories are to be there before it decides. */
export type ComingCatalogue = {
  readonly version: number;
  readonly catalogue: Catalogue;
  /** Only the histories that nobody keeps yet and the features that were not there, computed by the same parts as when it serves. */
  readonly filling: Filling;
};

export type SharedFill = {
  readonly coming: ComingCatalogue;
  readonly state: FeatureState;
  readonly records: number;
  /** Whether it holds what happened up to exactly these offsets. */
  isAt(offsets: ReadonlyMap<number, number>): boolean;
  /** Whether it holds at least what happened up to these. */
  reaches(offsets: ReadonlyMap<number, number>): boolean;
  /** Goes on towards these offsets for about so long. */
  run(offsets: ReadonlyMap<number, number>, isTime: () => boolean): Promise<void>;
  /** Keeps the values that wait for their block to be full. */
  flush(): Promise<void>;
  /** Lets go of what it reads from. */
  close(): Promise<void>;
  /** When the first of what it holds happened, where the beginning of any partition is not there any more. */
  readonly holdsFromMs: number | undefined;
};

export type FillParts = {
  readonly history: DecidedHistory;
  /** What was there before the stream, for features that read histories of the program. */
  readonly base: BaseHistories;
  readonly values: PastValues;
  /** Those that decided, for features that use what others had. */
  readonly catalogues: Catalogues;
};

type Piece = readonly HistoryItem[];

/** A partition's past, read piece by piece. */
type Reader = {
  readonly partition: number;
  readonly pieces: AsyncIterator<Piece>;
  items: Piece;
  at: number;
  /** When the item that comes next came in; a partition keeps its order, whatever clocks say. */
  timeMs: number;
  /** What was filled before for the items of this piece, where that is asked for. */
  filled: readonly (readonly FilledVector[] | undefined)[];
};

/** A label must not be known before it was: what was decided until then had none. */
const cameInAtMs = (item: HistoryItem): number =>
  item.kind === 'label' ? item.label.labelledAtMs : item.receivedAtMs;

function happenedAtMs(item: HistoryItem): number {
  if (item.kind === 'transaction') return item.transaction.occurredAtMs;
  return item.kind === 'event' ? item.event.occurredAtMs : item.label.occurredAtMs;
}

/** Brings the next item; false at the end. */
async function next(reader: Reader, about: (piece: Piece) => Promise<Reader['filled']>): Promise<boolean> {
  reader.at++;
  while (reader.at >= reader.items.length) {
    const { done, value } = await reader.pieces.next();
    if (done) return false;
    reader.items = value;
    reader.filled = await about(value);
    reader.at = 0;
  }
  reader.timeMs = Math.max(cameInAtMs(reader.items[reader.at]), reader.timeMs);
  return true;
}

type Offsets = ReadonlyMap<number, number>;

const isAt = (offsets: Offsets, to: Offsets): boolean =>
  [...to].every(([partition, end]) => (offsets.get(partition) ?? 0) === end);

/** After a loss of the state store what this holds may be ahead of what is there: nothing to do until that is made up for. */
const isBehind = (offsets: Offsets, to: Offsets): boolean =>
  [...to].some(([partition, end]) => (offsets.get(partition) ?? 0) < end);

/** `goesOn`: its histories are there, and values of it as far as they were kept; only those behind them are missing. */
export function createSharedFill(coming: ComingCatalogue, parts: FillParts, goesOn = false): SharedFill {
  const { catalogue, filling, version } = coming;
  const declared = ownDataOf(catalogue.data);
  const state = filling.createState();
  const values = valuesOf(coming, parts, goesOn);
  const take = taking(coming, declared, state, values, parts.catalogues);
  /** Up to where each partition is in. */
  const offsets = new Map<number, number>();
  let goal: ReadonlyMap<number, number> | undefined;
  let readers: Reader[] = [];
  let records = 0;
  let firstMs: number | undefined;
  let isCut = false;
  let isPrepared = false;

  const aboutOf =
    (partition: number) =>
    async (piece: Piece): Promise<Reader['filled']> =>
      filling.usesStored ? parts.values.of(piece.map(({ offset }) => ({ partition, offset }))) : [];

  /** Though there may be nothing yet: what was published and is rebuilt just now has values to come. */
  async function prepare(partitions: readonly number[]): Promise<void> {
    if (isPrepared) return;
    await loadBase(filling, parts.base, partitions, state);
    await values.begin();
    isPrepared = true;
  }

  async function begin(to: ReadonlyMap<number, number>): Promise<void> {
    goal = new Map(to);
    const found: Reader[] = [];
    for (const [partition, end] of to) {
      const from = offsets.get(partition) ?? 0;
      if (from >= end) continue;
      const pieces = parts.history.replay(partition, from, end - 1, declared)[Symbol.asyncIterator]();
      const reader: Reader = { partition, pieces, items: [], at: -1, timeMs: 0, filled: [] };
      if (!(await next(reader, aboutOf(partition)))) continue;
      if (from === 0 && reader.items[0].offset > 0) isCut = true;
      found.push(reader);
    }
    readers = found;
  }

  function done({ partition, items, at, filled }: Reader): void {
    records++;
    const atMs = happenedAtMs(items[at]);
    firstMs = Math.min(firstMs ?? atMs, atMs);
    try {
      take(partition, items[at], filled[at]);
    } catch (error) {
      // Histories of before took it; what cannot take it goes on without.
      if (lacksMemory(error)) throw error;
    }
  }

  async function round(isTime: () => boolean): Promise<void> {
    while (readers.length > 0) {
      const reader = readers.reduce((first, one) => (one.timeMs < first.timeMs ? one : first));
      done(reader);
      const isPiece = reader.at + 1 >= reader.items.length;
      if (isPiece) await values.keep();
      if (!(await next(reader, aboutOf(reader.partition)))) readers = readers.filter((one) => one !== reader);
      if (isPiece && !isTime()) return;
    }
    for (const [partition, end] of goal ?? [])
      offsets.set(partition, Math.max(end, offsets.get(partition) ?? 0));
    goal = undefined;
  }

  return {
    coming: { version, catalogue, filling },
    state,
    get records() {
      return records;
    },
    isAt: (to) => isAt(offsets, to),
    reaches: (to) => !goal && !isBehind(offsets, to),
    async run(to, isTime) {
      await prepare([...to.keys()]);
      while ((goal || isBehind(offsets, to)) && isTime()) {
        if (!goal) await begin(to);
        await round(isTime);
      }
    },
    flush: values.flush,
    async close() {
      const left = readers;
      readers = [];
      await Promise.all(left.map(({ pieces }) => pieces.return?.()));
    },
    get holdsFromMs() {
      return isCut ? firstMs : undefined;
    },
  };
}

/** Histories of the program that are gone through begin with what was there before the stream. */
async function loadBase(
  { replayed }: Filling,
  base: BaseHistories,
  partitions: readonly number[],
  state: FeatureState,
): Promise<void> {
  if (replayed.some((id) => id in state && id !== 'account')) await base.loadShared(state);
  if (!replayed.includes('account')) return;
  for (const partition of partitions) {
    for (const { accountId, bytes } of await base.accounts(partition)) {
      const entry = state.account.findOrAdd(accountId);
      state.account.reserve(entry, bytes.length);
      state.account.chunkOf(entry).bytes.set(bytes, state.account.offsetOf(entry));
    }
  }
}

type Values = {
  begin(): Promise<void>;
  add(partition: number, offset: number, vector: Float64Array): void;
  /** Keeps the blocks that are full. */
  keep(): Promise<void>;
  flush(): Promise<void>;
};

/** Values of the new features, by partition; none where no feature is new. */
function valuesOf({ version, filling }: ComingCatalogue, { values }: FillParts, goesOn: boolean): Values {
  const { lacking } = filling;
  const collected = new Map<number, FilledValues>();
  let reached: ReadonlyMap<number, number> = new Map();
  async function keep(): Promise<void> {
    for (const [partition, one] of collected) {
      const blocks = one.take();
      if (blocks.length > 0) await values.add(version, partition, blocks);
    }
  }
  return {
    async begin() {
      if (goesOn) reached = await values.reached(version);
      else if (lacking.length > 0) await values.begin(version, lacking);
      else await values.drop(version);
    },
    add(partition, offset, vector) {
      if (lacking.length === 0 || offset <= (reached.get(partition) ?? -1)) return;
      const one = collected.get(partition) ?? createFilledValues(filling);
      collected.set(partition, one);
      one.add(offset, vector);
    },
    keep,
    async flush() {
      for (const one of collected.values()) one.close();
      await keep();
    },
  };
}

/** Does to histories what one piece of the past did, and keeps the values that it had. */
function taking(
  { catalogue, filling }: ComingCatalogue,
  declared: OwnData,
  state: FeatureState,
  values: Pick<Values, 'add'>,
  catalogues: Catalogues,
): (partition: number, item: HistoryItem, filled: readonly FilledVector[] | undefined) => void {
  const out = new Float64Array(filling.size);
  const reader = createVectorReader(catalogue, catalogues);
  /** Transactions whose last label says fraud: all that a label after it has to know. */
  const frauds = new Set<string>();
  return (partition, item, filled) => {
    if (item.kind === 'transaction') {
      const { decidedBy } = item;
      // By a catalogue that nobody knows any more it is not read: neither is what was filled of it.
      const isRead = decidedBy !== undefined && reader.knows(decidedBy.catalogueHash);
      if (filling.usesStored && isRead)
        out.set(reader.read(decidedBy.vector, decidedBy.catalogueHash, filled));
      else out.fill(Number.NaN);
      filling.observe(state, recordAsDeclared(item.transaction, declared), out);
      if (isRead && decidedBy.catalogueHash !== catalogue.hash) values.add(partition, item.offset, out);
    } else if (item.kind === 'event') filling.observeEvent?.(state, recordAsDeclared(item.event, declared));
    else {
      const { transactionId, fraud } = item.label;
      filling.applyLabel(state, item.label, frauds.has(transactionId));
      if (fraud) frauds.add(transactionId);
      else frauds.delete(transactionId);
    }
  };
}
