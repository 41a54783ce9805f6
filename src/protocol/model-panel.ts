// The model in service, as screens and the feed show it.
import { type Static, Type } from 'typebox';
import { At, Component, List, Nullable, operation } from './operation.ts';

const Figure = Nullable(Type.Number());

const figures = {
  rows: Type.Integer(),
  frauds: Type.Integer(),
  precision: Figure,
  recall: Figure,
  f1: Figure,
  accuracy: Figure,
  auc: Figure,
  averagePrecision: Figure,
  confusion: Type.Object({
    truePositives: Type.Integer(),
    falsePositives: Type.Integer(),
    trueNegatives: Type.Integer(),
    falseNegatives: Type.Integer(),
  }),
};

export const QualityFigures = Component('QualityFigures', figures);
export type QualityFigures = Static<typeof QualityFigures>;

export const HeldOutFigures = Component('HeldOutFigures', { ...figures, from: At(), until: At() });

export const Thresholds = Type.Object({ review: Type.Number(), decline: Type.Number() });

export const TrainingParameters = Type.Unsafe<Readonly<Record<string, number | string>>>(
  Type.Object({}, { additionalProperties: true, description: 'What it was trained with' }),
);

export const ReviewWork = Component('ReviewWork', {
  reviewsADay: Nullable(
    Type.Integer({ description: 'What the team can look at in a day; null where nobody said it' }),
  ),
  mostFlagged: Type.Number({ description: 'Share of transactions that may be flagged at most' }),
  reviewPrecision: Type.Number(),
  declinePrecision: Type.Number(),
  flagged: Type.Number({ description: 'Share of transactions that is expected to be flagged' }),
  precision: Nullable(Type.Number({ description: 'Share of what is flagged that is expected to be fraud' })),
  recall: Nullable(Type.Number({ description: 'Share of frauds that is expected to be flagged' })),
  valueRecall: Nullable(
    Type.Number({ description: 'Share of the money in frauds that is expected to be flagged' }),
  ),
  volumeADay: Nullable(
    Type.Number({ description: 'Transactions a day that thresholds go by; null before that is known' }),
  ),
  volumeBefore: Nullable(Type.Number({ description: 'What they went by before' })),
  volumeSince: Nullable(At()),
});
export type ReviewWork = Static<typeof ReviewWork>;

const panel = {
  version: Type.String(),
  kind: Type.String(),
  trainedAt: At(),
  features: Type.Integer(),
  trainingRows: Type.Integer(),
  trainingFrauds: Type.Integer(),
  trainingFrom: Type.String(),
  trainingUntil: Type.String(),
  thresholds: Thresholds,
  work: Nullable(ReviewWork),
  heldOut: Nullable(HeldOutFigures),
  live: Nullable(QualityFigures),
  maturityMinutes: Type.Number({
    description: 'Decisions older than that count in `live`: their labels have come in',
  }),
  driftAlarms: Nullable(
    Type.Integer({
      description: 'Features, the score and what comes in that no longer look like training',
    }),
  ),
};

export const ModelPanel = Component('ModelPanel', panel);
export type ModelPanel = Static<typeof ModelPanel>;

export const CurrentModel = Component('CurrentModel', {
  ...panel,
  featureNames: List(Type.String()),
  catalogueHash: Type.String(),
  parameters: TrainingParameters,
  rulesetVersion: Type.String(),
});

export const getCurrentModel = operation({
  id: 'getCurrentModel',
  method: 'GET',
  path: '/v1/models/current',
  capability: 'models',
  summary: 'The model in service',
  permission: 'read',
  answers: { 200: CurrentModel },
});
