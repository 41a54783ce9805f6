// The past that drafts are tried on: read once into shared memory, and kept for a while.
import { asDeclared } from '../domain/as-declared.ts';
import { ownDataOf } from '../domain/own-data.ts';
import { createVectorReader, type VectorReader } from '../engine/stored-vectors.ts';
import { vectorCodec } from '../engine/vector-codec.ts';
import type { Catalogue } from '../features/catalogue.ts';
import type { Desk } from '../ports/desk.ts';
import type { Office } from '../ports/office/office.ts';
import type { StoredPast } from '../rules/past-columns.ts';
import { createColumns, type PastColumns } from '../rules/past-columns.ts';

/** Short enough that decisions do not wait for it. */
const PAGE = 200;
const KEPT_MS = 5 * 60_000;

/** All that is asked of a desk: pages of the past, the catalogue that rules see it by, and those it was decided with. */
export type PagedPast = Pick<Desk, 'inService' | 'catalogues'> & {
  readonly office: { readonly past: Pick<Office['past'], 'page'> };
};

/** Vectors are of the catalogue, whichever they were decided with. */
export type Past = {
  readonly catalogue: Catalogue;
  readonly columns: PastColumns;
  readonly ids: readonly string[];
};

export type KeptPast = {
  /** So many rows, the newest: what is kept, or read anew until `signal` says stop; `onRows` hears how many are read. */
  atHand(maxRows: number, signal: AbortSignal, onRows: (rows: number) => void): Promise<Past>;
  /** The desk ends: nothing waits for the time to forget it. */
  close(): void;
};

/** One read of the past, which all who want as many rows wait for. */
type Reading = {
  readonly catalogue: Catalogue;
  readonly rows: number;
  readonly at: number;
  readonly stop: AbortController;
  readonly waiting: Set<(rows: number) => void>;
  readonly value: Promise<Past>;
};

/** The row with its vector as one of the reader's catalogue; nothing where it cannot be read. */
function translated(row: StoredPast, reader: VectorReader): StoredPast | undefined {
  const { catalogue } = reader;
  if (row.catalogueHash === catalogue.hash) return row;
  if (!reader.knows(row.catalogueHash)) return undefined;
  const vector = vectorCodec(catalogue.size).encode(reader.read(row.vector, row.catalogueHash, row.filled));
  return { ...row, catalogueHash: catalogue.hash, vector, attributes: attributesOf(row, catalogue) };
}

/** What came in before a field was declared is asked for in the form that it has now. */
function attributesOf({ attributes }: StoredPast, { data }: Catalogue): string | undefined {
  const own = ownDataOf(data);
  if (attributes === undefined || own.fields.size === 0) return attributes;
  return JSON.stringify(asDeclared(JSON.parse(attributes), own));
}

async function read(
  { office }: PagedPast,
  reader: VectorReader,
  maxRows: number,
  signal: AbortSignal,
  onRows: (rows: number) => void,
): Promise<Past> {
  const builder = createColumns(maxRows);
  for (let before: number | undefined; builder.rows < maxRows; ) {
    signal.throwIfAborted();
    const page = await office.past.page(before, Math.min(PAGE, maxRows - builder.rows));
    for (const row of page.rows) {
      const usable = translated(row, reader);
      if (usable) builder.add(usable);
    }
    onRows(builder.rows);
    if (page.last === undefined) break;
    before = page.last;
  }
  return { catalogue: reader.catalogue, ...builder.finish() };
}

/** Waits with others: whoever stops waiting leaves it to them, and the last one ends it. */
async function waitFor(
  { value, stop, waiting }: Reading,
  signal: AbortSignal,
  onRows: (rows: number) => void,
): Promise<Past> {
  const { promise, reject } = Promise.withResolvers<never>();
  const leave = (): void => {
    waiting.delete(onRows);
    if (waiting.size === 0) stop.abort(signal.reason);
    reject(signal.reason);
  };
  signal.throwIfAborted();
  waiting.add(onRows);
  signal.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([value, promise]);
  } finally {
    signal.removeEventListener('abort', leave);
    waiting.delete(onRows);
  }
}

export function keepPast(desk: PagedPast, nowMs: () => number): KeptPast {
  let kept: Reading | undefined;
  let forget: NodeJS.Timeout | undefined;

  function begin(catalogue: Catalogue, maxRows: number): Reading {
    const reader = createVectorReader(catalogue, desk.catalogues);
    const stop = new AbortController();
    const waiting: Reading['waiting'] = new Set();
    const value = read(desk, reader, maxRows, stop.signal, (rows) => {
      for (const onRows of waiting) onRows(rows);
    });
    const reading = { catalogue, rows: maxRows, at: nowMs(), stop, waiting, value };
    value.catch(() => {
      if (kept === reading) kept = undefined;
    });
    return reading;
  }

  return {
    atHand(maxRows, signal, onRows) {
      clearTimeout(forget);
      forget = setTimeout(() => {
        kept = undefined;
      }, KEPT_MS);
      forget.unref();
      const { catalogue } = desk.inService();
      const isFresh =
        kept?.rows === maxRows &&
        kept.catalogue === catalogue &&
        nowMs() - kept.at < KEPT_MS &&
        !kept.stop.signal.aborted;
      const reading = kept && isFresh ? kept : begin(catalogue, maxRows);
      kept = reading;
      return waitFor(reading, signal, onRows);
    },
    close: () => clearTimeout(forget),
  };
}
