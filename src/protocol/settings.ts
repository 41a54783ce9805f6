// Settings that administrators change while the desk runs. What asks for two people is switched on by one, and off by two.
import { type Static, Type } from 'typebox';
import { Component, Nullable, operation } from './operation.ts';
import { ChangeProposed } from './proposals.ts';

const capability = 'settings';

const settings = {
  fourEyesRules: Type.Boolean({
    description:
      'Whoever wrote a rule or the draft of the catalogue may not put it into service; lists by which live rules approve are changed by two',
  }),
  fourEyesCases: Type.Boolean({ description: 'Whoever proposes to close a case may not close it' }),
  fourEyesModels: Type.Boolean({
    description: 'Whoever proposes a champion or challenger may not put it into service',
  }),
  reviewsADay: Nullable(
    Type.Integer({
      minimum: 1,
      maximum: 1_000_000_000,
      description:
        'Flagged transactions that the team can look at in a day: thresholds follow from it and from the volume. Null for the share of ' +
        'what comes that a model was made for',
    }),
  ),
  reviewPrecision: Type.Number({
    minimum: 0,
    maximum: 1,
    description: 'Of what the team looks at, so much has to be fraud, where the model can tell that well',
  }),
  declinePrecision: Type.Number({
    minimum: 0,
    maximum: 1,
    description:
      'Of what is declined, so much has to be fraud; where the model cannot tell that well, nothing is declined',
  }),
  sampleShare: Type.Number({
    minimum: 0,
    maximum: 0.5,
    description:
      'Of what the team can look at, so much goes to samples: approved transactions that were drawn, by which it is told what the model ' +
      'misses. 0 for none',
  }),
};

export const DeskSettings = Component('DeskSettings', settings);
export type DeskSettings = Static<typeof DeskSettings>;

export const getSettings = operation({
  id: 'getSettings',
  method: 'GET',
  path: '/v1/settings',
  capability,
  summary: 'Settings of the desk',
  permission: 'read',
  answers: { 200: DeskSettings },
});

export const changeSettings = operation({
  id: 'changeSettings',
  method: 'PUT',
  path: '/v1/settings',
  capability,
  summary: 'Change settings of the desk',
  description:
    'Answers 202 where a second person has to approve it first: what asks for two people is not switched off by one, as long as ' +
    'somebody else can administer.',
  permission: 'administer',
  audits: ['changed settings', 'proposed to change settings'],
  body: Type.Partial(Type.Object(settings), { additionalProperties: false, minProperties: 1 }),
  answers: { 200: DeskSettings, 202: ChangeProposed },
  problems: [409],
});
