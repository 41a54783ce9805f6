// What became of transactions whose decisions do not come back: the database is asked, for many at once and by one at a time, so that
// however many wait take one connection.
import type { Office } from '../ports/office/office.ts';
import type { Store } from '../ports/store.ts';
import type { Found, Waiter } from './decision-waiters.ts';

/** A decision that does not come back by then may have been made before. */
const FIRST_MS = 150;
const TICK_MS = 50;
const AT_ONCE = 500;

export type LookUps = {
  /** Asks until it is told, each time after twice as long. Gives what stops it. */
  watch(transactionId: string, waiter: Pick<Waiter, 'tell'>): () => void;
};

type Asked = { readonly id: string; readonly waiter: Pick<Waiter, 'tell'>; dueMs: number; waitMs: number };

export function createLookUps(
  store: Pick<Store, 'findKnown'>,
  deadLetters: Pick<Office['deadLetters'], 'reasonsOf'>,
): LookUps {
  const asked = new Set<Asked>();
  let isBegun = false;

  async function lookFor(some: readonly Asked[]): Promise<void> {
    const tell = (found: ReadonlyMap<string, Found>): void => {
      for (const { id, waiter } of some) {
        const what = found.get(id);
        if (what) waiter.tell(what);
      }
    };
    const ids = [...new Set(some.map(({ id }) => id))];
    const known = await store.findKnown(ids);
    tell(known);
    const rest = ids.filter((id) => !known.has(id));
    if (rest.length === 0) return;
    const reasons = await deadLetters.reasonsOf(rest);
    tell(new Map([...reasons].map(([id, quarantined]) => [id, { quarantined }])));
  }

  async function look(): Promise<void> {
    for (;;) {
      const nowMs = performance.now();
      const due: Asked[] = [];
      for (const one of asked) if (one.dueMs <= nowMs && due.push(one) === AT_ONCE) break;
      // A database that is away is asked again like one that knows nothing.
      if (due.length > 0) await lookFor(due).catch(() => undefined);
      for (const one of due) {
        one.waitMs *= 2;
        one.dueMs = performance.now() + one.waitMs;
      }
      if (due.length < AT_ONCE) break;
    }
    isBegun = false;
    begin();
  }

  function begin(): void {
    if (isBegun || asked.size === 0) return;
    isBegun = true;
    setTimeout(() => void look(), TICK_MS);
  }

  return {
    watch(id, waiter) {
      const one = { id, waiter, dueMs: performance.now() + FIRST_MS, waitMs: FIRST_MS };
      asked.add(one);
      begin();
      return () => asked.delete(one);
    },
  };
}
