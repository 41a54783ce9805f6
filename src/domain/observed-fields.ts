// Own fields that arrive and that nobody declared: what each looks like, how often it comes, and a few masked examples.
import { maskCardNumbers } from './card-number.ts';
import type { Attributes, AttributeValue, FieldType } from './data-model.ts';
import { emailForm, phoneForm } from './declared-value.ts';
import { ibanForm } from './iban.ts';
import { canonicalIp } from './ip-address.ts';
import { parseIsoTime } from './iso-time.ts';
import type { OwnData } from './own-data.ts';

export const MAX_OBSERVED_FIELDS = 1000;
export const MAX_EXAMPLES = 3;
/** As many different values as a category has at most. */
const MAX_FEW = 32;
/** So many values are looked at in any case, and of those that follow every so manyth. */
const LOOKED_AT_FIRST = 256;
const LOOKED_AT_EVERY = 16;
/** Of what was looked at, this share looks alike where a type is guessed. */
const ALIKE = 0.95;
/** From so many values on, few different ones say that it is a category. */
const ENOUGH_FOR_CATEGORY = 20;
const LONGEST_TIME = 40;
const LONGEST_ID = 128;
/** In whatever script: marks belong to the letters before them. */
const SHORT_WORD = /^\p{L}[\p{L}\p{M}_ .&'’-]{0,31}$/u;
/** A number in quotes. One that begins with noughts, or has many digits and nothing else, tells one thing from another. */
const NUMERAL =
  /^[+-]?(?:\d{1,15}[.,]\d{1,15}|\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d+)?|[1-9]\d{0,4}|0|[+-]\d{1,15})(?:e[+-]?\d{1,3})?$/i;
/** A time as people or tables write it, which says no zone: no moment is known by it. */
const CLOCK =
  /^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})?[T ]*(?:\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)?(?: ?[ap]m)?$/i;
const TRUTHS: ReadonlySet<string> = new Set(
  'true false yes no y n t f on off ja nein oui non si sí sim não да нет'.split(' '),
);

export const LOOKS = [
  'number', 'boolean', 'time', 'email', 'ip', 'phone', 'id', 'word', 'text', 'numeral', 'clock', 'truth', 'iban',
] as const; // biome-ignore format: a list
export type Look = (typeof LOOKS)[number];

export type ObservedField = {
  readonly name: string;
  readonly seen: number;
  /** Records that had come when it was seen first: its share is of those since. */
  readonly since: number;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  /** How many of the values that were looked at looked like this. */
  readonly looks: Readonly<Partial<Record<Look, number>>>;
  /** Fingerprints of different texts, one more than a category has at most. */
  readonly few: readonly number[];
  /** Masked. */
  readonly examples: readonly string[];
};

/** What own fields come with; each is counted by itself, so that a share is one of records that could have said it. */
export type RecordKind = 'transaction' | 'event';

export type Observed = {
  /** Records of the kind that came, with own fields or without. */
  readonly records: number;
  readonly fields: ReadonlyMap<string, ObservedField>;
};

export const NOTHING_OBSERVED: Observed = { records: 0, fields: new Map() };

type Watched = {
  seen: number;
  readonly since: number;
  readonly firstSeenMs: number;
  lastSeenMs: number;
  looked: number;
  readonly looks: Partial<Record<Look, number>>;
  readonly few: Set<number>;
  readonly examples: string[];
};

export type FieldObserver = {
  /** Looks at what a record says in fields that nobody declared. */
  look(attributes: Attributes | undefined, own: OwnData, atMs: number): void;
  /** What came since it was asked last; undefined where nothing did. */
  take(): Observed | undefined;
};

/** Watches at most as many names as are kept; what comes of others is let go. */
export function createFieldObserver(): FieldObserver {
  let records = 0;
  let watched = new Map<string, Watched>();
  return {
    look(attributes, own, atMs) {
      records++;
      if (!attributes) return;
      for (const name in attributes) {
        if (!own.fields.has(name)) lookAt(watched, name, attributes[name], records, atMs);
      }
    },
    take() {
      if (records === 0) return undefined;
      const taken = {
        records,
        fields: new Map([...watched].map(([name, one]) => [name, fieldOf(name, one)])),
      };
      records = 0;
      watched = new Map();
      return taken;
    },
  };
}

function lookAt(
  watched: Map<string, Watched>,
  name: string,
  value: AttributeValue,
  records: number,
  atMs: number,
): void {
  let field = watched.get(name);
  if (!field) {
    if (watched.size >= MAX_OBSERVED_FIELDS) return;
    field = {
      seen: 0,
      since: records - 1,
      firstSeenMs: atMs,
      lastSeenMs: atMs,
      looked: 0,
      looks: {},
      few: new Set(),
      examples: [],
    };
    watched.set(name, field);
  }
  field.seen++;
  if (atMs > field.lastSeenMs) field.lastSeenMs = atMs;
  if (field.seen > LOOKED_AT_FIRST && field.seen % LOOKED_AT_EVERY !== 0) return;
  field.looked++;
  const look = lookOf(value);
  field.looks[look] = (field.looks[look] ?? 0) + 1;
  if (typeof value === 'string' && field.few.size <= MAX_FEW) field.few.add(fingerprint(value));
  if (field.examples.length >= MAX_EXAMPLES) return;
  const example = masked(value, look);
  if (!field.examples.includes(example)) field.examples.push(example);
}

const fieldOf = (name: string, { looked: _, few, ...rest }: Watched): ObservedField => ({
  name,
  ...rest,
  few: [...few],
});

export function lookOf(value: AttributeValue): Look {
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  const first = value.charCodeAt(0);
  const beginsWithDigit = first >= 0x30 && first <= 0x39;
  if (beginsWithDigit && value.length <= LONGEST_TIME && isTime(value)) return 'time';
  if (value.includes('@') && emailForm(value) !== undefined) return 'email';
  if (first === 0x2b && phoneForm(value) !== undefined) return 'phone';
  if (/^[0-9a-f:.]{3,45}$/i.test(value) && /[.:]/.test(value) && canonicalIp(value) !== undefined)
    return 'ip';
  if (value.length <= LONGEST_TIME) {
    if (TRUTHS.has(value.toLowerCase())) return 'truth';
    if (SHORT_WORD.test(value)) return 'word';
    if (NUMERAL.test(value)) return 'numeral';
    if (CLOCK.test(value) && value.trim() !== '') return 'clock';
    if (ibanForm(value) !== undefined) return 'iban';
  }
  return value.length <= LONGEST_ID && /\p{Nd}/u.test(value) && !/\s/.test(value) ? 'id' : 'text';
}

const isTime = (text: string): boolean =>
  parseIsoTime(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text) !== undefined;

/** The last word of a name says that it tells one from another, however few came yet. */
const SAYS_ID = /(?:^|[._]|(?<=[a-z0-9]))(?:id|ids|uuid|ref|reference|iban|hash|token)$/i;

/** What the field may be declared as. */
export function guessOf({ name, looks, few }: ObservedField): FieldType {
  const looked = LOOKS.reduce((sum, look) => sum + (looks[look] ?? 0), 0);
  for (const look of ['number', 'boolean', 'time', 'email', 'ip', 'phone'] as const) {
    if ((looks[look] ?? 0) >= ALIKE * looked) return look;
  }
  // However few came: whoever has an account number has the account.
  if ((looks.iban ?? 0) >= ALIKE * looked) return 'id';
  const { number = 0, boolean = 0 } = looks;
  const texts = looked - number - boolean;
  // Of several kinds the one that refuses fewest.
  if (texts < ALIKE * looked)
    return number > Math.max(texts, boolean) ? 'number' : boolean > texts ? 'boolean' : 'text';
  if (SAYS_ID.test(name) && (looks.text ?? 0) < (1 - ALIKE) * looked) return 'id';
  const isFew = few.length <= MAX_FEW;
  const words = (looks.word ?? 0) + (looks.truth ?? 0);
  if (isFew && (looked >= ENOUGH_FOR_CATEGORY || words >= ALIKE * looked)) return 'category';
  return (looks.id ?? 0) + (looks.iban ?? 0) >= ALIKE * looked ? 'id' : 'text';
}

/** Values of these are held against the type, called so; of any other, texts are. */
const CHECKED: Readonly<Partial<Record<FieldType, string>>> = {
  number: 'a number',
  boolean: 'yes or no',
  time: 'a time',
  email: 'an e-mail address',
  ip: 'an IP address',
  phone: 'a phone number',
};

/** What whoever declares it should know: what it could be if it came otherwise, and what would be refused. */
export function adviceOf(field: ObservedField): string | undefined {
  const { looks } = field;
  const looked = LOOKS.reduce((sum, look) => sum + (looks[look] ?? 0), 0);
  const mostly = (look: Look): boolean => (looks[look] ?? 0) >= ALIKE * looked;
  if (mostly('numeral')) return 'Numbers in quotes: send them as numbers (12.5), or they are texts.';
  if (mostly('clock'))
    return 'Times that name no moment: send them as ISO 8601 with Z or an offset, or they are texts.';
  if (mostly('truth')) return 'Yes or no in words: send true and false, or they are texts.';
  const type = guessOf(field);
  const fits = CHECKED[type]
    ? (looks[type as Look] ?? 0)
    : looked - (looks.number ?? 0) - (looks.boolean ?? 0);
  if (fits === looked) return undefined;
  return `${looked - fits} of the ${looked} that were looked at would be refused as ${CHECKED[type] ?? 'a text'}.`;
}

/** FNV-1a, for telling values apart: with a few dozen of them two that fall together do no harm. */
function fingerprint(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** A value of which is left what tells its kind, and not whose it is. */
export function masked(value: AttributeValue, look: Look): string {
  switch (typeof value) {
    case 'number':
      return String(Number(value.toPrecision(2)));
    case 'boolean':
      return String(value);
    default:
      return maskedText(value, look);
  }
}

function maskedText(value: string, look: Look): string {
  if (look === 'time') return `${value.slice(0, 7)}-••`;
  if (look === 'email') return `${[...value][0]}•••@•••${/\.[^.@]*$/.exec(value)?.[0] ?? ''}`;
  if (look === 'phone') return `${value.slice(0, 3)}•••`;
  if (look === 'ip') return `${value.split(/[.:]/)[0]}.•••`;
  const letters = [...maskCardNumbers(value, 200)];
  const shown = Math.min(3, Math.floor(letters.length / 3));
  return `${letters.slice(0, shown).join('')}••• (${letters.length} characters)`;
}

/** What is known, and what came since, together; `known` keeps its place where there is no room for all. */
export function together(known: Observed, more: Observed): Observed {
  const fields = new Map(known.fields);
  for (const [name, field] of more.fields) {
    const before = fields.get(name);
    if (before) fields.set(name, sumOf(before, field));
    else if (fields.size < MAX_OBSERVED_FIELDS) {
      fields.set(name, { ...field, since: known.records + field.since });
    }
  }
  return { records: known.records + more.records, fields };
}

function sumOf(before: ObservedField, field: ObservedField): ObservedField {
  const looks = Object.fromEntries(
    LOOKS.flatMap((look) => {
      const sum = (before.looks[look] ?? 0) + (field.looks[look] ?? 0);
      return sum > 0 ? [[look, sum]] : [];
    }),
  );
  return {
    name: before.name,
    seen: before.seen + field.seen,
    since: before.since,
    firstSeenMs: Math.min(before.firstSeenMs, field.firstSeenMs),
    lastSeenMs: Math.max(before.lastSeenMs, field.lastSeenMs),
    looks,
    few: [...new Set([...before.few, ...field.few])].slice(0, MAX_FEW + 1),
    examples: [...new Set([...before.examples, ...field.examples])].slice(0, MAX_EXAMPLES),
  };
}

/** Of the records since it was seen first, the share that did not say it; over several kinds of records, of all of them together. */
export function absentShare(
  seen: readonly { readonly field: ObservedField; readonly records: number }[],
): number {
  const since = seen.reduce((sum, { field, records }) => sum + Math.max(0, records - field.since), 0);
  const said = seen.reduce((sum, { field }) => sum + field.seen, 0);
  return since === 0 ? 0 : Math.max(0, 1 - said / since);
}

/** What came with records of several kinds as one: how often, and what it looks like. */
export const joined = (fields: readonly [ObservedField, ...ObservedField[]]): ObservedField =>
  fields.reduce(sumOf);
