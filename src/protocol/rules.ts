// Rules, and their trials on the past.
import { type Static, Type } from 'typebox';
import { RULE_ACTIONS } from '../domain/decision.ts';
import { MAX_EXPRESSION, RULE_ID, RULE_STATES } from '../domain/rule.ts';
import { Identifier, Line, Prose } from './fields.ts';
import { At, Component, List, Nullable, OneOf, operation } from './operation.ts';

const capability = 'rules';
/** Rows of a backtest. */
const MAX_ROWS = 1_000_000;
export const USUAL_ROWS = 300_000;
/** How many of the newest decisions the hits of rules are counted in. */
export const COUNTED = 50_000;
const CLOSED = { additionalProperties: false } as const;

const RuleId = (description?: string) =>
  Identifier(60, {
    pattern: RULE_ID.source,
    examples: ['large-at-night'],
    ...(description !== undefined && { description }),
  });
const BacktestParams = Type.Object({ id: Identifier(64) });

export const Rule = Component(
  'Rule',
  {
    id: Type.String(),
    version: Type.Integer(),
    expression: Nullable(Type.String({ description: 'Null where it is hidden' })),
    action: OneOf(RULE_ACTIONS),
    text: Nullable(Type.String({ description: 'What an analyst reads; null where it is hidden' })),
    priority: Type.Integer({ description: '1 is the most important' }),
    state: OneOf(RULE_STATES),
    author: Type.String(),
    createdAt: At(),
    movedBy: Nullable(Type.String()),
    movedAt: Nullable(At()),
    hits: Nullable(
      Type.Object(
        {
          count: Type.Integer(),
          labelled: Type.Integer(),
          frauds: Type.Integer(),
          mature: Type.Integer({
            description: 'Old enough for their labels: what has none by then is genuine',
          }),
          matureFrauds: Type.Integer({ description: 'Of them; their share is the precision of the rule' }),
        },
        { description: 'Among the newest decisions; null while it is not in service' },
      ),
    ),
    costs: Nullable(
      Type.Object(
        {
          errors: Type.Integer(),
          lastError: Nullable(Type.String()),
          meanMicros: Nullable(Type.Number()),
          suspended: Type.Boolean(),
          suspendedBecause: Nullable(Type.String({ description: 'Why, in words' })),
        },
        { description: 'In this process; null while it is not in service here' },
      ),
    ),
  },
  { description: 'A version of a rule' },
);
export type Rule = Static<typeof Rule>;

const RuleBook = Component('RuleBook', {
  rules: List(Rule),
  rulesetVersion: Type.String(),
  counted: Type.Integer({ description: 'How many of the newest decisions the hits are counted in' }),
  fourEyes: Type.Boolean({ description: 'Whoever wrote a version may not put it live' }),
});

export const RuleName = Component('RuleName', {
  name: Type.String(),
  type: OneOf(['double', 'int', 'string', 'function', 'list']),
  about: Type.String(),
});
export type RuleName = Static<typeof RuleName>;

const RuleNames = Component('RuleNames', { names: List(RuleName) });

const place = {
  start: Type.Integer({ description: 'First character' }),
  end: Type.Integer({ description: 'Character after the last' }),
};
const hint = {
  message: Type.String(),
  ...place,
  fix: Type.Optional(
    Component(
      'RuleFix',
      { ...place, text: Type.String() },
      { description: 'Writing this text there puts it right' },
    ),
  ),
};
export const RuleHint = Component('RuleHint', hint);
export type RuleHint = Static<typeof RuleHint>;

export const RuleCheck = Type.Union([
  Component(
    'RuleInOrder',
    {
      ok: Type.Literal(true),
      features: List(Type.String(), { description: 'That it reads' }),
      lists: List(Type.String()),
      warnings: List(RuleHint, { description: 'What also holds where a value is missing' }),
    },
    { description: 'It can be a rule' },
  ),
  Component('RuleFault', { ok: Type.Literal(false), ...hint }, { description: 'It cannot be a rule' }),
]);
export type RuleCheck = Static<typeof RuleCheck>;

const BacktestResult = Component('BacktestResult', {
  rows: Type.Integer(),
  from: At(),
  until: At(),
  days: Type.Number(),
  labelled: Type.Integer(),
  frauds: Type.Integer(),
  hits: Type.Integer(),
  hitsPerDay: Type.Number(),
  newHits: Type.Integer({ description: 'That nothing had flagged' }),
  newHitsPerDay: Type.Number(),
  precision: Nullable(
    Type.Number({
      description:
        'Among labelled hits, which are mostly frauds; null where none is labelled. See hitsMature',
    }),
  ),
  hitsMature: Type.Integer({
    description: 'Hits old enough for their labels: what has none by then is genuine',
  }),
  hitFraudsMature: Type.Integer({ description: 'Of them; their share is the precision of the rule' }),
  recall: Nullable(Type.Number({ description: 'Of labelled frauds; null where there is none' })),
  fraudMinor: Type.Number({ description: 'Hundredths of the base currency’s unit, of all labelled frauds' }),
  caughtMinor: Type.Number(),
  newCaughtMinor: Type.Number(),
  newHitFrauds: Type.Integer(),
  errors: Type.Integer(),
  firstError: Nullable(Type.String()),
  overlap: List(Type.Object({ id: Type.String(), both: Type.Integer(), theirs: Type.Integer() }), {
    description: 'Hits that a rule of now had, too',
  }),
  sample: List(Type.String(), { description: 'Transactions that it held for, newest first' }),
});
export type BacktestResult = Static<typeof BacktestResult>;

export const Backtest = Component('Backtest', {
  id: Type.String(),
  state: OneOf(['reading', 'running', 'done', 'cancelled', 'failed']),
  done: Type.Integer({ description: 'Rows read, or rows tried' }),
  of: Type.Integer(),
  problem: Nullable(Type.String()),
  runMs: Nullable(Type.Number({ description: 'How long trying took, without reading' })),
  threads: Nullable(Type.Integer()),
  result: Nullable(BacktestResult),
});
export type Backtest = Static<typeof Backtest>;

const RuleFiled = Component('RuleFiled', { id: Type.String(), version: Type.Integer() });

const BacktestStarted = Component('BacktestStarted', { id: Type.String() });

export const listRules = operation({
  id: 'listRules',
  method: 'GET',
  path: '/v1/rules',
  capability,
  summary: 'Every version of every rule',
  description: `With what it held for among the newest ${COUNTED.toLocaleString('en')} decisions, and what it costs.`,
  permission: 'read',
  answers: { 200: RuleBook },
});

export const listRuleNames = operation({
  id: 'listRuleNames',
  method: 'GET',
  path: '/v1/rules/names',
  capability,
  summary: 'What a rule can name',
  permission: 'read',
  answers: { 200: RuleNames },
});

export const checkRule = operation({
  id: 'checkRule',
  method: 'POST',
  path: '/v1/rules/check',
  capability,
  summary: 'Check an expression',
  description:
    'Answers what it reads and what may surprise in it, or what is wrong; both with the place and, where it is clear, what to write instead. Warnings stop nothing.',
  permission: 'read',
  repeatable: true,
  body: Type.Object({ expression: Prose(MAX_EXPRESSION) }, CLOSED),
  answers: { 200: RuleCheck },
});

export const fileRule = operation({
  id: 'fileRule',
  method: 'POST',
  path: '/v1/rules',
  capability,
  summary: 'File a draft: a new rule, or a new version of one',
  permission: 'edit_rules',
  audits: ['wrote a draft'],
  body: Type.Object(
    {
      id: RuleId('Small letters, digits and hyphens'),
      expression: Prose(MAX_EXPRESSION),
      action: OneOf(RULE_ACTIONS),
      text: Line(200, { description: 'What an analyst reads' }),
      priority: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 50 })),
    },
    {
      ...CLOSED,
      examples: [
        {
          id: 'large-at-night',
          expression: 'features.amount > 1000.0 && transaction.hour < 5',
          action: 'review',
          text: 'A large payment at night',
        },
      ],
    },
  ),
  answers: { 201: RuleFiled },
  problems: [422],
});

export const moveRule = operation({
  id: 'moveRule',
  method: 'POST',
  path: '/v1/rules/:id/:version/state',
  capability,
  summary: 'Move a version: into shadow, live, or out of service',
  description:
    'The version that was live (or in shadow) before is retired. It decides from the next batch on, without a restart.',
  permission: 'approve_rules',
  audits: ['moved a rule'],
  params: Type.Object({ id: RuleId(), version: Type.Integer({ minimum: 1, maximum: 1_000_000 }) }),
  body: Type.Object(
    { state: OneOf(['shadow', 'live', 'retired']), note: Type.Optional(Prose(2000)) },
    CLOSED,
  ),
  answers: {
    200: Component('RuleMoved', {
      id: Type.String(),
      version: Type.Integer(),
      state: OneOf(RULE_STATES),
      rulesetVersion: Type.String(),
    }),
  },
  problems: [404, 409],
});

export const startBacktest = operation({
  id: 'startBacktest',
  method: 'POST',
  path: '/v1/rules/backtest',
  capability,
  summary: 'Try an expression on stored transactions',
  description:
    'Alerts a day, precision and recall where labels are known, money caught, overlap with the rules of now, and a sample. ' +
    'GET /v1/rules/backtest/{id} tells how far it is, DELETE cancels it.',
  permission: 'edit_rules',
  body: Type.Object(
    {
      expression: Prose(MAX_EXPRESSION),
      maxRows: Type.Optional(
        Type.Integer({
          minimum: 100,
          maximum: MAX_ROWS,
          default: USUAL_ROWS,
          description: 'Newest transactions at most',
        }),
      ),
    },
    CLOSED,
  ),
  answers: { 202: BacktestStarted },
  problems: [409, 422],
});

export const getBacktest = operation({
  id: 'getBacktest',
  method: 'GET',
  path: '/v1/rules/backtest/:id',
  capability,
  summary: 'How far a backtest is, and what came out',
  permission: 'read',
  params: BacktestParams,
  answers: { 200: Backtest },
  problems: [404],
});

export const cancelBacktest = operation({
  id: 'cancelBacktest',
  method: 'DELETE',
  path: '/v1/rules/backtest/:id',
  capability,
  summary: 'Cancel a backtest',
  permission: 'edit_rules',
  params: BacktestParams,
  answers: { 200: Component('BacktestCancelled', { cancelled: Type.Boolean() }) },
  problems: [404],
});
