// What is usual for transactions of the same kind (type and channel), whoever makes them: some of the latest of each kind,
// kept in memory.
import type { FilledVector } from '../../domain/filled-vector.ts';
import type { Transaction } from '../../domain/transaction.ts';
import type { Decided } from '../../engine/process-batch.ts';
import { createVectorReader } from '../../engine/stored-vectors.ts';
import type { Catalogue } from '../../features/catalogue.ts';
import type { Desk } from '../../ports/desk.ts';

const KEPT = 300;
const FEWEST = 30;
const MAX_KINDS = 100;
/** Of what comes at once: in a stream of thousands a second, some are as good as all. */
const ADDED_AT_ONCE = 5;
/** Read at the start, so that a desk that was started a moment ago knows its peers, too. */
const READ_AT_START = 3000;

export type Range = { readonly low: number; readonly high: number };

/** Where the middle four fifths of each of `size` features lie; null where fewer than `fewest` values are known. */
export function usualRanges(
  vectors: readonly Float64Array[],
  size: number,
  fewest: number,
): (Range | null)[] {
  return Array.from({ length: size }, (_, i) => {
    const values = vectors.map((vector) => vector[i]).filter((value) => !Number.isNaN(value));
    if (values.length < fewest) return null;
    values.sort((a, b) => a - b);
    const at = (share: number): number => values[Math.round(share * (values.length - 1))];
    return { low: at(0.1), high: at(0.9) };
  });
}

export type PeerGroups = {
  /** Of transactions like this one, with how many they are; by a catalogue, or the one in service. Nothing by one that is not known. */
  usual(
    transaction: Transaction,
    catalogue?: Catalogue,
  ): {
    readonly transactions: number;
    readonly ranges: readonly (Range | null)[];
  };
};

type Kept = {
  readonly bytes: Uint8Array;
  readonly catalogueHash: string;
  readonly filled?: readonly FilledVector[];
};
type Kind = { readonly vectors: Kept[]; next: number };
const kindOf = ({ type, channel }: Transaction): string => `${type} ${channel ?? ''}`;

export function createPeerGroups(desk: Desk, onTrouble: (error: Error) => void): PeerGroups {
  const kinds = new Map<string, Kind>();

  function add({
    transaction,
    decision,
    vector,
    filled,
  }: Pick<Decided, 'transaction' | 'decision' | 'vector'> & Pick<Kept, 'filled'>): void {
    const name = kindOf(transaction);
    let kind = kinds.get(name);
    if (!kind) {
      if (kinds.size >= MAX_KINDS) return;
      kind = { vectors: [], next: 0 };
      kinds.set(name, kind);
    }
    // A copy: a vector may be a part of a large message, which it would keep.
    kind.vectors[kind.next] = {
      bytes: new Uint8Array(vector),
      catalogueHash: decision.catalogueHash,
      ...(filled && { filled }),
    };
    kind.next = (kind.next + 1) % KEPT;
  }

  desk.store
    .transactions({}, READ_AT_START)
    .then((latest) => {
      for (const one of latest.reverse()) add(one);
    })
    .catch(onTrouble);
  desk.onCommitted((output) => {
    for (const one of output.latest(ADDED_AT_ONCE)) add(one);
  });
  return {
    usual(transaction, catalogue = desk.inService().catalogue) {
      const reader = createVectorReader(catalogue, desk.catalogues);
      const vectors = (kinds.get(kindOf(transaction))?.vectors ?? [])
        .filter(({ catalogueHash }) => reader.knows(catalogueHash))
        .map(({ bytes, catalogueHash, filled }) => reader.read(bytes, catalogueHash, filled));
      return { transactions: vectors.length, ranges: usualRanges(vectors, catalogue.size, FEWEST) };
    },
  };
}
