// Rules over HTTP: writing, checking, trying on the past, and moving them into service.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { RULE_ACTIONS } from '../../domain/decision.ts';
import { isoTime } from '../../domain/iso-time.ts';
import { MAX_EXPRESSION, RULE_ID, RULE_STATES, type RuleState } from '../../domain/rule.ts';
import type { Sight } from '../../domain/sight.ts';
import { FEATURES } from '../../features/catalogue.ts';
import type { Backtester, BacktestStatus } from '../../ports/backtester.ts';
import type { Desk } from '../../ports/desk.ts';
import type { FiledRule } from '../../ports/office/rules.ts';
import type { RuleHits } from '../../ports/past-rows.ts';
import { Identifier, Line, Prose } from '../../protocol/fields.ts';
import type { BacktestMessage, RuleMessage } from '../../protocol/rules.ts';
import { asksWhose } from '../../rules/asks-whose.ts';
import type { BacktestCounts } from '../../rules/backtest.ts';
import { checkExpression } from '../../rules/check.ts';
import { FIELD_WORDS } from '../../rules/environment.ts';
import { MAX_RULES } from '../../rules/rule.ts';
import { ruleKey } from '../../rules/ruleset.ts';
import { entryOf } from '../access/access.ts';
import { textSeen } from '../access/office-seen.ts';
import { refuseHidden, sightOf } from '../access/sight.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { timeOrNull } from '../edge/unknown.ts';
import { notSecond } from '../proposals/proposals.ts';
import { ProblemSchema } from '../schemas.ts';

const COUNTED = 50_000;
const COUNTS_KEPT_MS = 15_000;
const MAX_BACKTEST_ROWS = 1_000_000;
const USUAL_BACKTEST_ROWS = 300_000;
const DAY_MS = 86_400_000;

const RuleParams = Type.Object({
  id: Identifier(60, { pattern: RULE_ID.source }),
  version: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
});
const RuleBody = Type.Object(
  {
    id: Identifier(60, { pattern: RULE_ID.source, description: 'Small letters, digits and hyphens' }),
    expression: Prose(MAX_EXPRESSION),
    action: Type.String({ enum: [...RULE_ACTIONS] }),
    text: Line(200, { description: 'What an analyst reads' }),
    priority: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 50 })),
  },
  {
    additionalProperties: false,
    examples: [
      {
        id: 'large-at-night',
        expression: 'features.amount > 1000.0 && transaction.hour < 5',
        action: 'review',
        text: 'A large payment at night',
      },
    ],
  },
);
const StateBody = Type.Object(
  {
    state: Type.String({ enum: ['shadow', 'live', 'retired'] }),
    note: Type.Optional(Prose(2000)),
  },
  { additionalProperties: false },
);
const ExpressionBody = Type.Object({ expression: Prose(MAX_EXPRESSION) }, { additionalProperties: false });
const Place = {
  start: Type.Integer({ description: 'First character' }),
  end: Type.Integer({ description: 'Character after the last' }),
};
const Fix = Type.Object(
  { ...Place, text: Type.String() },
  { description: 'Writing this text there puts it right' },
);
const CheckAnswer = Type.Object({
  ok: Type.Boolean({ description: 'Whether it can be a rule' }),
  features: Type.Optional(Type.Array(Type.String())),
  lists: Type.Optional(Type.Array(Type.String())),
  warnings: Type.Optional(
    Type.Array(Type.Object({ message: Type.String(), ...Place, fix: Type.Optional(Fix) }), {
      description: 'Where it can be a rule: what also holds where a value is missing',
    }),
  ),
  message: Type.Optional(Type.String({ description: 'Where it cannot be a rule: what is wrong' })),
  start: Type.Optional(Place.start),
  end: Type.Optional(Place.end),
  fix: Type.Optional(Fix),
});
const BacktestBody = Type.Object(
  {
    expression: Prose(MAX_EXPRESSION),
    maxRows: Type.Optional(
      Type.Integer({
        minimum: 100,
        maximum: MAX_BACKTEST_ROWS,
        default: USUAL_BACKTEST_ROWS,
        description: 'Newest transactions at most',
      }),
    ),
  },
  { additionalProperties: false },
);
const BacktestParams = Type.Object({ id: Identifier(64) });

const MOVES: Readonly<Record<RuleState, readonly RuleState[]>> = {
  draft: ['shadow', 'live', 'retired'],
  shadow: ['live', 'retired'],
  live: ['shadow', 'retired'],
  retired: ['shadow', 'live'],
};
/** An expression that asks whose a transaction is: what it holds for would tell a masked sight. */
const asked = (expression: string): string | undefined => (asksWhose(expression) ? expression : undefined);
const NO_HITS: readonly RuleHits[] = [];

function resultOf(counts: BacktestCounts, sight: Sight): BacktestMessage['result'] {
  const days = counts.rows === 0 ? 0 : Math.max((counts.untilMs - counts.fromMs) / DAY_MS, 1 / 24);
  const aDay = (count: number): number => (days === 0 ? 0 : count / days);
  return {
    rows: counts.rows,
    from: isoTime(counts.rows === 0 ? 0 : counts.fromMs),
    until: isoTime(counts.rows === 0 ? 0 : counts.untilMs),
    days,
    labelled: counts.labelled,
    frauds: counts.frauds,
    hits: counts.hits,
    hitsPerDay: aDay(counts.hits),
    newHits: counts.newHits,
    newHitsPerDay: aDay(counts.newHits),
    precision: counts.hitsLabelled === 0 ? null : counts.hitFrauds / counts.hitsLabelled,
    recall: counts.frauds === 0 ? null : counts.hitFrauds / counts.frauds,
    fraudMinor: counts.fraudHundredths,
    caughtMinor: counts.hitFraudHundredths,
    newCaughtMinor: counts.newHitFraudHundredths,
    newHitFrauds: counts.newHitFrauds,
    errors: counts.errors,
    firstError: textSeen(counts.firstError ?? '', sight) || null,
    overlap: [...counts.overlap].map(([id, both]) => ({ id, ...both })).sort((a, b) => b.both - a.both),
    sample: counts.sample,
  };
}

function backtestMessage(status: BacktestStatus, sight: Sight): BacktestMessage {
  const { id, state, done, of, counts, problem, runMs, threads } = status;
  return {
    id,
    state,
    done,
    of,
    problem: problem === undefined ? null : (textSeen(problem, sight) ?? 'It failed.'),
    runMs: runMs ?? null,
    threads: threads ?? null,
    result: counts ? resultOf(counts, sight) : null,
  };
}

export function ruleRoutes(app: FastifyInstance, desk: Desk, backtester: Backtester): void {
  const { clock } = desk;
  const { rules: book, past, settings } = desk.office;
  const tags = ['Rules'];
  const problems = {
    400: ProblemSchema,
    403: ProblemSchema,
    404: ProblemSchema,
    409: ProblemSchema,
    422: ProblemSchema,
  };
  let hits: { readonly at: number; readonly value: Promise<readonly RuleHits[]> } | undefined;

  /** Counting goes through tens of thousands of decisions: whoever asks within seconds gets the same. */
  function hitsOfNow(): Promise<readonly RuleHits[]> {
    const now = clock.nowMs();
    if (hits && now - hits.at < COUNTS_KEPT_MS) return hits.value;
    const value = past.hits(COUNTED).catch(() => NO_HITS);
    hits = { at: now, value };
    return value;
  }

  async function listed(sight: Sight): Promise<RuleMessage[]> {
    const [filed, found] = await Promise.all([book.rules(), hitsOfNow()]);
    const costs = desk.inService().ruleset.costs();
    const countOf = new Map(found.map((one) => [`${ruleKey(one)}`, one]));
    return filed.map((rule) => {
      const inService = rule.state === 'live' || rule.state === 'shadow';
      const count = countOf.get(ruleKey(rule));
      const cost = costs.get(ruleKey(rule));
      return {
        id: rule.id,
        version: rule.version,
        expression: textSeen(rule.expression, sight),
        action: rule.action,
        text: textSeen(rule.text, sight),
        priority: rule.priority,
        state: rule.state,
        author: rule.author,
        createdAt: isoTime(rule.createdAtMs),
        movedBy: rule.movedBy ?? null,
        movedAt: timeOrNull(rule.movedAtMs),
        hits: inService
          ? { count: count?.hits ?? 0, labelled: count?.labelled ?? 0, frauds: count?.frauds ?? 0 }
          : null,
        costs: cost
          ? {
              errors: cost.errors,
              lastError: textSeen(cost.lastError ?? '', sight) || null,
              meanMicros: cost.meanMicros ?? null,
              suspended: cost.suspended !== undefined,
              suspendedBecause: cost.suspended ?? null,
            }
          : null,
      };
    });
  }

  app.get(
    '/v1/rules',
    {
      config: { permission: 'read' },
      schema: {
        summary: 'Every version of every rule',
        description: `With what it held for among the newest ${COUNTED.toLocaleString('en')} decisions, and what it costs.`,
        tags,
      },
    },
    async (request) => ({
      rules: await listed(sightOf(request)),
      rulesetVersion: desk.inService().ruleset.version,
      counted: COUNTED,
      fourEyes: (await settings.read()).fourEyesRules,
    }),
  );

  app.get(
    '/v1/rules/names',
    { config: { permission: 'read' }, schema: { summary: 'What a rule can name', tags } },
    async (request) => ({
      names: [
        ...FEATURES.map(({ name, unit, description }) => ({
          name: `features.${name}`,
          type: 'double',
          about: `${description} (${unit})`,
        })),
        ...Object.entries(FIELD_WORDS).map(([name, about]) => ({
          name,
          type:
            name === 'score' || name === 'transaction.amount'
              ? 'double'
              : name.includes('(')
                ? 'function'
                : name === 'transaction.hour'
                  ? 'int'
                  : 'string',
          about,
        })),
        ...(await desk.office.lists.lists()).map(({ name, kind, entries, note }) => ({
          name: `inList("${name}", …)`,
          type: 'list',
          about: `${entries} ${kind} entries. ${textSeen(note, sightOf(request)) ?? ''}`.trim(),
        })),
      ],
    }),
  );

  app.post<{ Body: Static<typeof ExpressionBody> }>(
    '/v1/rules/check',
    {
      config: { permission: 'read' },
      schema: {
        summary: 'Check an expression',
        description:
          'Answers what it reads and what may surprise in it, or what is wrong; both with the place and, where it is clear, what to write instead. Warnings stop nothing.',
        tags,
        body: ExpressionBody,
        response: { 200: CheckAnswer },
      },
    },
    async (request) => checkExpression(request.body.expression, desk.lists),
  );

  app.post<{ Body: Static<typeof RuleBody> }>(
    '/v1/rules',
    {
      config: { permission: 'edit_rules' },
      schema: {
        summary: 'File a draft: a new rule, or a new version of one',
        tags,
        body: RuleBody,
        response: problems,
      },
    },
    async (request, reply) => {
      const { id, expression, text, priority = 50 } = request.body;
      const action = RULE_ACTIONS.find((one) => one === request.body.action) ?? 'review';
      const check = checkExpression(expression, desk.lists);
      if (!check.ok) {
        return sendProblem(reply, 422, 'Not valid', check.message, [
          { pointer: '/expression', message: `${check.message} (characters ${check.start} to ${check.end})` },
        ]);
      }
      const refused = refuseHidden(request, reply, { expression: asked(expression) });
      if (refused) return refused;
      const version = await book.file(
        { id, expression, action, text: text.trim(), priority },
        entryOf(request, clock, 'wrote a draft', `rule ${id}`, { version: '{version}', expression }),
      );
      return reply.code(201).send({ id, version });
    },
  );

  const notFound = (reply: FastifyReply, id: string, version: number): FastifyReply =>
    sendProblem(reply, 404, 'Not found', `There is no version ${version} of a rule ${id}.`);

  /** Why a rule must not be moved there, or undefined. */
  async function obstacle(
    request: FastifyRequest,
    rule: FiledRule,
    to: RuleState,
  ): Promise<string | undefined> {
    if (!MOVES[rule.state].includes(to))
      return `Version ${rule.version} is ${rule.state} and cannot become ${to}.`;
    if (to === 'retired') return undefined;
    const check = checkExpression(rule.expression, desk.lists);
    if (!check.ok) return `It cannot be used as it is: ${check.message}`;
    const inService = await book.inService();
    if (inService.length >= MAX_RULES && !inService.some(({ id }) => id === rule.id)) {
      return `${MAX_RULES} rules are in service; retire one first.`;
    }
    const { fourEyesRules } = await settings.read();
    return fourEyesRules && to === 'live' ? notSecond(request, rule.authorId) : undefined;
  }

  app.post<{ Params: Static<typeof RuleParams>; Body: Static<typeof StateBody> }>(
    '/v1/rules/:id/:version/state',
    {
      config: { permission: 'approve_rules' },
      schema: {
        summary: 'Move a version: into shadow, live, or out of service',
        description:
          'The version that was live (or in shadow) before is retired. It decides from the next batch on, without a restart.',
        tags,
        params: RuleParams,
        body: StateBody,
        response: problems,
      },
    },
    async (request, reply) => {
      const { id, version } = request.params;
      const to = RULE_STATES.find((state) => state === request.body.state) ?? 'retired';
      const rule = await book.find(id, version);
      if (!rule) return notFound(reply, id, version);
      const stands = await obstacle(request, rule, to);
      if (stands !== undefined) return sendProblem(reply, 409, 'Conflict', stands);
      const moved = await book.move(
        id,
        version,
        rule.state,
        to,
        entryOf(request, clock, 'moved a rule', `rule ${id}`, {
          version,
          from: rule.state,
          to,
          note: request.body.note,
        }),
      );
      if (!moved) {
        return sendProblem(reply, 409, 'Conflict', 'Somebody moved it meanwhile. Look at it again.');
      }
      await desk.refresh();
      return { id, version, state: to, rulesetVersion: desk.inService().ruleset.version };
    },
  );

  app.post<{ Body: Static<typeof BacktestBody> }>(
    '/v1/rules/backtest',
    {
      config: { permission: 'edit_rules' },
      schema: {
        summary: 'Try an expression on stored transactions',
        description:
          'Alerts a day, precision and recall where labels are known, money caught, overlap with the rules of now, and a sample. ' +
          'GET /v1/rules/backtest/{id} tells how far it is, DELETE cancels it.',
        tags,
        body: BacktestBody,
        response: problems,
      },
    },
    async (request, reply) => {
      const { expression, maxRows = USUAL_BACKTEST_ROWS } = request.body;
      const check = checkExpression(expression, desk.lists);
      if (!check.ok) return sendProblem(reply, 422, 'Not valid', check.message);
      const refused = refuseHidden(request, reply, { expression: asked(expression) });
      if (refused) return refused;
      const started = backtester.start({ expression, maxRows });
      if ('problem' in started) return sendProblem(reply, 409, 'Conflict', started.problem);
      return reply.code(202).send(started);
    },
  );

  app.get<{ Params: Static<typeof BacktestParams> }>(
    '/v1/rules/backtest/:id',
    {
      config: { permission: 'read' },
      schema: {
        summary: 'How far a backtest is, and what came out',
        tags,
        params: BacktestParams,
        response: { 404: ProblemSchema },
      },
    },
    async (request, reply) => {
      const status = backtester.status(request.params.id);
      return status
        ? backtestMessage(status, sightOf(request))
        : sendProblem(reply, 404, 'Not found', 'That backtest is not known here (any more).');
    },
  );

  app.delete<{ Params: Static<typeof BacktestParams> }>(
    '/v1/rules/backtest/:id',
    {
      config: { permission: 'edit_rules' },
      schema: {
        summary: 'Cancel a backtest',
        tags,
        params: BacktestParams,
        response: { 404: ProblemSchema },
      },
    },
    async (request, reply) =>
      backtester.cancel(request.params.id)
        ? { cancelled: true }
        : sendProblem(reply, 404, 'Not found', 'That backtest is not under way.'),
  );
}
