// Decisions of the past, newest first, a page at a time, so that whatever else this thread does goes on.
import { setImmediate as pause } from 'node:timers/promises';
import type { VectorReader } from '../engine/stored-vectors.ts';
import type { Store, StoredTransaction } from './store.ts';

const PAGE = 500;

/**
 * **Contract**
 * - DECIDED1 Pages are newest first, none twice, and only of what was decided with a catalogue that can be read.
 * - DECIDED2 Where there is more than asked for, decidedAcross takes pages from all over the span, decidedBefore the newest.
 *
 * **Caller invariants**
 * - The offsets of the store rise with the time of deciding, but for clocks that were set.
 */
/**
 * Whether it is known what a transaction turned out to be: it was decided so long ago that a label would be there, or it is of so long
 * ago and has one, as rows of a file that was imported have.
 */
export const isMature = ({ decision, transaction, isFraud }: StoredTransaction, untilMs: number): boolean =>
  decision.decidedAtMs < untilMs || (isFraud !== undefined && transaction.occurredAtMs < untilMs);

type Decisions = Pick<Store, 'transactions'>;
type Reader = Pick<VectorReader, 'knows'>;

/** Pages of what is mature at `untilMs`, with a catalogue that can be read; ends after about `maxRows`. */
export async function* decidedBefore(
  store: Decisions,
  reader: Reader,
  untilMs: number,
  maxRows: number,
): AsyncGenerator<readonly StoredTransaction[]> {
  let before: number | undefined;
  for (let rows = 0; rows < maxRows; ) {
    const page = await store.transactions(
      { matureMs: untilMs, ...(before !== undefined && { before }) },
      PAGE,
    );
    const usable = page.filter(({ decision }) => reader.knows(decision.catalogueHash));
    rows += usable.length;
    yield usable;
    if (page.length < PAGE) return;
    before = page[page.length - 1].offset;
    await pause();
  }
}

/** The offset of the first decision at or after a moment, among those before `end`; offsets rise with the time of deciding. */
async function offsetAt(store: Decisions, fromMs: number, end: number): Promise<number> {
  let low = 0;
  let high = end;
  while (high - low > PAGE) {
    const middle = Math.floor((low + high) / 2);
    const [row] = await store.transactions({ before: middle }, 1);
    if (row && row.decision.decidedAtMs >= fromMs) high = row.offset;
    else low = middle;
  }
  return low;
}

/**
 * Pages from all over what was decided since `fromMs` and is mature at `untilMs`, newest first: everything where it is no more than about
 * `maxRows`, else pages that lie equally far apart, so that each part of a day or week counts as much as it was busy.
 */
export async function* decidedAcross(
  store: Decisions,
  reader: Reader,
  fromMs: number,
  untilMs: number,
  maxRows: number,
): AsyncGenerator<readonly StoredTransaction[]> {
  const [newest] = await store.transactions({ matureMs: untilMs }, 1);
  if (!newest) return;
  const end = newest.offset + 1;
  const first = await offsetAt(store, fromMs, end);
  const stride = Math.max(PAGE, (end - first) / (maxRows / PAGE));
  let rows = 0;
  let lowest = end;
  for (let place = end; place > first && rows < maxRows; place -= stride) {
    // Offsets are not all transactions: a page reaches further than its stride where many are not.
    const before = Math.min(Math.ceil(place), lowest);
    const page = await store.transactions({ before }, PAGE);
    const usable = page.filter(
      (stored) =>
        reader.knows(stored.decision.catalogueHash) &&
        stored.decision.decidedAtMs >= fromMs &&
        isMature(stored, untilMs),
    );
    rows += usable.length;
    yield usable;
    if (page.length < PAGE) return;
    lowest = page[page.length - 1].offset;
    await pause();
  }
}
