// What is taken of a file of names, whatever its format, and what is not.
import { InputError } from '../../domain/input-error.ts';
import { textProblem } from '../../domain/text.ts';
import type { ListedName } from '../name-index.ts';

const MAX_NAMES = 500_000;
const MAX_NAME = 1000;
const MAX_UID = 100;

/** A line, or an entry of an XML, of which no name was taken, and why. */
export type DroppedName = { readonly line: number; readonly problem: string };

export type NamesRead = {
  readonly names: readonly ListedName[];
  readonly dropped: readonly DroppedName[];
};

export type NamesTaken = {
  /** A name that a party has twice counts once, and is weak only where it is weak both times. Throws InputError where it is no name. */
  add(name: ListedName): void;
  drop(line: number, problem: string): void;
  /** All of them. Throws InputError where there are none. */
  read(): NamesRead;
};

/** A reader of one format; `take` is given its records, `end` throws InputError where they are not all. */
export type NameFormat<Taken extends readonly unknown[]> = {
  take(...record: Taken): void;
  end(): void;
};

/** Characters that are shown as nothing: they do not count when names are compared, and lists of others do hold some. */
const UNSEEN = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
/** Long names may be written over several lines. */
const LINE_ENDS = /[\t\n\r ]+/g;

/** A copy: a part of a text keeps all of it in memory. */
const apart = (text: string): string => Buffer.from(text).toString();

export function createNamesTaken(): NamesTaken {
  const byParty = new Map<string, ListedName>();
  const dropped: DroppedName[] = [];

  function check({ uid, name }: ListedName): void {
    const at = byParty.size + 1;
    const problem =
      (name.length > MAX_NAME ? `has more than ${MAX_NAME} characters` : textProblem(name, 'line')) ??
      (uid.length > MAX_UID ? `has a uid of more than ${MAX_UID} characters` : undefined);
    if (problem !== undefined) throw new InputError(`Name ${at} ${problem}. Nothing was imported.`);
    const wrongUid = textProblem(uid, 'identifier');
    if (wrongUid !== undefined)
      throw new InputError(`The uid of name ${at} ${wrongUid}. Nothing was imported.`);
  }

  return {
    add({ uid, name, isWeak }) {
      const seen = name.replace(UNSEEN, '').replaceAll(LINE_ENDS, ' ').trim();
      check({ uid, name: seen });
      const key = apart(`${uid}\n${seen}`);
      const before = byParty.get(key);
      if (before && (before.isWeak !== true || isWeak === true)) return;
      if (!before && byParty.size === MAX_NAMES)
        throw new InputError(`A source has at most ${MAX_NAMES} names.`);
      byParty.set(key, {
        uid: apart(uid),
        name: apart(seen),
        ...(isWeak === true && { isWeak }),
      });
    },
    drop(line, problem) {
      if (dropped.length === MAX_NAMES)
        throw new InputError(
          `More than ${MAX_NAMES} lines or entries give no name, the last one line ${line}: ${problem} Is it a list of names?`,
        );
      dropped.push({ line, problem });
    },
    read() {
      if (byParty.size === 0) throw new InputError(`No name was found. ${EXPECTED}`);
      return { names: [...byParty.values()], dropped };
    },
  };
}

export const EXPECTED =
  'Expected is a list of OFAC (SDN.CSV, ALT.CSV, SDN.XML or SDN_ADVANCED.XML), of the EU (XML or CSV) or of the United Nations (XML), or a CSV with the columns uid and name.';

/** A name as OFAC writes it: what the family is called first. */
export const familyFirst = (family: readonly string[], others: readonly string[]): string =>
  [family, others]
    .map((words) => words.filter((word) => word !== '').join(' '))
    .filter((part) => part !== '')
    .join(', ');
