// Vectors of the past under the catalogue of now: what was stored is read by the catalogue it was written with, feature by
// feature, by name and hash; what that did not have, by what was computed of it afterwards.
import type { FilledVector } from '../domain/filled-vector.ts';
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

const NONE: readonly FilledVector[] = [];

/** Vectors of the past as vectors of one catalogue. */
export type VectorReader = {
  readonly catalogue: Catalogue;
  /** Whether what was written with the catalogue of this hash can be read. */
  knows(catalogueHash: string): boolean;
  /**
   * A feature that the other catalogue did not have, or computed in another way, is as it was filled afterwards, and missing where
   * it was not. Throws when the bytes are not a vector of that catalogue, or nobody knows it.
   */
  read(bytes: Uint8Array, catalogueHash: string, filled?: readonly FilledVector[]): Float64Array;
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

function fillsOf({ places: moved }: Moves, to: Catalogue, features: FilledVector['features']): Int32Array {
  const known = new Set(moved.filter((_, i) => i % 2 === 1));
  const places: number[] = [];
  features.forEach(({ name, hash }, before) => {
    const now = to.place(name);
    if (now !== undefined && to.features[now].hash === hash && !known.has(now)) places.push(before, now);
  });
  return Int32Array.from(places);
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
  const lacking = new Map<string, Int32Array>();
  /** Places in what was filled and now, in turns, of what the catalogue did not have that a vector was written with. */
  function lackingOf(hash: string, moves: Moves, { version, features }: FilledVector): Int32Array {
    const key = `${version} ${hash}`;
    const found = lacking.get(key);
    if (found) return found;
    const places = fillsOf(moves, to, features);
    lacking.set(key, places);
    return places;
  }
  return {
    catalogue: to,
    knows: (hash) => hash === to.hash || movesFrom(hash) !== undefined,
    read(bytes, hash, filled = NONE) {
      if (hash === to.hash) return own.decode(bytes);
      const moves = movesFrom(hash);
      if (!moves) throw new Error(`the catalogue ${hash} is not known any more`);
      const before = vectorCodec(moves.from.size).decode(bytes);
      const vector = new Float64Array(to.size).fill(Number.NaN);
      const { places } = moves;
      for (let i = 0; i < places.length; i += 2) vector[places[i + 1]] = before[places[i]];
      for (const one of filled) {
        const fills = lackingOf(hash, moves, one);
        if (fills.length === 0) continue;
        const values = vectorCodec(one.features.length).decode(one.bytes);
        for (let i = 0; i < fills.length; i += 2) vector[fills[i + 1]] = values[fills[i]];
      }
      return vector;
    },
  };
}
