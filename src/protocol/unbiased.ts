// How good decisions are, told by verdicts on samples too: without the bias of labelling only what was flagged.
import { type Static, Type } from 'typebox';
import { At, Component, Nullable, operation } from './operation.ts';

const Estimate = Component(
  'Estimate',
  { value: Type.Number(), low: Type.Number(), high: Type.Number() },
  { description: 'With a confidence of 95 % it lies from `low` to `high`' },
);

const Told = Component('Told', {
  asked: Type.Integer({ description: 'How many people were asked about' }),
  known: Type.Integer({ description: 'How many of these somebody told of' }),
  frauds: Type.Integer({ description: 'Frauds among those' }),
});

export const UnbiasedQuality = Component('UnbiasedQuality', {
  since: Nullable(
    At({ description: 'From when on approvals were drawn without a break; null where none was' }),
  ),
  until: At(),
  sampleShare: Type.Number({ description: 'Of what the team can look at, so much goes to samples' }),
  precision: Nullable(Estimate),
  recall: Nullable(Estimate),
  missed: Nullable(Estimate),
  missedForCertain: Type.Integer({ description: 'Approved and known as fraud, whoever told of it' }),
  flagged: Told,
  samples: Told,
});
export type UnbiasedQuality = Static<typeof UnbiasedQuality>;
export type Estimate = Static<typeof Estimate>;

/** Of the newest that people were asked about. */
export const ASKED_ROWS = 50_000;

export const measureUnbiased = operation({
  id: 'measureUnbiased',
  method: 'GET',
  path: '/v1/models/unbiased',
  capability: 'models',
  summary: 'Precision and recall by verdicts on what was flagged and on samples',
  description:
    `Of the newest ${ASKED_ROWS.toLocaleString('en')} decisions that people were asked about, old enough for their labels, back to the first that was made while nothing was drawn. ` +
    'Each verdict counts for as many decisions as it stands for, by the chance with which it was drawn. Null where there is no verdict to go by.',
  permission: 'read',
  expensive: true,
  answers: { 200: UnbiasedQuality },
});
