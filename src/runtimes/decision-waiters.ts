// Those who wait for the decision of a transaction that they sent into the stream.
import type { Decision } from '../domain/decision.ts';
import type { Decided } from '../engine/process-batch.ts';

export type Found =
  | { readonly decision: Decision; readonly contentHash: string }
  /** It is in quarantine, for this reason. */
  | { readonly quarantined: string };

export type Waiter = {
  /** Once somebody tells what became of it. */
  readonly found: Promise<Found>;
  tell(found: Found): void;
  giveUp(error: Error): void;
  /** It waits no more. */
  leave(): void;
};

export type DecisionWaiters = {
  /** How many wait. */
  readonly count: number;
  isAwaited(transactionId: string): boolean;
  /** One more waits, until it leaves. */
  join(transactionId: string): Waiter;
  /** Tells all who wait for it. */
  tell(decided: Decided): void;
};

export function createDecisionWaiters(): DecisionWaiters {
  const waiting = new Map<string, Set<Waiter>>();
  let count = 0;
  return {
    get count() {
      return count;
    },
    isAwaited: (transactionId) => waiting.has(transactionId),
    join(transactionId) {
      const { promise, resolve, reject } = Promise.withResolvers<Found>();
      const others = waiting.get(transactionId) ?? new Set();
      const waiter: Waiter = {
        found: promise,
        tell: resolve,
        giveUp: reject,
        leave() {
          count--;
          others.delete(waiter);
          if (others.size === 0) waiting.delete(transactionId);
        },
      };
      waiting.set(transactionId, others.add(waiter));
      count++;
      return waiter;
    },
    tell({ decision, contentHash }) {
      for (const waiter of waiting.get(decision.transactionId) ?? []) waiter.tell({ decision, contentHash });
    },
  };
}
