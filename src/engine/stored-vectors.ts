// Vectors of the past under the catalogue of now: what was stored is read by the catalogue it was written with, feature by
// feature, by name and hash.
import type { Catalogue } from '../features/catalogue.ts';
import { vectorCodec } from './vector-codec.ts';

/** Catalogues by their hash: the program's own, the one in service, and those that served before. */
export type Catalogues = {
  /** Undefined where nobody knows it any more: what was stored by it cannot be read. */
  byHash(hash: string): Catalogue | undefined;
};

/** So many catalogues, of which the first of a hash counts. */
export function cataloguesOf(known: () => readonly Catalogue[]): Catalogues {
  return { byHash: (hash) => known().find((catalogue) => catalogue.hash === hash) };
}

/** Vectors of the past as vectors of one catalogue. */
export type VectorReader = {
  readonly catalogue: Catalogue;
  /** Whether what was written with the catalogue of this hash can be read. */
  knows(catalogueHash: string): boolean;
  /**
   * A feature that the other catalogue did not have, or computed in another way, is missing. Throws when the bytes are not a
   * vector of that catalogue, or nobody knows it.
   */
  read(bytes: Uint8Array, catalogueHash: string): Float64Array;
};

/** Places of a feature before and now, in turns. */
type Moves = { readonly from: Catalogue; readonly places: Int32Array };

function movesOf(from: Catalogue, to: Catalogue): Moves {
  const places: number[] = [];
  to.features.forEach(({ name, hash }, now) => {
    const before = from.place(name);
    if (before !== undefined && from.features[before].hash === hash) places.push(before, now);
  });
  return { from, places: Int32Array.from(places) };
}

/** Reads stored vectors into the layout of a catalogue. */
export function createVectorReader(to: Catalogue, catalogues: Catalogues): VectorReader {
  const own = vectorCodec(to.size);
  const known = new Map<string, Moves>();
  function movesFrom(hash: string): Moves | undefined {
    const found = known.get(hash);
    if (found) return found;
    const from = catalogues.byHash(hash);
    if (!from) return undefined;
    const moves = movesOf(from, to);
    known.set(hash, moves);
    return moves;
  }
  return {
    catalogue: to,
    knows: (hash) => hash === to.hash || movesFrom(hash) !== undefined,
    read(bytes, hash) {
      if (hash === to.hash) return own.decode(bytes);
      const moves = movesFrom(hash);
      if (!moves) throw new Error(`the catalogue ${hash} is not known any more`);
      const before = vectorCodec(moves.from.size).decode(bytes);
      const vector = new Float64Array(to.size).fill(Number.NaN);
      const { places } = moves;
      for (let i = 0; i < places.length; i += 2) vector[places[i + 1]] = before[places[i]];
      return vector;
    },
  };
}
