// The simulator's controls: on and off, how fast, and a fraud of a chosen kind now.
import { type Static, Type } from 'typebox';
import { Identifier } from './fields.ts';
import { At, Component, List, Nullable, operation } from './operation.ts';

const capability = 'simulator';

export const StartedFraud = Component(
  'StartedFraud',
  {
    id: Type.Integer(),
    type: Type.String({ examples: ['card_testing'] }),
    accounts: List(Type.String()),
    transactions: Type.Integer({ description: 'How many there will be' }),
    at: At(),
    until: At({ description: 'When its last transaction comes' }),
    sent: Type.Integer(),
    declined: Type.Integer(),
    reviewed: Type.Integer(),
    firstCaught: Nullable(
      Type.Integer({ description: 'The place of the first that was caught; null while none was' }),
    ),
    firstCaughtId: Nullable(Type.String()),
  },
  { description: 'A fraud that was started by hand, and what became of it' },
);
export type StartedFraud = Static<typeof StartedFraud>;

const NoSimulator = Component(
  'NoSimulator',
  { here: Type.Literal(false) },
  { description: 'No simulator runs in this process' },
);

const state = {
  here: Type.Literal(true),
  running: Type.Boolean(),
  rate: Type.Number({ description: 'Mean transactions a second' }),
  fraudTypes: List(Type.String(), { description: 'That can be started' }),
};

export const SimulatorState = Component('SimulatorState', state);
export type SimulatorState = Static<typeof SimulatorState>;

export const Simulator = Type.Union([
  Component('SimulatorHere', { ...state, injected: List(StartedFraud, { description: 'Newest first' }) }),
  NoSimulator,
]);
export type Simulator = Static<typeof Simulator>;

export const getSimulator = operation({
  id: 'getSimulator',
  method: 'GET',
  path: '/v1/simulator',
  capability,
  summary: 'The simulator, and frauds that were started by hand',
  permission: 'read',
  answers: { 200: Simulator },
});

export const controlSimulator = operation({
  id: 'controlSimulator',
  method: 'POST',
  path: '/v1/simulator',
  capability,
  summary: 'Start, stop, or another rate',
  permission: 'control_simulator',
  audits: ['controlled the simulator'],
  body: Type.Object(
    {
      running: Type.Optional(Type.Boolean()),
      rate: Type.Optional(
        Type.Number({ minimum: 0.01, maximum: 20_000, description: 'Mean transactions a second' }),
      ),
    },
    { additionalProperties: false, minProperties: 1 },
  ),
  answers: { 200: SimulatorState },
  problems: [409],
});

export const startFraud = operation({
  id: 'startFraud',
  method: 'POST',
  path: '/v1/simulator/inject',
  capability,
  summary: 'Start a fraud now',
  description:
    'A campaign that would last for days is told within a minute. GET /v1/simulator tells what became of it.',
  permission: 'control_simulator',
  audits: ['started a fraud'],
  body: Type.Object(
    { type: Identifier(60) },
    { additionalProperties: false, examples: [{ type: 'card_testing' }] },
  ),
  answers: { 201: StartedFraud },
  problems: [409, 422],
});
