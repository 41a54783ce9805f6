// Cuts a stream of bytes into JSON texts, one per line (NDJSON) or one per element of an array, in bounded memory.

export type JsonPiece =
  | { readonly index: number; readonly text: string }
  | { readonly index: number; readonly tooLong: true };

const OPEN = new Set(['{', '[']);
const CLOSE = new Set(['}', ']']);

/** Pieces of a stream of NDJSON or of one JSON array (told by its first character); `index` counts from 1. */
export async function* splitJson(
  source: AsyncIterable<Buffer>,
  maxLength: number,
): AsyncGenerator<JsonPiece> {
  const decoder = new TextDecoder('utf-8');
  let mode: 'unknown' | 'lines' | 'array' = 'unknown';
  let piece = '';
  let tooLong = false;
  let depth = 0;
  let inString = false;
  let escaped = false;
  let ended = false;
  let index = 0;
  const finish = (): JsonPiece | undefined => {
    const text = piece.trim();
    const long = tooLong;
    piece = '';
    tooLong = false;
    if (text === '' && !long) return undefined;
    index++;
    return long ? { index, tooLong: true } : { index, text };
  };
  const add = (part: string): void => {
    if (piece.length + part.length > maxLength) tooLong = true;
    else if (!tooLong) piece += part;
  };
  async function* texts(): AsyncGenerator<string> {
    for await (const chunk of source) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  }
  for await (let text of texts()) {
    if (mode === 'unknown') {
      text = (piece + text).trimStart();
      piece = '';
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
