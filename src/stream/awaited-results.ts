// Who waits for what becomes of a record of the log: each is told once it is decided and committed.
import type { Decision } from '../domain/decision.ts';
import type { BatchOutput, Result } from '../engine/process-batch.ts';

export type AwaitedResults = {
  /** Resolves when the record at this offset is decided and committed (undefined for labels). */
  at(offset: number): Promise<Result | undefined>;
  /** An output is committed. */
  tell(output: BatchOutput): void;
  /** Nothing more will be committed. */
  fail(error: Error): void;
};

type Waiter = { resolve(result: Result | undefined): void; reject(error: Error): void };

/** Nobody waits yet. */
export function createAwaitedResults(): AwaitedResults {
  const waiters = new Map<number, Waiter>();
  const unstored = new WeakMap<Decision, string>();

  /** A repetition may have been answered with a decision that then could not be stored. */
  function heard(result: Result): Result {
    if (result.kind !== 'duplicate') return result;
    const { offset, decision } = result;
    const reason = unstored.get(decision);
    if (reason === undefined) return result;
    return { kind: 'quarantined', offset, transactionId: decision.transactionId, reason };
  }

  return {
    at: (offset) => new Promise((resolve, reject) => waiters.set(offset, { resolve, reject })),
    tell({ quarantined, results, firstOffset, nextOffset }) {
      for (const { decided, reason } of quarantined) if (decided) unstored.set(decided.decision, reason);
      const byOffset = new Map(results.map((result) => [result.offset, heard(result)]));
      for (let offset = firstOffset; offset < nextOffset; offset++) {
        const waiter = waiters.get(offset);
        if (!waiter) continue;
        waiters.delete(offset);
        waiter.resolve(byOffset.get(offset));
      }
    },
    fail(error) {
      for (const waiter of waiters.values()) waiter.reject(error);
      waiters.clear();
    },
  };
}
