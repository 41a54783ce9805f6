// What transactions turned out to be.
import { Type } from 'typebox';
import { RejectedRecord } from './decisions.ts';
import { Line } from './fields.ts';
import { Component, List, operation } from './operation.ts';
import { Problem } from './problem.ts';

const LabelQuery = Type.Object(
  {
    fraud: Type.Optional(Line(200, { description: 'Of a CSV: values that mean fraud', default: 'true,1' })),
    genuine: Type.Optional(
      Line(200, { description: 'Of a CSV: values that mean genuine', default: 'false,0' }),
    ),
    unknown: Type.Optional(
      Line(200, {
        minLength: 0,
        description: 'Of a CSV: values that mean that nobody knows, beside an empty cell',
      }),
    ),
  },
  { additionalProperties: false },
);

const taken = {
  accepted: Type.Integer(),
  frauds: Type.Integer(),
  unknown: Type.Integer({ description: 'Of which nobody knows' }),
  rejected: Type.Integer(),
  errors: List(RejectedRecord, { description: 'The first 1,000' }),
};
export const LabelsTaken = Component('LabelsTaken', taken);
export const LabelTaken = Component('LabelTaken', { transactionId: Type.String(), fraud: Type.Boolean() });
export const LabelsProblem = Component('LabelsProblem', {
  ...Problem.properties,
  ...Type.Partial(Type.Object(taken)).properties,
});

export const addLabels = operation({
  id: 'addLabels',
  method: 'POST',
  path: '/v1/labels',
  capability: 'labels',
  summary: 'Say what transactions turned out to be',
  description:
    'One label: 202, or why not. Many, as a list, a line each (application/x-ndjson) or a CSV with the columns transactionId, fraud, ' +
    'fraudType, source, labelledAt (text/csv): how many are durably taken, how many say that nobody knows, and every one that was ' +
    'not taken with its place (the first 1,000): 404 where there is no such transaction, else 422. 422 where none was taken.',
  permission: 'label',
  repeatable: true,
  audits: ['labelled', 'labelled many'],
  query: LabelQuery,
  streamTypes: ['application/json', 'application/x-ndjson', 'text/csv'],
  answers: { 200: LabelsTaken, 202: LabelTaken },
  problems: [404, 422],
  problemBody: LabelsProblem,
});
