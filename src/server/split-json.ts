// Cuts a stream of bytes into JSON texts, one per line (NDJSON) or one per element of an array, in bounded memory.
import { type BadByte, textOfBytes } from '../domain/utf8.ts';

/** `badByte` tells where in the piece it stops being UTF-8, and `text` is what it looks like. */
export type JsonPiece = { readonly index: number } & (
  | { readonly text: string }
  | { readonly text: string; readonly badByte: BadByte }
  | { readonly tooLong: true }
);

const OPEN = new Set(['{', '[']);
const CLOSE = new Set(['}', ']']);
/** U+FEFF, one character a byte; a file may begin with it. */
const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf';
const BLANKS = /^[\t\n\r ]+/;

/** Pieces of a stream of NDJSON or of one JSON array (told by its first character); `index` counts from 1. */
export async function* splitJson(source: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<JsonPiece> {
  let mode: 'unknown' | 'lines' | 'array' = 'unknown';
  let piece = '';
  let tooLong = false;
  let depth = 0;
  let inString = false;
  let escaped = false;
  let ended = false;
  let index = 0;
  const finish = (): JsonPiece | undefined => {
    const found = textOfBytes(piece);
    const binary = piece;
    const long = tooLong;
    piece = '';
    tooLong = false;
    if (long) return { index: ++index, tooLong: true };
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
  for await (const chunk of source) {
    // One character a byte: no byte of a longer character looks like one of those that pieces are cut at.
    let text = chunk.toString('latin1');
    if (mode === 'unknown') {
      text = (piece + text).replace(BLANKS, '');
      piece = '';
      if (BYTE_ORDER_MARK.startsWith(text)) {
        // Not enough to see whether it is one.
        if (text !== BYTE_ORDER_MARK) piece = text;
        continue;
      }
      if (text.startsWith(BYTE_ORDER_MARK)) text = text.slice(BYTE_ORDER_MARK.length).replace(BLANKS, '');
      if (text === '') continue;
      mode = text[0] === '[' ? 'array' : 'lines';
      if (mode === 'array') text = text.slice(1);
    }
    if (mode === 'lines') {
      let start = 0;
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
        add(text.slice(start, end));
        const done = finish();
        if (done) yield done;
        start = end + 1;
      }
      add(text.slice(start));
      continue;
    }
    let start = 0;
    for (let i = 0; i < text.length && !ended; i++) {
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
        if (done) yield done;
        start = i + 1;
        ended = c === ']';
      }
    }
    if (!ended) add(text.slice(start));
  }
  const last = finish();
  if (last) yield last;
}
