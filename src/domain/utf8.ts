// Bytes from outside as text: what is not UTF-8 is refused with its place, never repaired. A repair makes "Müller" and
// "Möller" of another encoding one name.
import { isUtf8 } from 'node:buffer';
import { asBuffer } from './bytes.ts';
import { InputError } from './input-error.ts';

/** Where bytes stop being UTF-8. Line and column count from one, the column in characters; the offset counts from zero. */
export type BadByte = {
  readonly byte: number;
  readonly offset: number;
  readonly line: number;
  readonly column: number;
};

const NEWLINE = 0x0a;
const CONTINUATION = 0x80;

/** A decoder that gives back what was encoded: by default a leading U+FEFF is dropped. */
export const exactDecoder = (): TextDecoder => new TextDecoder('utf-8', { ignoreBOM: true });

/** Bytes of the character that begins with this byte; 0 where none does. */
function lengthOf(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 0;
}

/** Whether the second byte of a character may be this: there are no overlong forms, no surrogates, nothing above U+10FFFF. */
function maySecond(lead: number, second: number): boolean {
  if (lead === 0xe0) return second >= 0xa0 && second <= 0xbf;
  if (lead === 0xed) return second >= 0x80 && second <= 0x9f;
  if (lead === 0xf0) return second >= 0x90 && second <= 0xbf;
  if (lead === 0xf4) return second >= 0x80 && second <= 0x8f;
  return second >= 0x80 && second <= 0xbf;
}

/** Bytes of the whole character at `at`; 0 where it is none, negative where more bytes could make it one. */
function characterAt(bytes: Uint8Array, at: number): number {
  const length = lengthOf(bytes[at]);
  for (let i = 1; i < length; i++) {
    if (at + i === bytes.length) return -1;
    const byte = bytes[at + i];
    if (i === 1 ? !maySecond(bytes[at], byte) : (byte & 0xc0) !== CONTINUATION) return 0;
  }
  return length;
}

/** How many bytes at the end are the beginning of a character. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    if ((bytes[bytes.length - back] & 0xc0) === CONTINUATION) continue;
    return characterAt(bytes, bytes.length - back) < 0 ? back : 0;
  }
  return 0;
}

/** Where a text stands that comes in pieces. */
type Position = { offset: number; line: number; column: number };
const START: Readonly<Position> = { offset: 0, line: 1, column: 1 };

/** Moves over whole characters. */
function moveOver(bytes: Uint8Array, length: number, position: Position): void {
  let lineStart = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0 && at < length; at = bytes.indexOf(NEWLINE, at + 1)) {
    position.line++;
    position.column = 1;
    lineStart = at + 1;
  }
  for (let i = lineStart; i < length; i++) if ((bytes[i] & 0xc0) !== CONTINUATION) position.column++;
  position.offset += length;
}

function badByteFrom(bytes: Uint8Array, start: Readonly<Position>): BadByte {
  let at = 0;
  for (let length = characterAt(bytes, at); length > 0; length = characterAt(bytes, at)) at += length;
  const position = { ...start };
  moveOver(bytes, at, position);
  return { byte: bytes[at], ...position };
}

/** The first byte that is not UTF-8; undefined where all are. */
export function badUtf8(bytes: Uint8Array): BadByte | undefined {
  return isUtf8(bytes) ? undefined : badByteFrom(bytes, START);
}

/** A byte as it is named in messages. */
export const byteName = (byte: number): string => `0x${byte.toString(16).toUpperCase().padStart(2, '0')}`;

/** As a clause: "not UTF-8: byte 0xE4 at line 1, column 5 (offset 4)". */
export const badByteText = ({ byte, line, column, offset }: BadByte): string =>
  `not UTF-8: byte ${byteName(byte)} at line ${line}, column ${column} (offset ${offset})`;

export class NotUtf8Error extends InputError {
  readonly bad: BadByte;
  constructor(what: string, bad: BadByte) {
    super(`${what} is ${badByteText(bad)}. Send or save it as UTF-8.`);
    this.bad = bad;
  }
}

/** The text of these bytes, a leading U+FEFF included. Throws NotUtf8Error that says where; `what` begins its sentence. */
export function decodeUtf8(bytes: Uint8Array, what: string): string {
  const bad = badUtf8(bytes);
  if (bad) throw new NotUtf8Error(what, bad);
  return asBuffer(bytes).toString('utf8');
}

/** The text of a file: as `decodeUtf8`, without the byte order mark that some programs write first. */
export function fileText(bytes: Uint8Array, what: string): string {
  const text = decodeUtf8(bytes, what);
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** As a string of one character a byte: what is cut at ASCII characters need not be decoded for it. */
const NOT_ASCII = /[\x80-\xff]/;

export type BytesText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly bad: BadByte };

/** The text of bytes that are kept one a character (latin1), or where they stop being UTF-8. */
export function textOfBytes(binary: string): BytesText {
  if (!NOT_ASCII.test(binary)) return { ok: true, text: binary };
  const bytes = Buffer.from(binary, 'latin1');
  const bad = badUtf8(bytes);
  return bad ? { ok: false, bad } : { ok: true, text: bytes.toString('utf8') };
}

/** Decodes what comes in pieces, which may cut characters. Both throw NotUtf8Error. */
export type Utf8Pieces = {
  add(piece: Uint8Array): string;
  /** To be called when no more comes. */
  end(): void;
};

export function utf8Pieces(what: string): Utf8Pieces {
  const position = { ...START };
  let held: Uint8Array = new Uint8Array(0);
  return {
    add(piece) {
      const bytes = held.length === 0 ? piece : Buffer.concat([held, piece]);
      const whole = bytes.subarray(0, bytes.length - unfinished(bytes));
      if (!isUtf8(whole)) throw new NotUtf8Error(what, badByteFrom(whole, position));
      // A copy: who gave the piece may use its memory again.
      held = bytes.slice(whole.length);
      moveOver(whole, whole.length, position);
      return asBuffer(whole).toString('utf8');
    },
    end() {
      if (held.length > 0) throw new NotUtf8Error(what, { byte: held[0], ...position });
    },
  };
}
