// Own fields that arrived and that nobody declared.
import type { Observed, RecordKind } from '../../domain/observed-fields.ts';

/**
 * **Contract**
 * - OBSERVED1 What was added is there again, each name once, summed over all who add, and no more names than 1,000.
 * - OBSERVED2 A name that nobody saw for ninety days makes room.
 * - OBSERVED3 What events said is kept beside what transactions said: neither counts in the other.
 *
 * **Caller invariants**
 * - What is added came since it was taken last: it is added once.
 */
export type ObservedFields = {
  read(of: RecordKind): Promise<Observed>;
  add(of: RecordKind, more: Observed, nowMs: number): Promise<void>;
};
