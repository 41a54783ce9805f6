// Settings that administrators change while the desk runs. What asks for two people is switched on by one, and off by two.
import { type Static, Type } from 'typebox';
import { Component, operation } from './operation.ts';
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
