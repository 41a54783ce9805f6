// Decisions of the past, newest first, a page at a time, so that whatever else this thread does goes on.
import { setImmediate as pause } from 'node:timers/promises';
import { CATALOGUE_HASH } from '../features/catalogue.ts';
import type { Store, StoredTransaction } from './store.ts';

const PAGE = 500;

/** Pages of what was decided before `untilMs` with the features of this program; ends after about `maxRows`. */
export async function* decidedBefore(
  store: Store,
  untilMs: number,
  maxRows: number,
): AsyncGenerator<readonly StoredTransaction[]> {
  let before: number | undefined;
  for (let rows = 0; rows < maxRows; ) {
    const page = await store.transactions({ untilMs, ...(before !== undefined && { before }) }, PAGE);
    const usable = page.filter(({ decision }) => decision.catalogueHash === CATALOGUE_HASH);
    rows += usable.length;
    yield usable;
    if (page.length < PAGE) return;
    before = page[page.length - 1].offset;
    await pause();
  }
}
