// The registry of models: what there is, how good each is, how far life has drifted from what it learnt, and who moves it where.
import { type Static, Type } from 'typebox';
import { MODEL_STATES } from '../domain/model-state.ts';
import { SEGMENT_KINDS } from '../domain/segment.ts';
import { Identifier, Line, Prose, Said } from './fields.ts';
import { QualityFigures, Thresholds, TrainingParameters } from './model-panel.ts';
import { At, Component, List, Nullable, OneOf, operation } from './operation.ts';
import { ChangeProposed } from './proposals.ts';

const capability = 'models';
export const MAX_ARTEFACT_BYTES = 64 << 20;
export const OUTCOME_ROWS = 50_000;

const Count = Type.Integer();
const Figure = Nullable(Type.Number());
/** Hundredths of the base currency's unit. */
const SumMinor = Type.Number();
const WindowTime = Type.String({ description: 'Empty where the model was trained elsewhere' });

const filed = {
  version: Type.String(),
  sha256: Type.String({ description: 'Of the artefact, as `sha256sum` prints it' }),
  state: OneOf(MODEL_STATES),
  share: Type.Number({ description: 'Of the accounts, that a challenger decides for; else 0' }),
  filedAt: At(),
  filedBy: Type.String(),
  notes: Type.String(),
  kind: OneOf(['random-forest', 'gradient-boosting']),
  createdAt: At(),
  features: List(Type.String()),
  catalogueHash: Type.String(),
  seed: Type.Number(),
  parameters: TrainingParameters,
  trainingWindow: Type.Object({
    source: OneOf(['simulation', 'history', 'import']),
    from: WindowTime,
    until: WindowTime,
    rows: Count,
    frauds: Count,
  }),
  thresholds: Thresholds,
  heldOut: Nullable(
    Component(
      'HeldOutQuality',
      {
        ...QualityFigures.properties,
        brierScore: Figure,
        calibrationError: Figure,
        threshold: Figure,
        from: WindowTime,
        until: WindowTime,
      },
      { description: 'Measured on time after the training; the threshold is the one for review' },
    ),
  ),
};

export const FiledModel = Component('FiledModel', filed);
export type FiledModel = Static<typeof FiledModel>;

export const Model = Component('Model', {
  ...filed,
  failures: Nullable(
    Type.Object(
      { count: Count, last: Nullable(Type.String()) },
      {
        description:
          'Transactions that it could not score or explain in this process, which were reviewed; null out of service',
      },
    ),
  ),
});
export type Model = Static<typeof Model>;

export const GateCheck = Component('GateCheck', {
  name: Type.String({ description: 'labels, quality, calibration, explanation, latency, alerts' }),
  passed: Type.Boolean(),
  text: Type.String({ description: 'What was found, beside what is asked' }),
});
export type GateCheck = Static<typeof GateCheck>;

export const ModelEvent = Component('ModelEvent', {
  id: Type.Integer(),
  at: At(),
  version: Type.String(),
  action: OneOf(['filed', 'moved', 'rolled back']),
  from: Nullable(OneOf(MODEL_STATES)),
  to: OneOf(MODEL_STATES),
  share: Type.Number(),
  who: Type.String(),
  note: Type.String(),
  gate: Nullable(List(GateCheck, { description: 'What the gate said, where it was asked' })),
});
export type ModelEvent = Static<typeof ModelEvent>;

export const Retraining = Component('Retraining', {
  running: Type.Boolean(),
  step: Type.String(),
  done: Type.Number({ description: '0 to 1' }),
  last: Nullable(
    Type.Object(
      { ok: Type.Boolean(), text: Type.String(), version: Type.Optional(Type.String()) },
      { description: 'The last one, once it has ended' },
    ),
  ),
});
export type Retraining = Static<typeof Retraining>;

export const Models = Component('Models', {
  models: List(Model, { description: 'Newest first' }),
  events: List(ModelEvent, { description: 'Newest first, at most 100' }),
  retraining: Retraining,
});
export type Models = Static<typeof Models>;

export const Review = Component(
  'Review',
  {
    version: Type.String(),
    rows: Count,
    frauds: Count,
    auc: Figure,
    averagePrecision: Figure,
    precision: Figure,
    recall: Figure,
    brierScore: Figure,
    calibrationError: Figure,
    flagged: Type.Integer({ description: 'At the model’s own review threshold' }),
    genuine: List(Count, { description: 'By step of the score, the least suspicious first' }),
    fraud: List(Count),
    fraudAmountMinor: List(SumMinor),
    reliability: List(Type.Object({ said: Type.Number(), came: Type.Number(), rows: Count }), {
      description: 'By tenths of the score: what was said on average, what came true, and of how many',
    }),
    explanationError: Nullable(
      Type.Number({ description: 'Largest distance of score and explained score on a sample' }),
    ),
    scoreMicros: Nullable(Type.Number({ description: 'Mean time of a score, in microseconds' })),
    thresholds: Thresholds,
  },
  { description: 'A model on the latest labelled transactions' },
);
export type Review = Static<typeof Review>;

export const Reviews = Component('Reviews', {
  from: Nullable(At()),
  until: At(),
  rows: Count,
  verdictShare: Type.Number({ description: 'Of the transactions: those that somebody gave a verdict on' }),
  stepStarts: List(Type.Number(), { description: 'The score at which each step begins' }),
  reviews: List(Review),
});
export type Reviews = Static<typeof Reviews>;

export const Shift = Component(
  'Shift',
  {
    name: Type.String(),
    unit: OneOf(['share', 'per hour', 'ms']),
    before: Figure,
    now: Figure,
    probability: Nullable(Type.Number({ description: 'Of such a distance where nothing has changed' })),
    alarm: Type.Boolean(),
  },
  { description: 'What comes in, as the champion learnt and now; null where it is not known' },
);
export type Shift = Static<typeof Shift>;

export const Drift = Component('Drift', {
  name: Type.String({ description: '`score`, or a feature' }),
  index: Type.Number({ description: 'Population stability index' }),
  probability: Type.Number({ description: 'Of such a distance by chance (Kolmogorov–Smirnov)' }),
  missingBefore: Type.Number(),
  missingAfter: Type.Number(),
  alarm: Type.Boolean(),
});
export type Drift = Static<typeof Drift>;

export const DriftReport = Component('DriftReport', {
  rows: Count,
  alarmFrom: Type.Number({ description: 'The index from which on a feature raises an alarm' }),
  features: Nullable(List(Drift)),
  input: List(Shift),
});
export type DriftReport = Static<typeof DriftReport>;

export const SegmentOutcome = Component('SegmentOutcome', {
  kind: OneOf(SEGMENT_KINDS),
  name: Type.String(),
  rows: Count,
  labelled: Type.Integer({ description: 'With a verdict; the others are taken as genuine' }),
  frauds: Count,
  flagged: Type.Integer({ description: 'Sent to review or declined' }),
  caught: Count,
  fraudMinor: SumMinor,
  caughtMinor: SumMinor,
});

export const LabelSource = Component('LabelSource', {
  source: Type.String(),
  labels: Count,
  frauds: Count,
  medianDelayMs: Nullable(Type.Number({ description: 'From decision to label: half of them by then' })),
  p90DelayMs: Nullable(Type.Number({ description: 'Nine in ten by then' })),
  latestAt: At(),
});

export const Outcomes = Component('Outcomes', {
  until: At({ description: 'Decisions before this are old enough for their labels' }),
  segments: List(SegmentOutcome),
  labels: List(LabelSource),
});
export type Outcomes = Static<typeof Outcomes>;

export const Gate = Component('Gate', { passed: Type.Boolean(), checks: List(GateCheck) });
export type Gate = Static<typeof Gate>;

const VersionParams = Type.Object({ version: Identifier(128) });
const who = Type.Optional(
  Line(100, { minLength: 0, description: 'Who does it, at a desk where nobody signs in' }),
);
const note = Type.Optional(Prose(2000));
const WhoBody = Type.Object({ who, note }, { additionalProperties: false });

export const listModels = operation({
  id: 'listModels',
  method: 'GET',
  path: '/v1/models',
  capability,
  summary: 'Every model, and who moved it where',
  permission: 'read',
  answers: { 200: Models },
});

export const reviewModels = operation({
  id: 'reviewModels',
  method: 'GET',
  path: '/v1/models/review',
  capability,
  summary: 'Models side by side on the latest labelled transactions',
  description:
    'What each would have said of the same transactions, counted by 240 steps of the score: ' +
    'enough to draw its curves and to weigh any threshold.',
  permission: 'read',
  expensive: true,
  query: Type.Object(
    {
      versions: Type.Optional(
        Identifier(1000, { description: 'With commas between; the champion where not said' }),
      ),
    },
    { additionalProperties: false },
  ),
  answers: { 200: Reviews },
  problems: [404],
});

export const measureDrift = operation({
  id: 'measureDrift',
  method: 'GET',
  path: '/v1/models/drift',
  capability,
  summary: 'The latest decisions beside what the champion was trained on',
  description:
    'For the score and each feature: population stability index, the probability of such a distance by chance ' +
    '(Kolmogorov–Smirnov), and the share of missing values before and now. For what comes in: volume, label delay and ' +
    'categories never seen, then and now. Null where too little is known.',
  permission: 'read',
  expensive: true,
  answers: { 200: DriftReport },
});

export const getOutcomes = operation({
  id: 'getOutcomes',
  method: 'GET',
  path: '/v1/models/outcomes',
  capability,
  summary:
    'How decisions turned out, by fraud type, channel, type and country; where labels come from, and how late',
  description:
    `Of the newest ${OUTCOME_ROWS.toLocaleString('en')} decisions that are old enough for their labels; what has no label then is taken as genuine, ` +
    'and `labelled` says how many have one.',
  permission: 'read',
  expensive: true,
  answers: { 200: Outcomes },
});

export const getModel = operation({
  id: 'getModel',
  method: 'GET',
  path: '/v1/models/:version',
  capability,
  summary: 'A model, with its card',
  permission: 'read',
  params: VersionParams,
  answers: {
    200: Component('ModelWithCard', { ...filed, card: Type.String({ description: 'In Markdown' }) }),
  },
  problems: [404],
});

export const getModelArtefact = operation({
  id: 'getModelArtefact',
  method: 'GET',
  path: '/v1/models/:version/artefact',
  capability,
  summary: 'The artefact of a model',
  permission: 'move_models',
  params: VersionParams,
  answers: { 200: Type.Unsafe<string>({ type: 'string', format: 'binary' }) },
  answerType: 'application/octet-stream',
  problems: [404],
});

export const getModelGate = operation({
  id: 'getModelGate',
  method: 'GET',
  path: '/v1/models/:version/gate',
  capability,
  summary: 'What a model shows beside the champion',
  permission: 'read',
  params: VersionParams,
  answers: { 200: Gate },
  problems: [404],
});

export const fileModel = operation({
  id: 'fileModel',
  method: 'POST',
  path: '/v1/models',
  capability,
  summary: 'File a model as a candidate',
  description: 'The body is the file that `./goshawk train` or `./goshawk model import` wrote.',
  permission: 'move_models',
  audits: ['filed a model'],
  query: Type.Object({ who, notes: note }, { additionalProperties: false }),
  streamTypes: ['application/octet-stream'],
  answers: { 201: FiledModel },
  problems: [409],
});

export const moveModel = operation({
  id: 'moveModel',
  method: 'POST',
  path: '/v1/models/:version/state',
  capability,
  summary: 'Move a model to another state',
  description:
    'A champion or a challenger must pass the gate; `override` says why it is moved although it does not. ' +
    'It decides from the next batch on, without a restart. Answers 202 where a second person has to approve it first.',
  permission: 'move_models',
  audits: ['moved a model', 'proposed to change a model'],
  params: VersionParams,
  body: Component(
    'ModelMove',
    {
      state: OneOf(MODEL_STATES),
      share: Type.Optional(
        Type.Number({ minimum: 0, maximum: 1, description: 'Of the accounts, for a challenger' }),
      ),
      who,
      note,
      override: Type.Optional(Said(2000, { description: 'Why, although the gate is shut' })),
    },
    { additionalProperties: false, examples: [{ state: 'challenger', share: 0.1, who: 'R. Okafor' }] },
  ),
  answers: { 200: FiledModel, 202: ChangeProposed },
  problems: [404, 409],
});

export const rollBackModel = operation({
  id: 'rollBackModel',
  method: 'POST',
  path: '/v1/models/rollback',
  capability,
  summary: 'Back to the champion before this one',
  permission: 'move_models',
  audits: ['rolled back a model', 'proposed to change a model'],
  body: WhoBody,
  answers: { 200: FiledModel, 202: ChangeProposed },
  problems: [404, 409],
});

export const retrainModel = operation({
  id: 'retrainModel',
  method: 'POST',
  path: '/v1/models/retrain',
  capability,
  summary: 'Train a candidate on what was decided and labelled here',
  description: 'It is filed as a candidate; GET /v1/models tells how far it is.',
  permission: 'move_models',
  audits: ['started a training'],
  body: WhoBody,
  answers: { 202: Retraining },
  problems: [409],
});
