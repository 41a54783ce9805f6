// Cuts a stream of bytes into the records of a CSV (RFC 4180), each with the line that it begins in, in bounded memory. A record
// that cannot be read costs itself: the next one begins in the line after it.
import { asBuffer } from '../domain/bytes.ts';
import { type BadByte, textOfBytes } from '../domain/utf8.ts';

export type CsvRecord = {
  /** The line of the file that it begins in, from 1 on. */
  readonly line: number;
} & (
  | { readonly kind: 'cells'; readonly cells: readonly string[] }
  | {
      readonly kind: 'broken';
      readonly text: string;
      readonly problem: string;
      /** Its end was not found: the file may have been cut off within it. */
      readonly isOpen: boolean;
    }
  /** Which cell, from 1 on, stops being UTF-8, and where. */
  | { readonly kind: 'bad-bytes'; readonly text: string; readonly cell: number; readonly badByte: BadByte }
);

export type CsvOptions = {
  /** What stands between cells; seen from the first line where it is not said. */
  readonly delimiter?: string;
  /** No record is longer. */
  readonly maxBytes: number;
};

const DELIMITERS = [',', ';', '\t', '|'];
/** U+FEFF, one character a byte. */
const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf';
const SHOWN = 500;

type Cut =
  | { readonly kind: 'cells'; readonly cells: readonly string[]; readonly end: number }
  | { readonly kind: 'broken'; readonly problem: string }
  /** It goes on in what has not come yet. */
  | { readonly kind: 'unfinished'; readonly isQuoted: boolean };

/** Where the line end at or after a place begins, or -1. */
function lineEnd(text: string, from: number): number {
  const feed = text.indexOf('\n', from);
  const carriage = text.indexOf('\r', from);
  if (feed < 0 || carriage < 0) return Math.max(feed, carriage);
  return Math.min(feed, carriage);
}

/** After the line end that begins there: LF, CRLF or CR. */
const afterLineEnd = (text: string, at: number): number =>
  at + (text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1);

/** Cuts one record from a place on; `isLast` says that nothing comes after the text. */
function cutRecord(text: string, start: number, delimiter: string, isLast: boolean): Cut {
  const cells: string[] = [];
  for (let at = start; ; ) {
    let end: number;
    // Blanks before a quote are no part of the cell.
    let quoteAt = at;
    while (text[quoteAt] === ' ') quoteAt++;
    if (text[quoteAt] === '"') {
      let cell = '';
      let from = quoteAt + 1;
      for (;;) {
        const quote = text.indexOf('"', from);
        if (quote < 0) return { kind: 'unfinished', isQuoted: true };
        cell += text.slice(from, quote);
        if (text[quote + 1] !== '"') {
          from = quote + 1;
          break;
        }
        cell += '"';
        from = quote + 2;
      }
      if (from === text.length && !isLast) return { kind: 'unfinished', isQuoted: true };
      while (text[from] === ' ') from++;
      end = from;
      const next = text[end];
      if (next !== undefined && next !== delimiter && next !== '\n' && next !== '\r') {
        const problem = `Cell ${cells.length + 1} goes on after its closing quote; a quote within quotes is written twice.`;
        return { kind: 'broken', problem };
      }
      cells.push(cell);
    } else {
      const line = lineEnd(text, at);
      if (line < 0 && !isLast) return { kind: 'unfinished', isQuoted: false };
      const last = line < 0 ? text.length : line;
      const comma = text.indexOf(delimiter, at);
      end = comma < 0 || comma > last ? last : comma;
      cells.push(text.slice(at, end));
    }
    if (text[end] !== delimiter) {
      // A CR at the very end may be half of a line end.
      if (text[end] === '\r' && end + 1 === text.length && !isLast)
        return { kind: 'unfinished', isQuoted: false };
      return { kind: 'cells', cells, end: end >= text.length ? end : afterLineEnd(text, end) };
    }
    at = end + 1;
  }
}

/** The one of the usual delimiters that a first line has most of, outside of quotes. */
function delimiterOf(line: string): string {
  const bare = line.replaceAll(/"[^"]*"/g, '');
  const counts = DELIMITERS.map((delimiter) => bare.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))];
}

function linesIn(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = lineEnd(text, from); at >= 0 && at < to; at = lineEnd(text, afterLineEnd(text, at))) lines++;
  return lines;
}

export type CsvReader = {
  /** The records that end in this piece. */
  add(bytes: Uint8Array): CsvRecord[];
  /** The rest. */
  end(): CsvRecord[];
};

/** A reader that is given a CSV piece by piece; blank lines are no records. Cells are decoded as UTF-8. */
export function createCsvReader({ delimiter, maxBytes }: CsvOptions): CsvReader {
  let text = '';
  let at = 0;
  let line = 1;
  let between = delimiter;
  let isFirst = true;
  /** Within the rest of a line that was too long. */
  let isSkipping = false;

  function* cut(isLast: boolean): Generator<CsvRecord> {
    for (;;) {
      if (at >= text.length) break;
      const end = lineEnd(text, at);
      if (isSkipping) {
        at = end < 0 ? text.length : afterLineEnd(text, end);
        isSkipping = end < 0;
        if (!isSkipping) line++;
        continue;
      }
      if (between === undefined) {
        if (end < 0 && !isLast) break;
        between = delimiterOf(text.slice(at, end < 0 ? text.length : end));
      }
      if (text[at] === '\n' || (text[at] === '\r' && (isLast || at + 1 < text.length))) {
        at = afterLineEnd(text, at);
        line++;
        continue;
      }
      let found = cutRecord(text, at, between, isLast);
      const isOpen = found.kind === 'unfinished';
      if (found.kind === 'unfinished') {
        const isTooLong = text.length - at > maxBytes;
        if (!isTooLong && !isLast) break;
        found = {
          kind: 'broken',
          problem: found.isQuoted
            ? 'A quote is opened and not closed; what follows is read from the next line on.'
            : `The line is longer than ${maxBytes >> 10} KB. Is a line end missing?`,
        };
      }
      if (found.kind === 'cells' && found.end - at > maxBytes)
        found = {
          kind: 'broken',
          problem: `The record is longer than ${maxBytes >> 10} KB. Is a quote missing?`,
        };
      if (found.kind === 'cells') {
        const next = found.end;
        yield decoded(line, found.cells, text.slice(at, Math.min(next, at + SHOWN)));
        line += linesIn(text, at, next);
        at = next;
        continue;
      }
      const shown = text.slice(at, Math.min(end < 0 ? text.length : end, at + SHOWN));
      yield { line, kind: 'broken', text: repaired(shown), problem: found.problem, isOpen };
      if (end < 0) {
        at = text.length;
        isSkipping = true;
        break;
      }
      at = afterLineEnd(text, end);
      line++;
    }
    text = text.slice(at);
    at = 0;
  }

  return {
    add(bytes) {
      text += asBuffer(bytes).toString('latin1');
      if (isFirst && text.length < BYTE_ORDER_MARK.length) return [];
      if (isFirst && text.startsWith(BYTE_ORDER_MARK)) at = BYTE_ORDER_MARK.length;
      isFirst = false;
      return [...cut(false)];
    },
    end() {
      if (isFirst && text.startsWith(BYTE_ORDER_MARK)) at = BYTE_ORDER_MARK.length;
      isFirst = false;
      return [...cut(true)];
    },
  };
}

/** Every record of a stream. */
export async function* csvRecords(
  source: AsyncIterable<Uint8Array>,
  options: CsvOptions,
): AsyncGenerator<CsvRecord> {
  const reader = createCsvReader(options);
  for await (const bytes of source) yield* reader.add(bytes);
  yield* reader.end();
}

const repaired = (binary: string): string => Buffer.from(binary, 'latin1').toString('utf8');

function decoded(line: number, binary: readonly string[], text: string): CsvRecord {
  const cells: string[] = [];
  for (const [i, cell] of binary.entries()) {
    const found = textOfBytes(cell);
    if (!found.ok) return { line, kind: 'bad-bytes', text: repaired(text), cell: i + 1, badByte: found.bad };
    cells.push(found.text);
  }
  return { line, kind: 'cells', cells };
}
