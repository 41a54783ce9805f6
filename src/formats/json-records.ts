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

/** A stream being cut. */
type Cut = {
  readonly maxBytes: number;
  /** What is being read: lines, the elements of an array, or a first line that may begin one object. */
  mode: 'start' | 'first' | 'whole' | 'lines' | 'array' | 'after';
  /** Whether nothing came in yet but blanks. */
  isFirst: boolean;
  /** What was gathered of the next piece, one character a byte. */
  piece: string;
  tooLong: boolean;
  /** Within an array. */
  depth: number;
  inString: boolean;
  escaped: boolean;
  elements: number;
  index: number;
};

/** Pieces of a stream; each part of it is told by its first character: "[" begins an array, all else is lines. */
export async function* jsonRecords(
  source: AsyncIterable<Buffer>,
  maxBytes: number,
): AsyncGenerator<JsonPiece> {
  const cut: Cut = {
    maxBytes,
    mode: 'start',
    isFirst: true,
    piece: '',
    tooLong: false,
    depth: 0,
    inString: false,
    escaped: false,
    elements: 0,
    index: 0,
  };
  for await (const chunk of source) {
    // One character a byte: no byte of a longer character looks like one of those that pieces are cut at.
    for (let text = chunk.toString('latin1'); text !== ''; ) {
      if (cut.mode === 'start' || cut.mode === 'after') text = begin(cut, text);
      else if (cut.mode === 'first' || cut.mode === 'whole') text = gather(cut, text);
      else if (cut.mode === 'array') text = yield* elementsOf(cut, text);
      else {
        yield* lines(cut, text);
        text = '';
      }
    }
  }
  if (cut.mode === 'whole' && !isJson(cut.piece)) {
    const all = cut.piece;
    cut.piece = '';
    yield* lines(cut, all);
  }
  const last = finish(cut);
  if (last) yield last;
  if (cut.mode === 'array') yield broken(cut, NO_END);
}

/** Finds out what begins; gives what is to be read as that, nothing where more has to come. */
function begin(cut: Cut, more: string): string {
  let text = (cut.piece + more).replace(BLANKS, '');
  cut.piece = '';
  if (cut.isFirst && BYTE_ORDER_MARK.startsWith(text)) {
    // Not enough to see whether it is one.
    if (text === BYTE_ORDER_MARK) cut.isFirst = false;
    else cut.piece = text;
    return '';
  }
  if (cut.isFirst && text.startsWith(BYTE_ORDER_MARK)) {
    text = text.slice(BYTE_ORDER_MARK.length).replace(BLANKS, '');
    cut.isFirst = false;
  }
  if (text === '') return '';
  cut.isFirst = false;
  if (text[0] !== '[') {
    cut.mode = cut.mode === 'start' && text[0] === '{' ? 'first' : 'lines';
    return text;
  }
  cut.mode = 'array';
  cut.elements = 0;
  cut.depth = 0;
  cut.inString = false;
  cut.escaped = false;
  return text.slice(1);
}

/** Gathers what may be one object; gives all of it once it is seen to be lines. */
function gather(cut: Cut, text: string): string {
  const end = cut.mode === 'first' ? text.search(LINE_END) : -1;
  const line = end < 0 ? '' : cut.piece + text.slice(0, end);
  cut.piece += text;
  // A first line that does not end the object: all that comes may be that object.
  if (end >= 0) cut.mode = isJson(line) ? 'lines' : 'whole';
  // Too long to be one.
  if (cut.piece.length > cut.maxBytes) cut.mode = 'lines';
  if (cut.mode !== 'lines') return '';
  const all = cut.piece;
  cut.piece = '';
  return all;
}

function* lines(cut: Cut, text: string): Generator<JsonPiece> {
  let start = 0;
  for (const { index: end } of text.matchAll(LINE_END)) {
    add(cut, text.slice(start, end));
    const done = finish(cut);
    if (done) yield done;
    start = end + 1;
  }
  add(cut, text.slice(start));
}

/** Gives what follows the array. */
function* elementsOf(cut: Cut, text: string): Generator<JsonPiece, string> {
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (cut.inString) {
      if (cut.escaped) cut.escaped = false;
      else if (c === '\\') cut.escaped = true;
      else if (c === '"') cut.inString = false;
    } else if (c === '"') cut.inString = true;
    else if (OPEN.has(c)) cut.depth++;
    else if (CLOSE.has(c) && cut.depth > 0) cut.depth--;
    else if (cut.depth === 0 && (c === ',' || c === ']')) {
      add(cut, text.slice(start, i));
      const done = finish(cut);
      const isEmptyArray = c === ']' && cut.elements === 0;
      cut.elements++;
      if (done) yield done;
      else if (!isEmptyArray) yield broken(cut, NOTHING);
      start = i + 1;
      if (c === ']') {
        cut.mode = 'after';
        return text.slice(start);
      }
    }
  }
  add(cut, text.slice(start));
  return '';
}

function add(cut: Cut, part: string): void {
  if (cut.piece.length + part.length > cut.maxBytes) cut.tooLong = true;
  else if (!cut.tooLong) cut.piece += part;
}

/** The piece that was gathered; undefined where there is none. */
function finish(cut: Cut): JsonPiece | undefined {
  const { piece, tooLong } = cut;
  cut.piece = '';
  cut.tooLong = false;
  if (tooLong) return { index: ++cut.index, kind: 'too-long' };
  const found = textOfBytes(piece);
  if (!found.ok) {
    const text = Buffer.from(piece, 'latin1').toString('utf8').trim();
    return { index: ++cut.index, kind: 'bad-bytes', badByte: found.bad, text };
  }
  const text = found.text.replace(BLANKS, '').trimEnd();
  return text === '' ? undefined : { index: ++cut.index, kind: 'text', text };
}

const broken = (cut: Cut, problem: string): JsonPiece => ({ index: ++cut.index, kind: 'broken', problem });

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
