// Names of sanctions lists: OFAC's SDN list as CSV (SDN.CSV, and ALT.CSV for other names) or as XML (SDN.XML), and a
// plain CSV of names. Format: https://ofac.treasury.gov (Specially Designated Nationals list, data formats).
import { shown } from '../domain/fields.ts';
import { InputError } from '../domain/input-error.ts';
import { textProblem } from '../domain/text.ts';
import { createCsvReader } from '../formats/csv-records.ts';
import type { ListedName } from './name-index.ts';

const MAX_NAMES = 500_000;
/** No line of a list of names is near it; one that is has lost a quote or a line end. */
const MAX_LINE_CHARACTERS = 65_536;
/** An entry of the XML has all other names, addresses and papers of a party in it. */
const MAX_ENTRY_CHARACTERS = 1 << 20;

const tooMany = (): InputError => new InputError(`A source has at most ${MAX_NAMES} names.`);

/** A line, or an entry of an XML, of which no name was taken, and why. */
export type DroppedName = { readonly line: number; readonly problem: string };

export type NamesRead = {
  readonly names: readonly ListedName[];
  readonly dropped: readonly DroppedName[];
};

/** Reads names; the format is seen from the content. Throws InputError that says what was expected. */
export function readNames(text: string): NamesRead {
  const trimmed = text.replace(/^\uFEFF/, '').trimStart();
  const { names, dropped } = trimmed.startsWith('<') ? readXml(trimmed) : readCsv(trimmed);
  if (names.length === 0) {
    throw new InputError(
      'No name was found. Expected is OFAC’s SDN.CSV, ALT.CSV or SDN.XML, or a CSV with the columns uid and name.',
    );
  }
  return { names: names.map(checked), dropped };
}

/** Characters that are shown as nothing: they do not count when names are compared, and lists of others do hold some. */
const UNSEEN = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
/** Long names may be written over several lines. */
const LINE_ENDS = /[\t\n\r ]+/g;
const MAX_NAME = 1000;
const MAX_UID = 100;

function checked({ uid, name }: ListedName, index: number): ListedName {
  const seen = name.replace(UNSEEN, '').replaceAll(LINE_ENDS, ' ').trim();
  const problem =
    (seen.length > MAX_NAME ? `has more than ${MAX_NAME} characters` : textProblem(seen, 'line')) ??
    (uid.length > MAX_UID ? `has a uid of more than ${MAX_UID} characters` : undefined);
  if (problem !== undefined) throw new InputError(`Name ${index + 1} ${problem}. Nothing was imported.`);
  const wrongUid = textProblem(uid, 'identifier');
  if (wrongUid !== undefined)
    throw new InputError(`The uid of name ${index + 1} ${wrongUid}. Nothing was imported.`);
  return { uid, name: seen };
}

/** What OFAC writes where there is nothing. */
const EMPTY = '-0-';

/** SDN.CSV ends with the sign that ended files under CP/M. */
const END = '\u001a';

function readCsv(text: string): NamesRead {
  const names: ListedName[] = [];
  const dropped: DroppedName[] = [];
  const drop = (line: number, problem: string): void => {
    dropped.push({ line, problem });
  };
  const add = (line: number, uid: string, name: string): void => {
    if (name === '' || name === EMPTY) {
      drop(line, 'The line has no name.');
      return;
    }
    if (names.length === MAX_NAMES) throw tooMany();
    names.push({ uid, name });
  };
  let rows = 0;
  let take: ((cells: readonly string[], line: number) => void) | undefined;
  const reader = createCsvReader({ maxBytes: MAX_LINE_CHARACTERS });
  for (const record of [...reader.add(Buffer.from(text)), ...reader.end()]) {
    if (record.kind === 'bad-bytes') continue;
    if (record.kind === 'broken') {
      // A file that was cut off within a cell would be a shorter list.
      if (record.isOpen)
        throw new InputError(
          `Line ${record.line}: ${record.problem} The file may not be whole, and the list of before stays.`,
        );
      drop(record.line, record.problem);
      continue;
    }
    const cells = record.cells.map((cell) => cell.trim());
    if (cells.length === 1 && (cells[0] === '' || cells[0] === END)) continue;
    rows++;
    if (take) {
      take(cells, record.line);
      continue;
    }
    const header = cells.map((cell) => cell.toLowerCase());
    const nameAt = header.indexOf('name');
    if (nameAt >= 0) {
      const uidAt = ['uid', 'id', 'ent_num'].map((name) => header.indexOf(name)).find((at) => at >= 0);
      take = (own, line) =>
        own.length === header.length
          ? add(line, (uidAt === undefined ? undefined : own[uidAt]) || String(rows - 1), own[nameAt])
          : drop(line, `The line has ${own.length} cells, the first line ${header.length}.`);
      continue;
    }
    // SDN.CSV: ent_num, SDN_Name, SDN_Type, …; ALT.CSV: ent_num, alt_num, alt_type, alt_name, alt_remarks.
    const alternative = cells.length === 5 && /^(aka|fka|nka)$/i.test(cells[2] ?? '');
    take = (own, line) => {
      const uid = own[0] ?? '';
      if (/^\d+$/.test(uid)) add(line, uid, own[alternative ? 3 : 1] ?? '');
      else drop(line, `${shown(uid)} is no number of an entry.`);
    };
    take(cells, record.line);
  }
  return { names, dropped };
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const plain = (text: string): string =>
  text.replaceAll(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return ENTITIES[name] ?? whole;
    const code = name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });

const inside = (text: string, tag: string): string | undefined => {
  const start = text.indexOf(`<${tag}>`);
  const end = start < 0 ? -1 : text.indexOf(`</${tag}>`, start);
  return end < 0 ? undefined : plain(text.slice(start + tag.length + 2, end).trim());
};

const NOT_WHOLE = 'the file is not whole, and the list of before stays. Fetch it again.';

/** The name of the first element, after the declaration and comments. */
function rootOf(text: string): string | undefined {
  let at = text.indexOf('<');
  while (text.startsWith('<?', at) || text.startsWith('<!', at)) {
    const close = text.startsWith('<!--', at) ? '-->' : '>';
    const end = text.indexOf(close, at);
    if (end < 0) return undefined;
    at = text.indexOf('<', end);
  }
  return /^[A-Za-z_][\w.:-]*/.exec(text.slice(at + 1, at + 200))?.[0];
}

/** A file that was cut between two entries looks like a shorter list: it has to end as it began, with as many entries as it says. */
function checkWhole(text: string, entries: number): void {
  const root = rootOf(text);
  let end = text.trimEnd();
  // One by one from the end: a pattern for any number of them can be made to search for ever.
  while (end.endsWith('-->')) end = end.slice(0, Math.max(0, end.lastIndexOf('<!--'))).trimEnd();
  if (root === undefined) throw new InputError(`The XML has no element: ${NOT_WHOLE}`);
  if (!(end.endsWith('>') && end.slice(0, -1).trimEnd().endsWith(`</${root}`)))
    throw new InputError(`The XML does not end with </${root}>: ${NOT_WHOLE}`);
  const said = inside(text, 'Record_Count');
  if (said !== undefined && Number(said) !== entries)
    throw new InputError(
      `The XML says that it has ${said.slice(0, 20)} entries, and ${entries} could be read: nothing was imported, and the list of before stays.`,
    );
}

/** Tags that are read, with a prefix of their namespace, blanks or attributes in them. */
const PREFIXED =
  /<(\/?)(?:[A-Za-z_][\w.-]{0,40}:)?(sdnEntry|sdnList|akaList|aka|uid|firstName|lastName|Record_Count)(?:\s[^<>]{0,1000})?>/g;

/** SDN.XML: sdnEntry with uid, firstName, lastName, and aka entries with names of their own. */
function readXml(whole: string): NamesRead {
  const text = whole.replace(PREFIXED, '<$1$2>');
  const names: ListedName[] = [];
  const dropped: DroppedName[] = [];
  let entries = 0;
  for (let at = text.indexOf('<sdnEntry>'); at >= 0; ) {
    const end = text.indexOf('</sdnEntry>', at);
    if (end < 0) throw new InputError('The XML ends within an entry: the file is not whole.');
    if (end - at > MAX_ENTRY_CHARACTERS) {
      throw new InputError(
        `Entry ${entries + 1} of the XML is longer than ${MAX_ENTRY_CHARACTERS} characters.`,
      );
    }
    entries++;
    const entry = text.slice(at, end);
    const uid = inside(entry, 'uid') ?? '';
    // Names of the entry itself stand before its lists.
    const akaStart = entry.indexOf('<akaList>');
    const own = akaStart < 0 ? entry : entry.slice(0, akaStart);
    const add = (part: string): void => {
      const name = [inside(part, 'lastName'), inside(part, 'firstName')].filter(Boolean).join(', ');
      if (name === '' || uid === '') {
        dropped.push({
          line: entries,
          problem: `Entry ${entries} has ${name === '' ? 'a part without a name' : 'no uid'}.`,
        });
        return;
      }
      if (names.length === MAX_NAMES) throw tooMany();
      names.push({ uid, name });
    };
    add(own);
    if (akaStart >= 0) {
      const list = entry.slice(akaStart, Math.max(akaStart, entry.indexOf('</akaList>', akaStart)));
      for (const part of list.split('<aka>').slice(1)) add(part);
    }
    at = text.indexOf('<sdnEntry>', end);
  }
  checkWhole(text, entries);
  return { names, dropped };
}
