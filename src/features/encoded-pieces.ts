// Histories one after another as bytes, in pieces that are small enough for whoever takes them.
import { encodedLength, encodeEntity } from './entity-codec.ts';
import type { EntityTable } from './entity-table.ts';
import { type FeatureState, tablesOf } from './feature-state.ts';

export type PiecesToEncode = {
  /** Which stores are in them. */
  readonly wants: (store: string) => boolean;
  /** Which entries of a table. */
  readonly of: (table: EntityTable) => Iterable<number>;
  /** No piece is longer, but one of a single longer history. */
  readonly pieceBytes: number;
};

export const allEntries = ({ size }: EntityTable): Iterable<number> =>
  Array.from({ length: size }, (_, i) => i).values();
export const changedEntries = (table: EntityTable): Iterable<number> => table.changed().entries;

/** Each piece is in memory of its own, so that it may be handed to another thread. */
export function* encodedPieces(
  state: FeatureState,
  { wants, of, pieceBytes }: PiecesToEncode,
): Generator<Uint8Array> {
  let piece = Buffer.allocUnsafeSlow(pieceBytes);
  let at = 0;
  for (const [store, table] of tablesOf(state)) {
    if (!wants(store)) continue;
    for (const entry of of(table)) {
      const length = encodedLength(table, entry, store);
      if (at + length > piece.length) {
        if (at > 0) yield piece.subarray(0, at);
        piece = Buffer.allocUnsafeSlow(Math.max(pieceBytes, length));
        at = 0;
      }
      encodeEntity(table, entry, store, piece, at);
      at += length;
    }
  }
  if (at > 0) yield piece.subarray(0, at);
}
