// What rules can name under a catalogue: its features, and the fields of its data model.
import { Environment } from '@marcbachmann/cel-js';
import type { DataModel } from '../domain/data-model.ts';
import { NEVER } from '../features/feature-definition.ts';
import { FUNCTIONS, LIMITS, TRANSACTION_FIELDS } from './environment.ts';
import { ATTRIBUTES, nested, type OwnField, ownFields } from './own-fields.ts';

/** As much of a catalogue as rules see; it can be sent to a thread. */
export type Vocabulary = {
  readonly data: Pick<DataModel, 'fields'>;
  /** In the order of a vector. */
  readonly features: readonly { readonly name: string; readonly missing: string }[];
};

export const vocabularyOf = ({ data: { fields }, features }: Vocabulary): Vocabulary => ({
  data: { fields },
  features: features.map(({ name, missing }) => ({ name, missing })),
});

/** A vocabulary made ready. */
export type Names = {
  /** Checks types and names; never evaluates. */
  readonly checking: Environment;
  /** Places of features in a vector. */
  readonly places: ReadonlyMap<string, number>;
  /** By path below `transaction.attributes`. */
  readonly fields: ReadonlyMap<string, OwnField>;
  /** Every name, for suggestions. */
  readonly all: readonly string[];
  readonly missing: Missing;
};

/** Paths of what may be missing: numbers that are then not a number, texts that are then empty. */
export type Missing = { readonly numbers: ReadonlySet<string>; readonly texts: ReadonlySet<string> };

const TEXTS_MISSING = [
  'channel',
  'country',
  'city',
  'deviceId',
  'ip',
  'counterpartyId',
  'counterpartyName',
  'relation',
  'merchant.id',
  'merchant.name',
  'merchant.mcc',
].map((name) => `transaction.${name}`);

const made = new WeakMap<Vocabulary, Names>();

/** Made once for each catalogue. */
export function namesOf(vocabulary: Vocabulary): Names {
  const known = made.get(vocabulary);
  if (known) return known;
  const names = makeNames(vocabulary);
  made.set(vocabulary, names);
  return names;
}

function makeNames({ data, features }: Vocabulary): Names {
  const fields = ownFields(data);
  const pathsOf = (kind: OwnField['kind']): string[] =>
    [...fields].flatMap(([path, field]) => (field.kind === kind ? [ATTRIBUTES + path] : []));
  return {
    checking: checkingEnvironment(features, fields),
    places: new Map(features.map(({ name }, place) => [name, place])),
    fields,
    all: [
      ...features.map(({ name }) => name),
      ...Object.keys(TRANSACTION_FIELDS),
      ...Object.keys(TRANSACTION_FIELDS.merchant),
      'features',
      'transaction',
      'score',
      ...new Set([...fields.keys()].flatMap((path) => path.split('.'))),
    ],
    missing: {
      numbers: new Set([
        ...features.filter(({ missing }) => missing !== NEVER).map(({ name }) => `features.${name}`),
        ...pathsOf('number'),
      ]),
      texts: new Set([...TEXTS_MISSING, ...pathsOf('text')]),
    },
  };
}

function checkingEnvironment(
  features: Vocabulary['features'],
  fields: ReadonlyMap<string, OwnField>,
): Environment {
  const own = nested([...fields].map(([path, { kind }]) => [path, kind === 'text' ? 'string' : 'double']));
  return new Environment({ limits: LIMITS })
    .registerVariable({
      name: 'features',
      schema: Object.fromEntries(features.map(({ name }) => [name, 'double'])),
    })
    .registerVariable({
      name: 'transaction',
      schema: { ...TRANSACTION_FIELDS, ...(fields.size > 0 && { attributes: own }) },
    })
    .registerVariable('score', 'double')
    .registerFunction(FUNCTIONS.inList, () => false)
    .registerFunction(FUNCTIONS.sanctionMatch, () => 0);
}

/** Reads expressions whatever they name: for what is in them by their writing alone. */
export const READING = checkingEnvironment([], new Map());
