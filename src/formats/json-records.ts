// Cuts a stream of bytes into JSON texts, one a line (NDJSON), one an element of an array, or one for the whole of it, in bounded
// memory. All of it is read: what follows an array is read as well, and an array that does not end is told.
import { type BadByte, textOfBytes } from '../domain/utf8.ts';

/** `index` counts from 1; `text` is what it looks like, where it is no JSON text either. */
export type JsonPiece = { readonly index: number } & (
  | { readonly kind: 'text'; readonly text: string }
  /** Where in the piece it stops being UTF-8. */
  | { readonly kind: 'bad-bytes'; readonly text: string; readonly badByte: BadByte }
  | { readonly kind: 'too-long' }
  /** What stands between pieces is not as it should be; the sentence says what. */
  | { readonly kind: 'broken'; readonly problem: string }
);

const OPEN = new Set(['{', '[']);
const CLOSE = new Set(['}', ']']);
/** U+FEFF, one character a byte; a file may begin with it. */
const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf';
const BLANKS = /^[\t\n\r ]+/;
/** Lines end with LF, CRLF or CR; a JSON text holds none of them but as blanks between its parts. */
const LINE_END = /[\n\r]/g;

const NOTHING = 'Nothing stands between two commas, or before the end of the array.';
const NO_END =
  'The array does not end: "]" is missing. It may have been cut off; what came before was taken as it is.';

/** Pieces of a stream; each part of it is told by its first character: "[" begins an array, all else is lines. */
export async function* jsonRecords(
  source: AsyncIterable<Buffer>,
  maxBytes: number,
): AsyncGenerator<JsonPiece> {
  // Asserted, since the functions within change it.
  let mode = 'start' as 'start' | 'first' | 'whole' | 'lines' | 'array' | 'after';
  let isFirst = true;
  let piece = '';
  let tooLong = false;
  let depth = 0;
  let inString = false;
  let escaped = false;
  let elements = 0;
  let index = 0;

  /** The piece that was gathered; undefined where there is none. */
  const finish = (): JsonPiece | undefined => {
    const binary = piece;
    const long = tooLong;
    piece = '';
    tooLong = false;
    if (long) return { index: ++index, kind: 'too-long' };
    const found = textOfBytes(binary);
    if (!found.ok) {
      const text = Buffer.from(binary, 'latin1').toString('utf8').trim();
      return { index: ++index, kind: 'bad-bytes', badByte: found.bad, text };
    }
    const text = found.text.replace(BLANKS, '').trimEnd();
    return text === '' ? undefined : { index: ++index, kind: 'text', text };
  };
  const add = (part: string): void => {
    if (piece.length + part.length > maxBytes) tooLong = true;
    else if (!tooLong) piece += part;
  };
  const broken = (problem: string): JsonPiece => ({ index: ++index, kind: 'broken', problem });

  function* lines(text: string): Generator<JsonPiece> {
    let start = 0;
    for (const { index: end } of text.matchAll(LINE_END)) {
      add(text.slice(start, end));
      const done = finish();
      if (done) yield done;
      start = end + 1;
    }
    add(text.slice(start));
  }

  /** Gives what follows the array. */
  function* elementsOf(text: string): Generator<JsonPiece, string> {
    let start = 0;
    for (let i = 0; i < text.length; i++) {
      const c = text[i];
      if (inString) {
        if (escaped) escaped = false;
        else if (c === '\\') escaped = true;
        else if (c === '"') inString = false;
      } else if (c === '"') inString = true;
      else if (OPEN.has(c)) depth++;
      else if (CLOSE.has(c) && depth > 0) depth--;
      else if (depth === 0 && (c === ',' || c === ']')) {
        add(text.slice(start, i));
        const done = finish();
        const isEmptyArray = c === ']' && elements === 0;
        elements++;
        if (done) yield done;
        else if (!isEmptyArray) yield broken(NOTHING);
        start = i + 1;
        if (c === ']') {
          mode = 'after';
          return text.slice(start);
        }
      }
    }
    add(text.slice(start));
    return '';
  }

  function isJson(text: string): boolean {
    const found = textOfBytes(text);
    if (!found.ok) return false;
    try {
      JSON.parse(found.text);
      return true;
    } catch {
      return false;
    }
  }

  for await (const chunk of source) {
    // One character a byte: no byte of a longer character looks like one of those that pieces are cut at.
    let text = chunk.toString('latin1');
    while (text !== '') {
      if (mode === 'start' || mode === 'after') {
        text = (piece + text).replace(BLANKS, '');
        piece = '';
        if (isFirst && BYTE_ORDER_MARK.startsWith(text)) {
          // Not enough to see whether it is one.
          if (text === BYTE_ORDER_MARK) isFirst = false;
          else piece = text;
          break;
        }
        if (isFirst && text.startsWith(BYTE_ORDER_MARK)) {
          text = text.slice(BYTE_ORDER_MARK.length).replace(BLANKS, '');
          isFirst = false;
          if (text === '') break;
        }
        if (text === '') break;
        isFirst = false;
        if (text[0] === '[') {
          mode = 'array';
          elements = 0;
          depth = 0;
          inString = false;
          escaped = false;
          text = text.slice(1);
        } else mode = mode === 'start' && text[0] === '{' ? 'first' : 'lines';
      } else if (mode === 'first' || mode === 'whole') {
        const end = mode === 'first' ? text.search(LINE_END) : -1;
        const line = end < 0 ? '' : piece + text.slice(0, end);
        piece += text;
        text = '';
        // A first line that does not end the object: all that comes may be that object.
        if (end >= 0 && !isJson(line)) mode = 'whole';
        else if (end >= 0) mode = 'lines';
        // Too long to be one.
        if (piece.length > maxBytes) mode = 'lines';
        if (mode !== 'lines') break;
        text = piece;
        piece = '';
      } else if (mode === 'lines') {
        yield* lines(text);
        text = '';
      } else text = yield* elementsOf(text);
    }
  }
  if (mode === 'whole' && !isJson(piece)) {
    const all = piece;
    piece = '';
    yield* lines(all);
  }
  const last = finish();
  if (last) yield last;
  if (mode === 'array') yield broken(NO_END);
}
