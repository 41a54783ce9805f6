// Names that a document can use: fields of every transaction and own ones, entities, kinds of events.
import { EVENT_KINDS } from '../../../src/domain/event-kinds.ts';
import type { Catalogue } from '../../../src/protocol/catalogue.ts';
import type { CelName } from '../kit/cel-editor.tsx';
import type { WholeDocument } from './document.ts';
import { namesThings } from './field-words.ts';

const OF_TRANSACTION = {
  text: [
    'accountId',
    'merchant.id',
    'deviceId',
    'ip',
    'counterpartyId',
    'merchant.name',
    'merchant.mcc',
    'type',
    'channel',
    'currency',
    'country',
    'city',
    'counterpartyName',
    'relation',
  ],
  number: ['amount', 'hour', 'dayOfWeek', 'location.lat', 'location.lon'],
} as const;

type Group = { readonly group: string; readonly items: string[] };

const grouped = (own: string[], ofTransaction: readonly string[]): Group[] => [
  ...(own.length > 0 ? [{ group: 'Your fields', items: own }] : []),
  { group: 'Of every transaction', items: [...ofTransaction] },
];

/** What may name an entity, or be told apart. */
export const keyChoices = ({ data }: WholeDocument): Group[] => {
  const own = data.fields.filter(({ type }) => namesThings(type)).map(({ name }) => name);
  const domains = data.fields.filter(({ type }) => type === 'email').map(({ name }) => `${name}.domain`);
  return grouped([...own, ...domains], OF_TRANSACTION.text);
};

export const numberChoices = ({ data }: WholeDocument): Group[] =>
  grouped(
    data.fields.filter(({ type }) => !namesThings(type) && type !== 'place').map(({ name }) => name),
    OF_TRANSACTION.number,
  );

export const placeChoices = ({ data }: WholeDocument): Group[] =>
  grouped(
    data.fields.filter(({ type }) => type === 'place').map(({ name }) => name),
    ['location'],
  );

export const PROGRAM_ENTITY_NAMES = ['account', 'merchant', 'device', 'ip', 'counterparty'];

export const entityChoices = ({ data }: WholeDocument): Group[] => {
  const own = data.entities.map(({ name }) => name);
  return [
    ...(own.length > 0 ? [{ group: 'Your entities', items: own }] : []),
    { group: 'Of the program', items: PROGRAM_ENTITY_NAMES },
  ];
};

export const eventChoices = ({ data }: WholeDocument): string[] => [
  ...EVENT_KINDS,
  ...data.events.map(({ name }) => name),
];

const ABOUT: Readonly<Record<string, string>> = {
  amount: 'In units of the base currency',
  hour: 'Hour of the day where it was made, 0 to 23; a whole number',
  dayOfWeek: '0 Monday to 6 Sunday; a whole number',
  relation: 'refund, reversal, completion, return; empty where it relates to none',
};
const WHOLE = new Set(['hour', 'dayOfWeek']);

const FUNCTIONS: readonly CelName[] = [
  { name: 'min(a, b)', type: 'function', about: 'The smaller of two numbers', apply: 'min(' },
  { name: 'max(a, b)', type: 'function', about: 'The larger of two numbers', apply: 'max(' },
  { name: 'abs(a)', type: 'function', about: 'Without its sign', apply: 'abs(' },
  { name: 'floor(a)', type: 'function', about: 'The next whole number below', apply: 'floor(' },
  { name: 'ln(a)', type: 'function', about: 'Natural logarithm', apply: 'ln(' },
  { name: 'log1p(a)', type: 'function', about: 'Natural logarithm of one plus it', apply: 'log1p(' },
  {
    name: 'domain(text)',
    type: 'function',
    about: 'What stands behind the @ of an address',
    apply: 'domain(',
  },
  {
    name: 'distanceKm(lat, lon, lat, lon)',
    type: 'function',
    about: 'Kilometres between two places',
    apply: 'distanceKm(',
  },
];

/** What conditions and values of aggregates can name. */
export function conditionNames({ data }: WholeDocument): readonly CelName[] {
  const ofTransaction = (name: string, type: string): CelName => ({
    name: `transaction.${name}`,
    type,
    about: ABOUT[name] ?? (type === 'string' ? 'Empty where not stated' : 'Missing where not stated'),
  });
  return [
    ...data.fields.flatMap(({ name, type, description }): CelName[] =>
      (type === 'place' ? [`${name}.lat`, `${name}.lon`] : [name]).map((path) => ({
        name: `transaction.attributes.${path}`,
        type: namesThings(type) ? 'string' : 'double',
        about: type === 'boolean' ? `${description}; 1.0 or 0.0` : description,
      })),
    ),
    ...OF_TRANSACTION.text.map((name) => ofTransaction(name, 'string')),
    ...OF_TRANSACTION.number.map((name) => ofTransaction(name, WHOLE.has(name) ? 'int' : 'double')),
    ...FUNCTIONS,
  ];
}

/** What expressions can name: other features, too. */
export const expressionNames = (
  document: WholeDocument,
  catalogue: Catalogue | undefined,
): readonly CelName[] => {
  const features = new Map(
    [...(catalogue?.features ?? []), ...document.features].map(({ name, description, unit }) => [
      name,
      `${description ?? ''}${unit ? ` (${unit})` : ''}`,
    ]),
  );
  return [
    ...[...features].map(([name, about]) => ({ name: `features.${name}`, type: 'double', about })),
    ...conditionNames(document),
  ];
};
