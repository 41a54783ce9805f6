// What is usual for transactions of the same kind (type and channel), whoever makes them: some of the latest of each kind,
// kept in memory.
import type { Transaction } from '../../domain/transaction.ts';
import { decodeVector } from '../../engine/vector-codec.ts';
import { CATALOGUE_HASH, FEATURE_COUNT } from '../../features/catalogue.ts';
import type { Desk } from '../../ports/desk.ts';

const KEPT = 300;
const FEWEST = 30;
const MAX_KINDS = 100;
/** Of what comes at once: in a stream of thousands a second, some are as good as all. */
const ADDED_AT_ONCE = 5;
/** Read at the start, so that a desk that was started a moment ago knows its peers, too. */
const READ_AT_START = 3000;

export type Range = { readonly low: number; readonly high: number };

/** Where the middle four fifths of each feature lie; null where fewer than `fewest` values are known. */
export function usualRanges(vectors: readonly Float64Array[], fewest: number): (Range | null)[] {
  return Array.from({ length: FEATURE_COUNT }, (_, i) => {
    const values = vectors.map((vector) => vector[i]).filter((value) => !Number.isNaN(value));
    if (values.length < fewest) return null;
    values.sort((a, b) => a - b);
    const at = (share: number): number => values[Math.round(share * (values.length - 1))];
    return { low: at(0.1), high: at(0.9) };
  });
}

export type PeerGroups = {
  /** Of transactions like this one, with how many they are. */
  usual(transaction: Transaction): {
    readonly transactions: number;
    readonly ranges: readonly (Range | null)[];
  };
};

type Kind = { readonly vectors: Uint8Array[]; next: number };
const kindOf = ({ type, channel }: Transaction): string => `${type} ${channel ?? ''}`;

export function createPeerGroups(desk: Desk, onTrouble: (error: Error) => void): PeerGroups {
  const kinds = new Map<string, Kind>();

  function add(transaction: Transaction, vector: Uint8Array): void {
    const name = kindOf(transaction);
    let kind = kinds.get(name);
    if (!kind) {
      if (kinds.size >= MAX_KINDS) return;
      kind = { vectors: [], next: 0 };
      kinds.set(name, kind);
    }
    // A copy: a vector may be a part of a large message, which it would keep.
    kind.vectors[kind.next] = new Uint8Array(vector);
    kind.next = (kind.next + 1) % KEPT;
  }

  desk.store
    .transactions({}, READ_AT_START)
    .then((latest) => {
      for (const { transaction, decision, vector } of latest.reverse()) {
        if (decision.catalogueHash === CATALOGUE_HASH) add(transaction, vector);
      }
    })
    .catch(onTrouble);
  desk.onCommitted((output) => {
    for (const { transaction, vector } of output.latest(ADDED_AT_ONCE)) add(transaction, vector);
  });
  return {
    usual(transaction) {
      const vectors = kinds.get(kindOf(transaction))?.vectors ?? [];
      return { transactions: vectors.length, ranges: usualRanges(vectors.map(decodeVector), FEWEST) };
    },
  };
}
