// Values of features on stored transactions: of those in service as they were decided with, of others by a replay.
import { type Static, Type } from 'typebox';
import { CatalogueDocument } from './catalogue-document.ts';
import { Identifier } from './fields.ts';
import { At, Component, List, Nullable, OneOf, operation } from './operation.ts';

const capability = 'data';
const CLOSED = { additionalProperties: false } as const;
const count = (description?: string) =>
  Type.Integer({ minimum: 0, ...(description !== undefined && { description }) });

const FeatureBin = Component('FeatureBin', {
  from: Type.Number({ description: 'Inclusive' }),
  to: Type.Number({ description: 'Exclusive, but in the last bin; `from` where it is one value' }),
  fraud: count(),
  genuine: count(),
  unlabelled: count(),
});

const FeatureValue = Component('FeatureValue', {
  id: Type.String({ description: 'The transaction' }),
  at: At(),
  value: Type.Number(),
  text: Type.String({ description: 'What an analyst reads' }),
  turnedOut: OneOf(['fraud', 'genuine', 'unlabelled']),
});

export const FeatureValues = Component('FeatureValues', {
  name: Type.String(),
  unit: Type.String(),
  source: OneOf(['stored', 'replayed'], {
    description:
      'As decisions were made with it, or computed now, with histories that begin at the first transaction',
  }),
  rows: count('Transactions that were looked at, the newest'),
  from: Nullable(At()),
  until: Nullable(At()),
  known: count('Of these have a value'),
  frauds: count(),
  genuine: count(),
  meanMicros: Nullable(
    Type.Number({ description: 'What a transaction takes for it, by itself; null where it is not known' }),
  ),
  bins: List(FeatureBin, { description: 'Of the values that are known; at most 24' }),
  latest: List(FeatureValue, { description: 'Those that have a value, newest first; at most 12' }),
});
export type FeatureValues = Static<typeof FeatureValues>;

const FeatureShares = Component('FeatureShares', {
  rows: count('The newest transactions, which shares are of'),
  features: List(
    Component('FeatureShare', {
      name: Type.String(),
      known: Type.Number({ description: 'Share of the rows where it has a value', examples: [0.98] }),
    }),
    { description: 'Those in service, in the order of a vector; none while there are no transactions' },
  ),
});

export const listFeatureShares = operation({
  id: 'listFeatureShares',
  method: 'GET',
  path: '/v1/catalogue/shares',
  capability,
  summary: 'How often each feature in service has a value',
  description: 'Among the newest 1,000 transactions; computed at most every half minute.',
  permission: 'read',
  answers: { 200: FeatureShares },
});

export const getFeatureValues = operation({
  id: 'getFeatureValues',
  method: 'GET',
  path: '/v1/catalogue/features/:name',
  capability,
  summary: 'Values of a feature in service, as decisions were made with it',
  description:
    'Of the newest 5,000 stored transactions: how they lie for frauds and genuine ones, and the latest with their sentences.',
  permission: 'read',
  identifiers: true,
  expensive: true,
  params: Type.Object({ name: Identifier(64) }),
  answers: { 200: FeatureValues },
  problems: [404],
});

export const previewFeature = operation({
  id: 'previewFeature',
  method: 'POST',
  path: '/v1/catalogue/preview',
  capability,
  summary: 'Compute a feature of a document on stored transactions; nothing is kept',
  description:
    'The newest 5,000 at most, in a thread of its own. Histories begin at the first of them, and labels count from a week after their ' +
    'payment on: what is said of long windows is less than what it will be.',
  permission: 'edit_data',
  identifiers: true,
  expensive: true,
  repeatable: true,
  body: Type.Object({ document: CatalogueDocument, feature: Identifier(64) }, CLOSED),
  answers: { 200: FeatureValues },
  problems: [404, 422],
});
