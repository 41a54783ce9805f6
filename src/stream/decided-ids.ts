// The ids of the transactions and events that a partition took last, to know a repetition when it comes. Two pieces of
// fixed size: when the newer one is full, the older one is forgotten. An id is held as 12 bytes of its SHA-256.
import { hash } from 'node:crypto';
import type { CustomerEvent } from '../domain/customer-event.ts';

export const ID_BYTES = 12;
const WORDS = ID_BYTES / 4;

type Piece = { words: Uint32Array; slots: number; size: number };

export type DecidedIds = {
  /** False when the id is known already. `idHash` as `hashOfId` gives it. */
  add(idHash: string): boolean;
  /** True when the newer piece is full: the next batch starts a new one. */
  readonly full: boolean;
  startNew(): void;
};

/**
 * Of the account too: accounts that use the same id must not silence each other. A text with a character for each byte: a
 * buffer of its own takes longer to make than the hash.
 */
export const hashOfId = (accountId: string, transactionId: string): string =>
  hash('sha256', `${accountId}\n${transactionId}`, 'latin1').slice(0, ID_BYTES);

/** Of whom it is about, too; no id of a transaction begins with the end of a line. */
export const hashOfEvent = ({ id, accountId, attributes }: CustomerEvent, attempt?: string): string =>
  hashOfId(
    accountId ?? JSON.stringify(attributes),
    `\nevent\n${id}${attempt === undefined ? '' : `\n${attempt}`}`,
  );

/** The bytes of hashes, one after another. */
export const bytesOfHashes = (hashes: readonly string[]): Buffer => Buffer.from(hashes.join(''), 'latin1');

const wordAt = (text: string, at: number): number =>
  (text.charCodeAt(at) |
    (text.charCodeAt(at + 1) << 8) |
    (text.charCodeAt(at + 2) << 16) |
    (text.charCodeAt(at + 3) << 24)) >>>
  0;

/** `pieces` as they were kept, older first; `pieceSize` ids are held at least, twice as many at most. */
export function createDecidedIds(pieces: readonly Uint8Array[], pieceSize: number): DecidedIds {
  let older = createPiece();
  let newer = createPiece();

  function createPiece(): Piece {
    return { words: new Uint32Array(1024 * WORDS), slots: 1024, size: 0 };
  }

  /** Slot of an id, or of the free place where it belongs. All zeros is what a free place holds. */
  function slotOf(piece: Piece, a: number, b: number, c: number): number {
    const mask = piece.slots - 1;
    for (let slot = a & mask; ; slot = (slot + 1) & mask) {
      const at = slot * WORDS;
      const { words } = piece;
      if (words[at] === a && words[at + 1] === b && words[at + 2] === c) return slot;
      if (words[at] === 0 && words[at + 1] === 0 && words[at + 2] === 0) return slot;
    }
  }

  function has(piece: Piece, a: number, b: number, c: number): boolean {
    const at = slotOf(piece, a, b, c) * WORDS;
    return piece.words[at] === a && piece.words[at + 1] === b && piece.words[at + 2] === c;
  }

  function put(piece: Piece, a: number, b: number, c: number): void {
    if (piece.size * 2 >= piece.slots) {
      const { words, slots } = piece;
      piece.words = new Uint32Array(words.length * 2);
      piece.slots = slots * 2;
      for (let at = 0; at < words.length; at += WORDS) {
        if (words[at] === 0 && words[at + 1] === 0 && words[at + 2] === 0) continue;
        place(piece, words[at], words[at + 1], words[at + 2]);
      }
    }
    place(piece, a, b, c);
    piece.size++;
  }

  function place(piece: Piece, a: number, b: number, c: number): void {
    const at = slotOf(piece, a, b, c) * WORDS;
    piece.words[at] = a;
    piece.words[at + 1] = b;
    piece.words[at + 2] = c;
  }

  [older, newer].forEach((piece, i) => {
    const bytes = pieces[i];
    if (!bytes) return;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at + ID_BYTES <= bytes.length; at += ID_BYTES) {
      put(piece, view.getUint32(at, true), view.getUint32(at + 4, true), view.getUint32(at + 8, true));
    }
  });

  return {
    add(idHash) {
      const a = wordAt(idHash, 0);
      const b = wordAt(idHash, 4);
      // Never all zeros.
      const c = wordAt(idHash, 8);
      if (has(newer, a, b, c) || has(older, a, b, c)) return false;
      put(newer, a, b, c);
      return true;
    },
    get full() {
      return newer.size >= pieceSize;
    },
    startNew() {
      [older, newer] = [newer, older];
      newer.words.fill(0);
      newer.size = 0;
    },
  };
}
