// Entries of a list as lines of a CSV: value, when it ends, a note. The bytes come in pieces; memory and time a line are bounded.
import { CARD_REFUSED, type CardPolicy, withoutCards } from '../domain/card-policy.ts';
import { shown } from '../domain/fields.ts';
import { parseIsoTime } from '../domain/iso-time.ts';
import { badByteText, badUtf8 } from '../domain/utf8.ts';
import { type ListKind, normalEntry, noteProblem } from './entry.ts';

export const MAX_LINE_BYTES = 64 << 10;
const NEWLINE = 0x0a;

export type EntryOfList = {
  readonly value: string;
  readonly expiresAtMs: number | undefined;
  readonly note: string;
};

/** A line of a CSV that is an entry, or why it is none; `bytes` is how much was read with it. */
export type EntryLine = { readonly line: number; readonly bytes: number } & (
  | { readonly entry: EntryOfList }
  | { readonly problem: string }
);

/** An entry as it is kept, or what is wrong with it. */
export function entryFrom(
  kind: ListKind,
  value: string,
  expiresAt: string | undefined,
  note: string,
): EntryOfList | string {
  const normal = normalEntry(kind, value);
  if ('problem' in normal) return normal.problem;
  const expiresAtMs = expiresAt
    ? parseIsoTime(/^\d{4}-\d\d-\d\d$/.test(expiresAt) ? `${expiresAt}T00:00:00Z` : expiresAt)
    : undefined;
  if (expiresAt && expiresAtMs === undefined)
    return `${shown(expiresAt)} is no time such as 2027-01-31T00:00:00Z.`;
  const wrongNote = noteProblem(note);
  if (wrongNote !== undefined) return wrongNote;
  return { value: normal.value, expiresAtMs, note };
}

/** An entry without card numbers, or why it is none. */
export function entryWithoutCards(
  kind: ListKind,
  { value, expiresAtMs, note }: EntryOfList,
  cards: CardPolicy,
): EntryOfList | string {
  const kept = withoutCards(value, 'identifier', cards);
  const keptNote = withoutCards(note, 'prose', cards);
  if (kept === undefined || keptNote === undefined) return `The entry ${CARD_REFUSED}.`;
  const normal = kept === value ? { value } : normalEntry(kind, kept);
  return 'problem' in normal ? normal.problem : { value: normal.value, expiresAtMs, note: keptNote };
}

/** Quotes stand around what holds commas. */
function csvCells(line: string): string[] {
  const cells: string[] = [];
  for (const [, quoted, bare] of line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)) {
    cells.push((quoted?.replaceAll('""', '"') ?? bare ?? '').trim());
  }
  return cells;
}

export type EntryLines = {
  /** Lines that end in this piece; lines that hold nothing, and a header, are left out. */
  add(piece: Uint8Array): EntryLine[];
  /** The last line, where it does not end. */
  end(): EntryLine[];
};

export function entryLines(kind: ListKind): EntryLines {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let line = 0;
  let readBytes = 0;

  function hold(bytes: Uint8Array): void {
    heldBytes += bytes.length;
    // What is too long is refused whatever else is in it.
    if (heldBytes <= MAX_LINE_BYTES) held.push(bytes.slice());
  }

  function read(): EntryLine | undefined {
    const bytes = held.length === 1 ? held[0] : Buffer.concat(held);
    const tooLong = heldBytes > MAX_LINE_BYTES;
    readBytes += heldBytes + 1;
    const at = { line: line + 1, bytes: readBytes };
    held = [];
    heldBytes = 0;
    line++;
    if (tooLong) {
      return { ...at, problem: `The line is longer than ${MAX_LINE_BYTES >> 10} KB. Is a line end missing?` };
    }
    const bad = badUtf8(bytes);
    if (bad)
      return { ...at, problem: `The line is ${badByteText({ ...bad, line })}. Save the file as UTF-8.` };
    let text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
    if (line === 1 && text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    text = text.replace(/\r$/, '');
    if (text.trim() === '' || (line === 1 && /^"?value"?(,|$)/i.test(text))) return undefined;
    const [value = '', expiresAt = '', note = ''] = csvCells(text);
    const entry = entryFrom(kind, value, expiresAt || undefined, note);
    return typeof entry === 'string' ? { ...at, problem: entry } : { ...at, entry };
  }

  return {
    add(piece) {
      const found: EntryLine[] = [];
      let start = 0;
      for (let at = piece.indexOf(NEWLINE); at >= 0; at = piece.indexOf(NEWLINE, start)) {
        hold(piece.subarray(start, at));
        const one = read();
        if (one) found.push(one);
        start = at + 1;
      }
      if (start < piece.length) hold(piece.subarray(start));
      return found;
    },
    end() {
      if (heldBytes === 0) return [];
      const one = read();
      return one ? [one] : [];
    },
  };
}
