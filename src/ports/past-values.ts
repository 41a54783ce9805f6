// Values of features for transactions that were decided before the features were declared, as replaying the log computed them.
import type { FilledVector } from '../domain/filled-vector.ts';
import type { FilledBlock } from '../engine/filled-block.ts';

/**
 * **Contract**
 * - FILLED1 What was added comes back as it was, by the offsets of its transactions, with the names and hashes of its features.
 * - FILLED2 Of one offset the values of every version come back, in the order of the versions.
 * - FILLED3 A version that begins anew, or is dropped, leaves nothing of before; what others had stays.
 *
 * **Caller invariants**
 * - A version has one who fills it; its blocks do not overlap, and none is added before it began.
 */
export type PastValues = {
  /** Values of these features follow, for this version of the catalogue. */
  begin(version: number, features: FilledVector['features']): Promise<void>;
  add(version: number, blocks: readonly FilledBlock[]): Promise<void>;
  /** In short steps. */
  drop(version: number): Promise<void>;
  of(offsets: readonly number[]): Promise<ReadonlyMap<number, readonly FilledVector[]>>;
};
