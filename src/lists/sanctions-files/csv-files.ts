// Names of lists that come as CSV: OFAC's SDN.CSV and ALT.CSV (https://ofac.treasury.gov, Specially Designated Nationals list, data
// formats), the full list of the EU (https://data.europa.eu, consolidated list of financial sanctions, CSV 1.1), and a plain
// CSV of names.
import { shown } from '../../domain/fields.ts';
import { InputError } from '../../domain/input-error.ts';
import { familyFirst, type NameFormat, type NamesTaken } from './names-taken.ts';

export type CsvFormat = NameFormat<[cells: readonly string[], line: number]>;

/** What OFAC writes where there is nothing. */
const EMPTY = '-0-';
const REMARKS = 11;
/** Weak aliases are in the remarks alone: a.k.a. 'THE PILOT'; a.k.a. ''ABD AL-AZIZ'. */
const ALIAS = /^[afn]\.k\.a\. '/;
const WHOLE_ALIAS = /^[afn]\.k\.a\. '+(.{1,1000}?)'+\.?$/;
/** OFAC's remarks have at most 1000 characters. */
const MAX_REMARK = 1100;

/** What reads the lines of a CSV with this first line, which is given to it as well where it is no header. */
export function csvFormatOf(first: readonly string[], line: number, names: NamesTaken): CsvFormat {
  const header = first.map((cell) => cell.toLowerCase());
  if (header.includes('namealias_wholename')) return euCsv(header, names);
  if (header.includes('name')) return plainCsv(header, names);
  // ALT.CSV: ent_num, alt_num, alt_type, alt_name, alt_remarks.
  const isAlternative = first.length === 5 && /^(aka|fka|nka)$/i.test(first[2] ?? '');
  const format = isAlternative ? altCsv(names) : sdnCsv(names);
  format.take(first, line);
  return format;
}

function plainCsv(header: readonly string[], names: NamesTaken): CsvFormat {
  const nameAt = header.indexOf('name');
  const uidAt = ['uid', 'id', 'ent_num'].map((name) => header.indexOf(name)).find((at) => at >= 0);
  let rows = 0;
  return {
    take(cells, line) {
      rows++;
      if (cells.length !== header.length)
        names.drop(line, `The line has ${cells.length} cells, the first line ${header.length}.`);
      else
        addNamed(
          names,
          line,
          (uidAt === undefined ? undefined : cells[uidAt]) || String(rows),
          cells[nameAt],
        );
    },
    end() {},
  };
}

function addNamed(names: NamesTaken, line: number, uid: string, name: string | undefined): void {
  if (name === undefined || name === '' || name === EMPTY) names.drop(line, 'The line has no name.');
  else names.add({ uid, name });
}

/** Whether it is the number of an entry; tells it where it is not. */
function isEntry(uid: string | undefined, line: number, names: NamesTaken): uid is string {
  if (uid !== undefined && /^\d+$/.test(uid)) return true;
  names.drop(line, `${shown(uid ?? '')} is no number of an entry.`);
  return false;
}

const altCsv = (names: NamesTaken): CsvFormat => ({
  take([uid, , , name], line) {
    if (isEntry(uid, line, names)) addNamed(names, line, uid, name);
  },
  end() {},
});

/** ent_num, SDN_Name, SDN_Type, …, Remarks. */
const sdnCsv = (names: NamesTaken): CsvFormat => ({
  take(cells, line) {
    const [uid, name] = cells;
    if (!isEntry(uid, line, names)) return;
    addNamed(names, line, uid, name);
    for (const remark of (cells[REMARKS] ?? '').split(/; */)) {
      if (!ALIAS.test(remark)) continue;
      const alias = WHOLE_ALIAS.exec(remark.slice(0, MAX_REMARK))?.[1]?.trim();
      // They go on in SDN_COMMENTS.CSV, which is another file.
      if (!alias)
        names.drop(line, `The remarks end within the alias ${shown(remark)}; SDN.XML has all of it.`);
      else names.add({ uid, name: alias, isWeak: true });
    }
  },
  end() {},
});

/** A name of the EU that is weak though it is not marked so: "Low quality alias", spelt in several ways. */
export const saysLowQuality = (remark: string): boolean => /\blow? quality/i.test(remark);

/** A row a fact: names, addresses, birth dates and papers of an entity stand in rows of their own, all with its number. */
function euCsv(header: readonly string[], names: NamesTaken): CsvFormat {
  const at = (column: string): number => header.indexOf(column.toLowerCase());
  const [whole, last, first, middle] = ['WholeName', 'LastName', 'FirstName', 'MiddleName'].map((part) =>
    at(`NameAlias_${part}`),
  );
  const [reference, logical] = [at('Entity_EU_ReferenceNumber'), at('Entity_LogicalId')];
  const [alias, remark, strong] = [at('NameAlias_LogicalId'), at('NameAlias_Remark'), at('NameAlias_Strong')];
  if (reference < 0 && logical < 0)
    throw new InputError(
      'The CSV of the EU has neither a column Entity_EU_ReferenceNumber nor Entity_LogicalId: whose names they are cannot be told.',
    );
  const named = new Set<string>();
  /** The line of each entity that has no name yet. */
  const nameless = new Map<string, number>();
  let cut: number | undefined;
  return {
    take(cells, line) {
      cut = cells.length < header.length ? line : undefined;
      if (cells.length !== header.length) {
        names.drop(line, `The line has ${cells.length} cells, the first line ${header.length}.`);
        return;
      }
      const of = (place: number): string => cells[place] ?? '';
      const uid = of(reference) || of(logical);
      const name = of(whole) || familyFirst([of(last)], [of(first), of(middle)]);
      if (name === '') {
        if (of(alias) !== '') names.drop(line, `Name ${shown(of(alias))} has no text.`);
        if (uid !== '' && !named.has(uid) && !nameless.has(uid)) nameless.set(uid, line);
      } else if (uid === '') names.drop(line, 'The line has a name, and no number of an entity.');
      else {
        named.add(uid);
        nameless.delete(uid);
        const isWeak = of(strong).toLowerCase() === 'false' || saysLowQuality(of(remark));
        names.add({ uid, name, ...(isWeak && { isWeak }) });
      }
    },
    end() {
      if (cut !== undefined)
        throw new InputError(
          `Line ${cut} is the last one and ends before its last cell: the file is not whole, and the list of before stays. Fetch it again.`,
        );
      for (const [uid, line] of nameless) names.drop(line, `Entity ${shown(uid)} has no name.`);
    },
  };
}
