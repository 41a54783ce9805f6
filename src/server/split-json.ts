// Cuts a stream of bytes into JSON texts, one per line (NDJSON) or one per element of an array, in bounded memory.
import { type BadByte, textOfBytes } from '../domain/utf8.ts';

/** `badByte` tells where in the piece it stops being UTF-8, and `text` is what it looks like. */
export type JsonPiece = { readonly index: number } & (
  | { readonly text: string }
  | { readonly text: string; readonly badByte: BadByte }
  | { readonly tooLong: true; readonly start: string }
  | { readonly missing: 'element' | 'end of array' }
);

/** U+FEFF, one character a byte; a file may begin with it. */
const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf';
const BLANKS = /^[\t\n\r ]+/;

const TOLD_OF_LONG = 200;

/**
 * Pieces of a stream of NDJSON or JSON arrays (told by the first character; what follows an array is looked at anew);
 * `index` counts from 1. An object may stand on several lines, none of which begins with `{` but its first. Nothing is dropped: an
 * element that is missing between commas, and an array that has no end, are pieces too.
 */
export async function* splitJson(source: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<JsonPiece> {
  let mode: 'unknown' | 'lines' | 'array' = 'unknown';
  let piece = '';
  let tooLong = false;
  let depth = 0;
  let inString = false;
  let escaped = false;
  let index = 0;
  const finish = (): JsonPiece | undefined => {
    const found = textOfBytes(piece);
    const binary = piece;
    const long = tooLong;
    piece = '';
    tooLong = false;
    depth = 0;
    inString = false;
    escaped = false;
    if (long) return { index: ++index, tooLong: true, start: binary.slice(0, TOLD_OF_LONG) };
    if (!found.ok)
      return {
        index: ++index,
        badByte: found.bad,
        text: Buffer.from(binary, 'latin1').toString('utf8').trim(),
      };
    const text = found.text.trim();
    return text === '' ? undefined : { index: ++index, text };
  };
  const add = (part: string): void => {
    if (piece.length + part.length > maxBytes) tooLong = true;
    else if (!tooLong) piece += part;
  };
  const look = (c: string): void => {
    if (inString) {
      if (escaped) escaped = false;
      else if (c === '\\') escaped = true;
      else if (c === '"') inString = false;
    } else if (c === '"') inString = true;
    else if (c === '{' || c === '[') depth++;
    else if ((c === '}' || c === ']') && depth > 0) depth--;
  };
  /** Whether the piece so far may go on in the next line; a text cannot. */
  let open = false;
  let elements = 0;
  for await (const chunk of source) {
    // One character a byte: no byte of a longer character looks like one of those that pieces are cut at.
    let text = chunk.toString('latin1');
    for (;;) {
      if (mode === 'unknown') {
        text = (piece + text).replace(BLANKS, '');
        piece = '';
        if (index === 0) {
          if (BYTE_ORDER_MARK.startsWith(text)) {
            // Not enough to see whether it is one.
            if (text !== BYTE_ORDER_MARK) piece = text;
            break;
          }
          if (text.startsWith(BYTE_ORDER_MARK)) text = text.slice(BYTE_ORDER_MARK.length).replace(BLANKS, '');
        }
        if (text === '') break;
        mode = text[0] === '[' ? 'array' : 'lines';
        elements = 0;
        if (mode === 'array') text = text.slice(1);
      }
      let start = 0;
      let ended = false;
      for (let i = 0; i < text.length && !ended; i++) {
        const c = text[i] ?? '';
        if (mode === 'lines') {
          if (open && c !== '\n' && c !== ' ' && c !== '\t' && c !== '\r') {
            open = false;
            if (c === '{') {
              add(text.slice(start, i));
              const done = finish();
              if (done) yield done;
              start = i;
            }
          }
          if (c === '\n') {
            if (depth > 0 && !inString) open = true;
            else {
              add(text.slice(start, i));
              const done = finish();
              if (done) yield done;
              start = i + 1;
            }
          } else look(c);
        } else if (!inString && depth === 0 && (c === ',' || c === ']')) {
          add(text.slice(start, i));
          const done = finish();
          if (done) yield done;
          else if (c === ',' || elements > 0) yield { index: ++index, missing: 'element' };
          elements++;
          start = i + 1;
          ended = c === ']';
        } else look(c);
      }
      if (!ended) {
        add(text.slice(start));
        break;
      }
      mode = 'unknown';
      text = text.slice(start);
    }
  }
  const last = finish();
  if (last) yield last;
  if (mode === 'array') yield { index: ++index, missing: 'end of array' };
}
