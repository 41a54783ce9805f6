// Bytes of a text file as UTF-8 without a byte order mark: what says that it is UTF-16 is brought there, strictly.
import { InputError } from '../../domain/input-error.ts';

const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const UTF16_LE_MARK = Buffer.from([0xff, 0xfe]);
const UTF16_BE_MARK = Buffer.from([0xfe, 0xff]);
const NOTHING = Buffer.alloc(0);

const startsWith = (bytes: Buffer, mark: Buffer): boolean => bytes.subarray(0, mark.length).equals(mark);

/** Turns pieces of UTF-16, which may cut characters, into UTF-8. Throws InputError that says where a character is half. */
function fromUtf16(file: string, bigEndian: boolean) {
  let held: Buffer = NOTHING;
  let line = 1;
  let column = 1;
  return (piece: Buffer, isLast: boolean): Buffer => {
    const bytes = Buffer.concat([held, piece]);
    let length = bytes.length - (bytes.length % 2);
    const units = Buffer.from(bytes.subarray(0, length));
    if (bigEndian) units.swap16();
    // The first half of a pair waits for the other.
    if (!isLast && length > 0 && (units[length - 1] & 0xfc) === 0xd8) length -= 2;
    held = bytes.subarray(length);
    const text = units.toString('utf16le', 0, length);
    const bad = text.search(/\p{Cs}/u);
    const whole = bad < 0 ? text : text.slice(0, bad);
    const lines = whole.split('\n');
    line += lines.length - 1;
    column = [...(lines.at(-1) ?? '')].length + (lines.length > 1 ? 1 : column);
    if (bad >= 0 || (isLast && held.length > 0)) {
      throw new InputError(`${file} is not UTF-16: half a character at line ${line}, column ${column}.`);
    }
    return Buffer.from(text);
  };
}

/** The bytes of a file, a piece at a time. Throws InputError where it is neither. */
export async function* utf8Bytes(source: AsyncIterable<Buffer>, file: string): AsyncGenerator<Buffer> {
  let start: Buffer | undefined = NOTHING;
  let decode: ((piece: Buffer, isLast: boolean) => Buffer) | undefined;
  const opened = (bytes: Buffer): Buffer => {
    if (startsWith(bytes, UTF8_MARK)) return bytes.subarray(UTF8_MARK.length);
    const bigEndian = startsWith(bytes, UTF16_BE_MARK);
    if (!bigEndian && !startsWith(bytes, UTF16_LE_MARK)) return bytes;
    decode = fromUtf16(file, bigEndian);
    return decode(bytes.subarray(UTF16_LE_MARK.length), false);
  };
  for await (const piece of source) {
    if (start === undefined) {
      yield decode ? decode(piece, false) : piece;
      continue;
    }
    start = Buffer.concat([start, piece]);
    if (start.length < UTF8_MARK.length) continue;
    yield opened(start);
    start = undefined;
  }
  if (start !== undefined) yield opened(start);
  if (decode) yield decode(NOTHING, true);
}

/** A line of a file: its bytes, or that it is longer than is read. */
export type ByteLine = { readonly bytes: Buffer; readonly tooLong: boolean };

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Lines of bytes, ended by LF, CRLF or CR, in bounded memory: of one that is too long, the first bytes. */
export async function* byteLines(source: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<ByteLine> {
  let parts: Buffer[] = [];
  let length = 0;
  let any = false;
  const add = (part: Buffer): void => {
    if (length <= maxBytes) parts.push(part.subarray(0, maxBytes + 1 - length));
    length += part.length;
    any = true;
  };
  const line = (): ByteLine => {
    const bytes = parts.length === 1 ? parts[0] : Buffer.concat(parts);
    const tooLong = length > maxBytes;
    parts = [];
    length = 0;
    any = false;
    return { bytes, tooLong };
  };
  let afterReturn = false;
  for await (const piece of source) {
    let start = 0;
    // The LF of a CRLF that was cut in two.
    if (afterReturn && piece[0] === NEWLINE) start = 1;
    if (piece.length > 0) afterReturn = false;
    for (let end = lineEnd(piece, start); end >= 0; end = lineEnd(piece, start)) {
      add(piece.subarray(start, end));
      yield line();
      start = end + 1;
      if (piece[end] !== CARRIAGE_RETURN) continue;
      if (start === piece.length) afterReturn = true;
      else if (piece[start] === NEWLINE) start++;
    }
    if (start < piece.length) add(piece.subarray(start));
  }
  if (any) yield line();
}

/** Where the next LF or CR is, or -1. */
function lineEnd(bytes: Buffer, from: number): number {
  const feed = bytes.indexOf(NEWLINE, from);
  const before = feed < 0 ? bytes.length : feed;
  const carriage = bytes.subarray(from, before).indexOf(CARRIAGE_RETURN);
  return carriage < 0 ? feed : from + carriage;
}
