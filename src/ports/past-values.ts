// Values of features for transactions that were decided before the features were declared, as going through the past computed them.
import type { FilledVector } from '../domain/filled-vector.ts';
import type { FilledBlock } from '../engine/filled-block.ts';

/** Where a transaction stands: its offset in a partition of a stream, or in the one log, which is partition 0. */
export type PastPlace = { readonly partition: number; readonly offset: number };

export type PastValueSet = { readonly version: number; readonly features: FilledVector['features'] };

/**
 * **Contract**
 * - FILLED1 What was added comes back as it was, by the places of its transactions, with the names and hashes of its features.
 * - FILLED2 Of one place the values of every version come back, in the order of the versions.
 * - FILLED3 A version that begins anew, or is dropped, leaves nothing of before; what others had stays.
 * - FILLED4 A version that began is named as unfinished, with its features, until it is said to be finished, or dropped.
 * - FILLED5 What was added before is told by how far it goes in each partition.
 *
 * **Caller invariants**
 * - A version has one who fills it; its blocks of a partition do not overlap, come in order, and none is added before it began.
 */
export type PastValues = {
  /** Values of these features follow, for this version of the catalogue. */
  begin(version: number, features: FilledVector['features']): Promise<void>;
  add(version: number, partition: number, blocks: readonly FilledBlock[]): Promise<void>;
  /** All of it is there. */
  finish(version: number): Promise<void>;
  /** Versions that began and were not finished, oldest first. */
  unfinished(): Promise<readonly PastValueSet[]>;
  /** The last offset that there is a value of, by partition. */
  reached(version: number): Promise<ReadonlyMap<number, number>>;
  /** In short steps. */
  drop(version: number): Promise<void>;
  /** In the order asked for; undefined where nothing was filled. */
  of(places: readonly PastPlace[]): Promise<readonly (readonly FilledVector[] | undefined)[]>;
};
