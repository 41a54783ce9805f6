// What times, amounts and labels of a file mean: read where the rows show it, asked where they could be read in two ways.

import type { Choice, Question } from '../domain/file-detection.ts';
import { squeezed } from './detect-columns.ts';
import { type ColumnLooks, localTimes, nearlyAll } from './detect-values.ts';

const ZONES = [
  'UTC', 'Europe/Berlin', 'Europe/London', 'Europe/Paris', 'Europe/Madrid', 'Europe/Warsaw', 'America/New_York', 'America/Chicago',
  'America/Los_Angeles', 'America/Sao_Paulo', 'Asia/Kolkata', 'Asia/Singapore', 'Asia/Tokyo', 'Australia/Sydney',
]; // biome-ignore format: a list
/** Where time counts from where a file does not say it. */
const SOME_START = '2024-01-01T00:00:00Z';

type Meaning = { readonly source?: unknown; readonly question?: Question };

const zoneQuestion = (name: string): Question => ({
  pointer: '/fields/occurredAt/zone',
  text: `By the clocks of which place are the times in column ${name}? They do not say it.`,
  choices: ZONES.map((zone) => ({ value: zone, text: zone })),
  takes: 'zone',
});

/** How the times of a column are written. */
export function timeMeaning(
  name: string,
  looks: ColumnLooks,
): { readonly source?: unknown; readonly question?: Question } {
  if (nearlyAll(looks, looks.isoTimes)) return { source: { column: name } };
  if (nearlyAll(looks, localTimes(looks))) return localMeaning(name, looks);
  if (nearlyAll(looks, looks.epochMilliseconds))
    return { source: { column: name, time: 'epoch_milliseconds' } };
  if (nearlyAll(looks, looks.epochSeconds)) return { source: { column: name, time: 'epoch_seconds' } };
  const since = (time: string, unit: string): Choice => ({
    value: { column: name, time, start: SOME_START },
    text: `${unit}, counted from 1 January 2024`,
  });
  return {
    question: {
      pointer: '/fields/occurredAt',
      text: `Column ${name} counts from a moment that the file does not name. What does one stand for?`,
      choices: [
        since('seconds_since', 'Seconds'),
        since('minutes_since', 'Minutes'),
        since('hours_since', 'Hours'),
        since('days_since', 'Days'),
      ],
    },
  };
}

/** Times without a zone: whose clocks is asked always, the order where no day is above twelve. */
function localMeaning(name: string, { dates }: ColumnLooks): Meaning {
  const { yearFirst, dayFirst, monthFirst } = dates;
  const kinds = [yearFirst, dayFirst, monthFirst].filter((count) => count > 0).length;
  const isSure = kinds === 1;
  if (isSure) {
    const time = yearFirst > 0 ? 'year_month_day' : dayFirst > 0 ? 'day_month_year' : 'month_day_year';
    return { source: { column: name, time }, question: zoneQuestion(name) };
  }
  const choices = (['day_month_year', 'month_day_year'] as const).flatMap((time) =>
    ZONES.map((zone) => ({
      value: { column: name, time, zone },
      text: `${time === 'day_month_year' ? 'day before month (3/4 is 3 April)' : 'month before day (3/4 is 4 March)'}, clocks of ${zone}`,
    })),
  );
  return {
    question: {
      pointer: '/fields/occurredAt',
      text: `Is day or month first in column ${name}, and by whose clocks? No date of the file tells.`,
      choices,
    },
  };
}

const SAYS_MINOR = /(minor|cents?|pence|rappen|grosz|kopek|centimes?|centavos?|units)$/;

/** How the amounts of a column are written: which mark stands before the fraction, and in which unit whole numbers are. */
export function amountQuestion(name: string, looks: ColumnLooks): Meaning & { readonly note?: string } {
  const { marks, negative, grouped } = looks;
  const { point, comma, either } = marks;
  const pointer = '/fields/amountMinor';
  const note =
    negative > 0
      ? `${negative} amounts of column ${name} are below nothing: a payment has none, so that these rows are refused.`
      : undefined;
  const told = note === undefined ? {} : { note };
  const units = (decimal?: '.' | ','): unknown => ({
    column: name,
    factor: 'currency',
    ...(decimal && { decimal }),
  });
  if (point + comma + either === 0) {
    if (SAYS_MINOR.test(squeezed(name))) return { source: { column: name }, ...told };
    const choices = [
      { value: units(), text: 'Whole units: 12 is twelve euros' },
      { value: { column: name }, text: 'Minor units: 1200 is twelve euros' },
    ];
    return {
      question: { pointer, text: `Column ${name} has whole numbers alone. What are they?`, choices },
      ...told,
    };
  }
  if (comma === 0 && point > 0)
    return { source: units(grouped > 0 || either > 0 ? '.' : undefined), ...told };
  if (point === 0 && comma > 0) return { source: units(','), ...told };
  const choices = [
    { value: units('.'), text: 'A point: 1,234.56' },
    { value: units(','), text: 'A comma: 1.234,56' },
  ];
  const why =
    point + comma === 0
      ? 'Each could be a thousand times as much.'
      : 'Some have one mark, and some the other.';
  return {
    question: { pointer, text: `Which mark stands before the fraction in column ${name}? ${why}`, choices },
    ...told,
  };
}

const FRAUD = new Set(
  '1 true t yes y fraud fraudulent ja j oui si sí betrug fraude chargeback illicit'.split(' '),
);
const GENUINE = new Set(
  '0 false f no n genuine legit legitimate nein non ok licit normal notfraud nofraud'.split(' '),
);

/** What a label's values mean. */
export function labelMeaning(
  name: string,
  { values }: ColumnLooks,
): { readonly label?: unknown; readonly question?: Question } {
  const all = [...values.keys()];
  const plain = (value: string): string => value.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
  const fraud = all.filter((value) => FRAUD.has(plain(value)) || Number(value) === 1);
  const genuine = all.filter(
    (value) => GENUINE.has(plain(value)) || (value.trim() !== '' && Number(value) === 0),
  );
  const isSure = fraud.length + genuine.length === all.length && genuine.length > 0;
  const one = (values: readonly string[]): unknown => (values.length === 1 ? values[0] : values);
  if (isSure) {
    const fraudValue = fraud.length > 0 ? one(fraud) : opposite(genuine[0]);
    return { label: { column: name, fraudValue, genuineValue: one(genuine) } };
  }
  const choices: Choice[] = all.map((value) => ({
    value: { column: name, fraudValue: value, genuineValue: one(all.filter((other) => other !== value)) },
    text: `${value} means fraud`,
  }));
  const text = `What does column ${name} call fraud?`;
  return {
    question: {
      pointer: '/label',
      text,
      choices: [...choices, { value: null, text: 'Nothing: it says something else' }],
    },
  };
}

/** How fraud would be written where the first rows have none. */
const opposite = (genuine: string): string => {
  const pairs = { '0': '1', false: 'true', no: 'yes', n: 'y', nein: 'ja', genuine: 'fraud' };
  return pairs[genuine.toLowerCase() as keyof typeof pairs] ?? '1';
};
