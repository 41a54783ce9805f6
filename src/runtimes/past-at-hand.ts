// The past that drafts are tried on: read once into shared memory, and kept for a while.
import { CATALOGUE_HASH } from '../features/catalogue.ts';
import type { Office } from '../ports/office/office.ts';
import { createColumns, type PastColumns } from '../rules/past-columns.ts';

/** Short enough that decisions do not wait for it. */
const PAGE = 200;
const KEPT_MS = 5 * 60_000;

export type Past = { readonly columns: PastColumns; readonly ids: readonly string[] };

export type KeptPast = {
  /** So many rows, the newest: what is kept, or read anew until `signal` says stop; `onRows` hears how many are read. */
  atHand(maxRows: number, signal: AbortSignal, onRows: (rows: number) => void): Promise<Past>;
  /** The desk ends: nothing waits for the time to forget it. */
  close(): void;
};

export function keepPast(office: Pick<Office, 'past'>, nowMs: () => number): KeptPast {
  let past: { readonly rows: number; readonly at: number; readonly value: Promise<Past> } | undefined;
  let forget: NodeJS.Timeout | undefined;

  async function read(maxRows: number, signal: AbortSignal, onRows: (rows: number) => void): Promise<Past> {
    const builder = createColumns(maxRows);
    for (let before: number | undefined; builder.rows < maxRows; ) {
      signal.throwIfAborted();
      const page = await office.past.page(CATALOGUE_HASH, before, Math.min(PAGE, maxRows - builder.rows));
      for (const row of page.rows) builder.add(row);
      onRows(builder.rows);
      if (page.last === undefined) break;
      before = page.last;
    }
    return builder.finish();
  }

  return {
    atHand(maxRows, signal, onRows) {
      clearTimeout(forget);
      forget = setTimeout(() => {
        past = undefined;
      }, KEPT_MS);
      forget.unref();
      if (past && past.rows === maxRows && nowMs() - past.at < KEPT_MS) return past.value;
      const value = read(maxRows, signal, onRows);
      const made = { rows: maxRows, at: nowMs(), value };
      past = made;
      value.catch(() => {
        if (past === made) past = undefined;
      });
      return value;
    },
    close: () => clearTimeout(forget),
  };
}
