// Records as strangers may send them: a sound transaction or label in which something was changed. The same seed and number
// give the same record.
import { createRandom, type Random } from '../../src/domain/random.ts';
import type { StreamRecord } from '../../src/ports/stream/stream.ts';
import { HEADERS, SCHEMA_VERSION } from '../../src/stream/record-codec.ts';
import {
  ODD_BYTES, ODD_CHARACTERS, ODD_HEADERS, ODD_KEYS, ODD_NUMBERS, ODD_TEXTS, ODD_TIMES, ODD_VALUES,
} from './odd.ts'; // biome-ignore format: a list

export const NOW_MS = Date.UTC(2026, 10, 24, 12);
const ACCOUNTS = 5000;
/** As far back as repetitions, and transactions that labels name, lie. */
const LOOK_BACK = 2000;

/** A name and a value as JSON has it; an object's fields stand apart, so that they can be changed. */
type Field = { name: string; value: string | Field[] };

export type FuzzRecord = {
  readonly raw: StreamRecord;
  /** What was done to it. */
  readonly changes: readonly string[];
  /** JSON pointers of what was changed; undefined where it was the record as a whole. */
  readonly touched: readonly string[] | undefined;
};

const text = (name: string, value: string): Field => ({ name, value: JSON.stringify(value) });
const pick = <T>(random: Random, list: readonly T[]): T => list[random.below(list.length)];
const isoAt = (random: Random): string => new Date(NOW_MS - random.below(90 * 86_400_000)).toISOString();

function soundTransaction(number: number, random: Random): Field[] {
  const account = `a${random.below(ACCOUNTS)}`;
  const fields: Field[] = [
    text('id', `t${number}`),
    text('accountId', account),
    text('occurredAt', isoAt(random)),
    { name: 'amountMinor', value: String(random.below(100_000)) },
    text('currency', pick(random, ['EUR', 'JPY', 'KWD', 'USD'])),
    text('type', pick(random, ['purchase', 'withdrawal', 'transfer', 'payment'])),
  ];
  const perhaps = (field: () => Field): void => {
    if (random.next() < 0.5) fields.push(field());
  };
  perhaps(() => text('channel', pick(random, ['chip', 'ecommerce', 'mobile_app'])));
  perhaps(() => text('country', pick(random, ['DE', 'FR', 'JP'])));
  perhaps(() => text('city', pick(random, ['Köln', '東京', 'São Paulo', 'علی\u200cآباد'])));
  perhaps(() => text('deviceId', `d${random.below(900)}`));
  perhaps(() => text('ip', pick(random, ['203.0.113.7', '2001:db8::1'])));
  perhaps(() => text('counterpartyId', `c${random.below(900)}`));
  perhaps(() => text('counterpartyName', pick(random, ['Zoë Müller', 'Иван', '😀'])));
  perhaps(() => ({
    name: 'merchant',
    value: [text('id', `m${random.below(900)}`), text('name', 'Café "N\'ice"\\'), text('mcc', '5411')],
  }));
  perhaps(() => ({
    name: 'attributes',
    value: [
      text('customer.segment', pick(random, ['gold', 'silver'])),
      { name: 'score', value: String(random.below(1000) / 1000) },
      { name: 'device', value: [text('id', `d${random.below(900)}`), { name: 'rooted', value: 'false' }] },
    ],
  }));
  perhaps(() => ({
    name: 'relatesTo',
    value: [
      text('transactionId', `t${random.below(900)}-before`),
      text('kind', pick(random, ['refund', 'return'])),
    ],
  }));
  perhaps(() => ({
    name: 'billing',
    value: [
      { name: 'amountMinor', value: String(random.below(100_000)) },
      text('currency', pick(random, ['EUR', 'KWD', 'USD'])),
    ],
  }));
  perhaps(() => ({
    name: 'location',
    value: [
      { name: 'lat', value: String(random.below(180) - 90) },
      { name: 'lon', value: String(random.below(360) - 180 + 0.5) },
    ],
  }));
  return fields;
}

function soundLabel(number: number, random: Random): Field[] {
  const fields: Field[] = [
    text('transactionId', `t${Math.max(0, number - 1 - random.below(LOOK_BACK))}`),
    { name: 'fraud', value: pick(random, ['true', 'false']) },
    text('accountId', `a${random.below(ACCOUNTS)}`),
    text('occurredAt', isoAt(random)),
  ];
  if (random.next() < 0.5) fields.push(text('fraudType', 'card_testing'));
  if (random.next() < 0.5) fields.push(text('source', 'chargeback'));
  if (random.next() < 0.5) fields.push(text('labelledAt', isoAt(random)));
  if (random.next() < 0.5) fields.push(text('merchantId', 'm1'), text('deviceId', 'd1'), text('ip', '::1'));
  return fields;
}

/** A place of a record: the list of fields that it is in, and where. */
type Place = { readonly fields: Field[]; readonly at: number; readonly pointer: string };

function places(fields: Field[], base = ''): Place[] {
  return fields.flatMap((field, at) => {
    const pointer = `${base}/${field.name}`;
    const inner = typeof field.value === 'string' ? [] : places(field.value, pointer);
    return [{ fields, at, pointer }, ...inner];
  });
}

const jsonOf = (fields: readonly Field[]): string =>
  `{${fields.map(({ name, value }) => `${JSON.stringify(name)}:${typeof value === 'string' ? value : jsonOf(value)}`).join(',')}}`;

/** The text of a JSON string, where it is one. */
function stringOf(value: Field['value'] | undefined): string | undefined {
  if (typeof value !== 'string' || value[0] !== '"') return undefined;
  try {
    return JSON.parse(value) as string;
  } catch {
    return undefined;
  }
}

const escapedUnit = (unit: number): string => `\\u${unit.toString(16).padStart(4, '0')}`;

/** `character` in a text: first, inside or last; escaped as JSON can have it, or as it is. */
function withCharacter(value: string, character: string, where: number, escaped: boolean): string {
  const at = [0, Math.ceil(value.length / 2), value.length][where % 3];
  const written = escaped
    ? Array.from({ length: character.length }, (_, i) => escapedUnit(character.charCodeAt(i))).join('')
    : character;
  const quoted = (part: string): string => JSON.stringify(part).slice(1, -1);
  return `"${quoted(value.slice(0, at))}${written}${quoted(value.slice(at))}"`;
}

type Changed = { readonly what: string; readonly touched: readonly string[] | undefined };

/** A control character that is not escaped is no JSON any more. */
const breaksJson = (character: string): boolean => character < ' ';

function changeCharacter(place: Place, character: string, where: number, escaped: boolean): Changed {
  const field = place.fields[place.at];
  const written = escaped || (character.length === 1 && /\p{Cs}/u.test(character));
  field.value = withCharacter(stringOf(field.value) ?? 'x', character, where, written);
  const code = (character.codePointAt(0) ?? 0).toString(16);
  const whole = !written && breaksJson(character);
  return { what: `U+${code} in ${place.pointer}`, touched: whole ? undefined : [place.pointer] };
}

function change(fields: Field[], number: number, random: Random): Changed {
  const place = pick(random, places(fields));
  const { fields: list, at, pointer } = place;
  const field = list[at];
  const becomes = (value: string): Changed => {
    field.value = value;
    return { what: `${pointer} becomes ${value.slice(0, 40)}`, touched: [pointer] };
  };
  switch (random.below(12)) {
    case 0:
    case 1:
      return changeCharacter(place, pick(random, ODD_CHARACTERS), random.below(3), random.next() < 0.5);
    case 2:
      return becomes(pick(random, ODD_NUMBERS));
    case 3:
      return becomes(JSON.stringify(pick(random, ODD_TEXTS)));
    case 4:
      return becomes(JSON.stringify(pick(random, ODD_TIMES)));
    case 5:
      return becomes(pick(random, ODD_VALUES));
    case 6:
      list.splice(at, 1);
      return { what: `without ${pointer}`, touched: [pointer] };
    case 7: {
      const name = pick(random, ODD_KEYS);
      list.splice(random.below(list.length + 1), 0, {
        name,
        value: pick(random, ['1', '"x"', '{}', 'null']),
      });
      return { what: `key ${JSON.stringify(name.slice(0, 20))}`, touched: ['/'] };
    }
    case 8: {
      const value = pick(random, [String(field.value), '"other"', '1', 'null']);
      list.push({ name: field.name, value: typeof field.value === 'string' ? value : '{"id":"other"}' });
      return { what: `${pointer} twice`, touched: [pointer] };
    }
    case 9:
      list[at] = { name: pick(random, ODD_KEYS), value: field.value };
      return { what: `${pointer} by another name`, touched: ['/'] };
    case 10: {
      // A repetition, with the same content or another.
      if (pointer !== '/id') return becomes(JSON.stringify(`v${random.below(5)}`));
      return becomes(JSON.stringify(`t${Math.max(0, number - 1 - random.below(LOOK_BACK))}`));
    }
    default:
      if (random.next() < 0.95) return becomes(JSON.stringify(pick(random, ODD_TEXTS)));
      for (let i = 0; i < 1000; i++) list.push({ name: `more${i}`, value: '1' });
      return { what: 'a thousand more keys', touched: ['/'] };
  }
}

/** Changes of the bytes: what comes out is rarely JSON. */
function changeBytes(bytes: Buffer, random: Random): [Buffer, string] {
  const at = random.below(bytes.length + 1);
  switch (random.below(6)) {
    case 0:
      return [bytes.subarray(0, at), `cut off at ${at}`];
    case 1: {
      const odd = pick(random, ODD_BYTES);
      return [
        Buffer.concat([bytes.subarray(0, at), Buffer.from(odd), bytes.subarray(at)]),
        `bytes ${odd} at ${at}`,
      ];
    }
    case 2: {
      const other = Buffer.from(bytes);
      if (at < other.length) other[at] ^= 1 << random.below(8);
      return [other, `a bit at ${at}`];
    }
    case 3:
      return [Buffer.concat([bytes, bytes]), 'twice'];
    case 4: {
      const blank = Buffer.from(pick(random, [' ', '\n', '\ufeff', '\u00a0', 'x', '\0', ' '.repeat(70_000)]));
      return [
        random.next() < 0.5 ? Buffer.concat([blank, bytes]) : Buffer.concat([bytes, blank]),
        'more around it',
      ];
    }
    default:
      return [Buffer.from(Array.from({ length: random.below(200) }, () => random.below(256))), 'any bytes'];
  }
}

/** Every odd character in every text, escaped and as it is, one a record, before anything is left to chance. */
function systematic(number: number, fields: Field[], where: number): Changed {
  const written = ODD_CHARACTERS.length * 2;
  const character = ODD_CHARACTERS[(number % written) >> 1];
  const pointer = ALL_TEXTS[Math.floor(number / written)];
  const [, first, second] = pointer.split('/');
  let list = fields;
  if (second !== undefined) {
    let parent = fields.find(({ name }) => name === first);
    if (!parent || typeof parent.value === 'string') {
      parent = { name: first, value: [text('id', 'm')] };
      fields.push(parent);
    }
    list = parent.value as Field[];
  }
  const name = second ?? first;
  let at = list.findIndex((field) => field.name === name);
  if (at < 0) at = list.push(text(name, SOUND_TEXTS[name] ?? 'text')) - 1;
  return changeCharacter({ fields: list, at, pointer }, character, where, number % 2 === 0);
}
const TRANSACTION_TEXTS = [
  '/id', '/accountId', '/occurredAt', '/currency', '/type', '/channel', '/country', '/city', '/deviceId', '/ip', '/counterpartyId',
  '/counterpartyName', '/merchant/id', '/merchant/name', '/merchant/mcc',
]; // biome-ignore format: a list
const LABEL_TEXTS = [
  '/transactionId', '/accountId', '/fraudType', '/source', '/labelledAt', '/merchantId', '/deviceId', '/ip', '/counterpartyId',
]; // biome-ignore format: a list
const SOUND_TEXTS: Readonly<Record<string, string>> = {
  channel: 'chip', country: 'DE', ip: '::1', mcc: '5411', source: 'analyst', labelledAt: '2026-11-23T15:00:00Z',
}; // biome-ignore format: a list
const ALL_TEXTS = [...TRANSACTION_TEXTS, ...LABEL_TEXTS];
const SYSTEMATIC = ODD_CHARACTERS.length * 2 * ALL_TEXTS.length;

/** The record of this number. */
export function fuzzRecord(seed: number, number: number): FuzzRecord {
  const random = createRandom(seed, number);
  const isSystematic = number < SYSTEMATIC;
  const isLabel = isSystematic
    ? number >= ODD_CHARACTERS.length * 2 * TRANSACTION_TEXTS.length
    : random.next() < 0.15;
  const fields = isLabel ? soundLabel(number, random) : soundTransaction(number, random);
  const changes: string[] = [];
  let touched: string[] | undefined = [];
  const note = ({ what, touched: here }: Changed): void => {
    changes.push(what);
    touched = touched && here && [...touched, ...here];
  };
  if (isSystematic) note(systematic(number, fields, random.below(3)));
  else {
    for (let left = pick(random, [0, 1, 1, 1, 1, 1, 2, 3]); left > 0 && fields.length > 0; left--)
      note(change(fields, number, random));
  }
  let bytes = Buffer.from(jsonOf(fields));
  const headers = new Map<string, string>([
    [HEADERS.schemaVersion, SCHEMA_VERSION],
    [HEADERS.kind, isLabel ? 'label' : 'transaction'],
  ]);
  // One that stands twice is refused, whichever is taken.
  let key: Buffer | null = Buffer.from(
    stringOf(fields.findLast(({ name }) => name === 'accountId')?.value) ?? '',
  );
  let value: Buffer | null = bytes;
  if (!isSystematic) {
    if (random.next() < 0.08) {
      const [other, what] = changeBytes(bytes, random);
      bytes = other as Buffer<ArrayBuffer>;
      value = other;
      note({ what, touched: undefined });
    }
    if (random.next() < 0.02) {
      const [name, said] = pick(random, ODD_HEADERS);
      headers.set(name, said);
      note({ what: `header ${name}`, touched: undefined });
    }
    if (random.next() < 0.02) {
      key = pick(random, [
        null,
        Buffer.alloc(0),
        Buffer.from('other'),
        Buffer.from([0xff]),
        Buffer.concat([key, key]),
      ]);
      note({ what: 'another key', touched: ['/accountId'] });
      touched = undefined;
    }
    if (random.next() < 0.005) {
      value = null;
      note({ what: 'no value', touched: undefined });
    }
  }
  return {
    raw: { offset: number, timestampMs: NOW_MS - random.below(1000), key, value, headers },
    changes,
    touched,
  };
}
