// The past of a coming catalogue, gone through record by record: its histories, and the values that its new features would have had.
// It is told what was decided, and knows nothing of where that is kept.
import type { LogPage } from '../adapters/embedded/log-pages.ts';
import { unpackBatch } from '../adapters/embedded/log-pages.ts';
import { recordAsDeclared } from '../domain/as-declared.ts';
import { lacksMemory } from '../domain/fault.ts';
import type { Label } from '../domain/label.ts';
import type { OwnData } from '../domain/own-data.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { FilledBlock } from '../engine/filled-block.ts';
import { createFilledValues } from '../engine/filled-values.ts';
import type { LogRecord } from '../engine/records.ts';
import type { Filling } from '../features/compile-filling.ts';
import type { FeatureState } from '../features/feature-state.ts';
import { saysAll, withKeysOf } from './redo.ts';

/** Vectors of the coming catalogue with what the past has of them, one after another. */
export type StoredValues = { readonly offsets: readonly number[]; readonly vectors: Float64Array };

export type FillSource = {
  /** Some of what is committed from an offset on; `until` is that offset where nothing is. */
  page(from: number): Promise<LogPage & { readonly until: number }>;
  /** Offsets in [from, until) at which histories took a transaction or an event. */
  decided(from: number, until: number): Promise<readonly number[]>;
  /** Offsets in [from, until) of labels that no history could take. */
  refused(from: number, until: number): Promise<readonly number[]>;
  transactions(ids: readonly string[]): Promise<readonly Transaction[]>;
  stored(from: number, until: number): Promise<StoredValues>;
  values(blocks: readonly FilledBlock[]): Promise<void>;
};

export type Replay = {
  /** The offset that the histories stand at. */
  readonly offset: number;
  /** Goes as far as the source does, or to an offset that is committed. */
  run(until?: number): Promise<void>;
  /** Hands on the values that wait for their block to be full. */
  flush(): Promise<void>;
};

type Placed = { readonly offset: number; readonly record: LogRecord };

function recordsOf({ batches }: LogPage, from: number, until: number): Placed[] {
  return batches.flatMap(({ firstOffset, payload }) =>
    unpackBatch(payload)
      .map((record, i) => ({ offset: firstOffset + i, record }))
      .filter(({ offset }) => offset >= from && offset < until),
  );
}

const NONE: ReadonlySet<number> = new Set();

/** What a page needs to be known beside its records. */
async function aboutPage(
  page: LogPage & { readonly until: number },
  placed: readonly Placed[],
  from: number,
  until: number,
  { filling, own, source }: ReplayParts,
) {
  const labels = placed.flatMap(({ record }) => (record.kind === 'label' ? record.label : []));
  const inHistories = placed.length - labels.length;
  const unnamed = filling.labels ? labels.filter((label) => !saysAll(label, own.keyFields)) : [];
  const ids = [...new Set(unnamed.map(({ transactionId }) => transactionId))];
  const [decided, refused, transactions, stored] = await Promise.all([
    // As many as there are: then it is all of them.
    until === page.until && page.decided === inHistories ? undefined : source.decided(from, until),
    page.refused > 0 ? source.refused(from, until) : undefined,
    ids.length > 0 ? source.transactions(ids) : [],
    filling.usesStored ? source.stored(from, until) : undefined,
  ]);
  const byId = new Map(transactions.map((one) => [one.id, one]));
  return {
    decided: decided && new Set(decided),
    refused: refused ? new Set(refused) : NONE,
    named: (label: Label): Label => withKeysOf(label, byId, own),
    stored: stored && {
      vectors: stored.vectors,
      places: new Map(stored.offsets.map((offset, i) => [offset, i])),
    },
  };
}

export type ReplayParts = {
  readonly filling: Filling;
  /** What the coming catalogue declares. */
  readonly own: OwnData;
  readonly state: FeatureState;
  readonly source: FillSource;
};

/** Begins with the first record of the log. */
export function createReplay(parts: ReplayParts): Replay {
  const { filling, own, state, source } = parts;
  const { size, lacking } = filling;
  const out = new Float64Array(size);
  const values = createFilledValues(filling);
  /** Transactions whose last label says fraud: all that a label after it has to know. */
  const frauds = new Set<string>();
  let offset = 0;

  async function take(page: LogPage & { readonly until: number }, until: number): Promise<void> {
    const placed = recordsOf(page, offset, until);
    const { decided, refused, named, stored } = await aboutPage(page, placed, offset, until, parts);
    const one = ({ offset: at, record }: Placed): void => {
      if (record.kind === 'label') {
        if (refused.has(at)) return;
        const { transactionId, fraud } = record.label;
        filling.applyLabel(state, named(record.label), frauds.has(transactionId));
        if (fraud) frauds.add(transactionId);
        else frauds.delete(transactionId);
        return;
      }
      if (decided && !decided.has(at)) return;
      if (record.kind === 'event') {
        filling.observeEvent?.(state, recordAsDeclared(record.event, own));
        return;
      }
      out.fill(Number.NaN);
      const place = stored?.places.get(at);
      if (stored && place !== undefined) out.set(stored.vectors.subarray(place * size, (place + 1) * size));
      filling.observe(state, recordAsDeclared(record.transaction, own), out);
      // What has no row has no values either.
      if (lacking.length > 0 && (!stored || place !== undefined)) values.add(at, out);
    };
    for (const each of placed) {
      try {
        one(each);
      } catch (error) {
        // Histories of before took it; what cannot take it goes on without.
        if (lacksMemory(error)) throw error;
      }
    }
    offset = until;
    const blocks = values.take();
    if (blocks.length > 0) await source.values(blocks);
  }
  return {
    get offset() {
      return offset;
    },
    async run(until = Number.POSITIVE_INFINITY) {
      let next = source.page(offset);
      for (;;) {
        const page = await next;
        const end = Math.min(page.until, until);
        if (end <= offset) return;
        // The next page is read while this one is gone through.
        if (end < until) {
          next = source.page(end);
          next.catch(() => undefined);
        }
        await take(page, end);
        if (end >= until) return;
      }
    },
    async flush() {
      values.close();
      const blocks = values.take();
      if (blocks.length > 0) await source.values(blocks);
    },
  };
}
