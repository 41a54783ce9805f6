// Rules over HTTP: writing, checking, trying on the past, and moving them into service.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Backtester } from '../../ports/backtester.ts';
import type { Desk } from '../../ports/desk.ts';
import type { RuleHits } from '../../ports/past-rows.ts';
import {
  COUNTED,
  cancelBacktest,
  checkRule,
  fileRule,
  getBacktest,
  listRuleNames,
  listRules,
  moveRule,
  startBacktest,
  USUAL_ROWS,
} from '../../protocol/rules.ts';
import { asksWhose } from '../../rules/asks-whose.ts';
import { checkExpression } from '../../rules/check.ts';
import { ruleKey } from '../../rules/ruleset.ts';
import { entryOf } from '../access/access.ts';
import { refuseHidden, sightOf } from '../access/sight.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { type RequestOf, serve } from '../edge/serve.ts';
import { backtestMessage } from './backtest-message.ts';
import { move } from './move-rule.ts';
import { ruleMessage } from './rule-message.ts';
import { ruleNames } from './rule-names.ts';

export type RuleTrials = {
  readonly backtester: Backtester;
  /** What is older has its label, or is genuine. */
  readonly maturityMs: number;
};

const COUNTS_KEPT_MS = 15_000;
const NO_HITS: readonly RuleHits[] = [];

/** Counting goes through tens of thousands of decisions: whoever asks within seconds gets the same. */
function countsHits({ clock, office }: Desk, maturityMs: number): () => Promise<readonly RuleHits[]> {
  let hits: { readonly at: number; readonly value: Promise<readonly RuleHits[]> } | undefined;
  return () => {
    const now = clock.nowMs();
    if (hits && now - hits.at < COUNTS_KEPT_MS) return hits.value;
    const value = office.past.hits(COUNTED, now - maturityMs).catch(() => NO_HITS);
    hits = { at: now, value };
    return value;
  };
}

async function book(request: FastifyRequest, desk: Desk, hitsOfNow: () => Promise<readonly RuleHits[]>) {
  const { rules, settings } = desk.office;
  const [filed, found] = await Promise.all([rules.rules(), hitsOfNow()]);
  const { ruleset } = desk.inService();
  const costs = ruleset.costs();
  const hitsOf = new Map(found.map((one) => [ruleKey(one), one]));
  return {
    rules: filed.map((rule) =>
      ruleMessage(rule, hitsOf.get(ruleKey(rule)), costs.get(ruleKey(rule)), sightOf(request)),
    ),
    rulesetVersion: ruleset.version,
    counted: COUNTED,
    fourEyes: (await settings.read()).fourEyesRules,
  };
}

/** Refuses an expression that asks whose a transaction is: what it holds for would tell a masked sight. */
const refuseAsksWhose = (
  request: FastifyRequest,
  reply: FastifyReply,
  expression: string,
  desk: Desk,
): FastifyReply | undefined => {
  const { catalogue } = desk.inService();
  return refuseHidden(request, reply, {
    expression: asksWhose(expression, catalogue) ? expression : undefined,
  });
};

async function file(request: RequestOf<typeof fileRule>, reply: FastifyReply, desk: Desk) {
  const { id, expression, action, text, priority = 50 } = request.body;
  const check = checkExpression(expression, desk.lists, desk.inService().catalogue);
  if (!check.ok) {
    return sendProblem(reply, 422, 'Not valid', check.message, [
      { pointer: '/expression', message: `${check.message} (characters ${check.start} to ${check.end})` },
    ]);
  }
  const refused = refuseAsksWhose(request, reply, expression, desk);
  if (refused) return refused;
  const version = await desk.office.rules.file(
    { id, expression, action, text: text.trim(), priority },
    entryOf(request, desk.clock, 'wrote a draft', `rule ${id}`, { version: '{version}', expression }),
  );
  return { id, version };
}

async function start(
  request: RequestOf<typeof startBacktest>,
  reply: FastifyReply,
  desk: Desk,
  { backtester, maturityMs }: RuleTrials,
) {
  const { expression, maxRows = USUAL_ROWS } = request.body;
  const check = checkExpression(expression, desk.lists, desk.inService().catalogue);
  if (!check.ok) return sendProblem(reply, 422, 'Not valid', check.message);
  const refused = refuseAsksWhose(request, reply, expression, desk);
  if (refused) return refused;
  const started = backtester.start({
    expression,
    maxRows,
    matureUntilMs: desk.clock.nowMs() - maturityMs,
  });
  return 'problem' in started ? sendProblem(reply, 409, 'Conflict', started.problem) : started;
}

export function ruleRoutes(app: FastifyInstance, desk: Desk, trials: RuleTrials): void {
  const { backtester, maturityMs } = trials;
  const hitsOfNow = countsHits(desk, maturityMs);
  serve(app, listRules, (request) => book(request, desk, hitsOfNow));
  serve(app, listRuleNames, async (request) => ({
    names: ruleNames(await desk.office.lists.lists(), sightOf(request), desk.inService().catalogue),
  }));
  serve(app, checkRule, async (request) =>
    checkExpression(request.body.expression, desk.lists, desk.inService().catalogue),
  );
  serve(app, fileRule, (request, reply) => file(request, reply, desk));
  serve(app, moveRule, (request, reply) => move(request, reply, desk));

  serve(app, startBacktest, (request, reply) => start(request, reply, desk, trials));
  serve(app, getBacktest, async (request, reply) => {
    const status = backtester.status(request.params.id);
    return status
      ? backtestMessage(status, sightOf(request))
      : sendProblem(reply, 404, 'Not found', 'That backtest is not known here (any more).');
  });
  serve(app, cancelBacktest, async (request, reply) =>
    backtester.cancel(request.params.id)
      ? { cancelled: true }
      : sendProblem(reply, 404, 'Not found', 'That backtest is not under way.'),
  );
}
