// Entries of a list as records of a CSV: value, when it ends, a note. The bytes come in pieces; memory and time a record are bounded.
import { CARD_REFUSED, type CardPolicy, withoutCards } from '../domain/card-policy.ts';
import { shown } from '../domain/fields.ts';
import { parseIsoTime } from '../domain/iso-time.ts';
import type { ListKind } from '../domain/list.ts';
import { badByteText } from '../domain/utf8.ts';
import { type CsvRecord, createCsvReader } from '../formats/csv-records.ts';
import { normalEntry, noteProblem } from './entry.ts';

export const MAX_LINE_BYTES = 64 << 10;

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

export type EntryLines = {
  /** Entries that end in this piece; lines that hold nothing, and a header, are left out. */
  add(piece: Uint8Array): EntryLine[];
  /** The rest. */
  end(): EntryLine[];
};

/** What the first cell of a first line says where it names a column. */
const HEADER =
  /^(value|entry|name|text|id|ip|ip_?address|address|range|country|(account|device|merchant|payee|counterparty)(_?id)?)$/i;
const CELLS = 3;

export function entryLines(kind: ListKind): EntryLines {
  const reader = createCsvReader({ maxBytes: MAX_LINE_BYTES });
  let isFirst = true;
  let bytes = 0;

  function read(record: CsvRecord): EntryLine[] {
    const at = { line: record.line, bytes };
    const wasFirst = isFirst;
    isFirst = false;
    if (record.kind === 'broken') return [{ ...at, problem: record.problem }];
    if (record.kind === 'bad-bytes') {
      const place = badByteText({ ...record.badByte, line: record.line });
      return [{ ...at, problem: `The line is ${place}. Save the file as UTF-8.` }];
    }
    const cells = record.cells.map((cell) => cell.trim());
    if (cells.every((cell) => cell === '') || (wasFirst && HEADER.test(cells[0]))) return [];
    if (cells.slice(CELLS).some((cell) => cell !== ''))
      return [{ ...at, problem: `The line has ${cells.length} cells; an entry has value, end and note.` }];
    const [value, expiresAt = '', note = ''] = cells;
    const entry = entryFrom(kind, value, expiresAt || undefined, note);
    return [typeof entry === 'string' ? { ...at, problem: entry } : { ...at, entry }];
  }

  return {
    add(piece) {
      bytes += piece.length;
      return reader.add(piece).flatMap(read);
    },
    end: () => reader.end().flatMap(read),
  };
}
