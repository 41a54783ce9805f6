// Moving a version of a rule: into shadow, live, or out of service.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RuleState } from '../../domain/rule.ts';
import type { Desk } from '../../ports/desk.ts';
import type { FiledRule } from '../../ports/office/rules.ts';
import type { moveRule } from '../../protocol/rules.ts';
import { checkExpression } from '../../rules/check.ts';
import { MAX_RULES } from '../../rules/rule.ts';
import { entryOf } from '../access/access.ts';
import { sendProblem } from '../edge/problem-details.ts';
import type { RequestOf } from '../edge/serve.ts';
import { notSecond } from '../proposals/proposals.ts';

const MOVES: Readonly<Record<RuleState, readonly RuleState[]>> = {
  draft: ['shadow', 'live', 'retired'],
  shadow: ['live', 'retired'],
  live: ['shadow', 'retired'],
  retired: ['shadow', 'live'],
};

/** Why a rule must not be moved there, or undefined. */
async function obstacle(
  request: FastifyRequest,
  rule: FiledRule,
  to: RuleState,
  { lists, office, inService }: Desk,
): Promise<string | undefined> {
  if (!MOVES[rule.state].includes(to))
    return `Version ${rule.version} is ${rule.state} and cannot become ${to}.`;
  if (to === 'retired') return undefined;
  const check = checkExpression(rule.expression, lists, inService().catalogue);
  if (!check.ok) return `It cannot be used as it is: ${check.message}`;
  const others = await office.rules.inService();
  if (others.length >= MAX_RULES && !others.some(({ id }) => id === rule.id)) {
    return `${MAX_RULES} rules are in service; retire one first.`;
  }
  const { fourEyesRules } = await office.settings.read();
  return fourEyesRules && to === 'live' ? notSecond(request, rule.authorId) : undefined;
}

export async function move(request: RequestOf<typeof moveRule>, reply: FastifyReply, desk: Desk) {
  const { id, version } = request.params;
  const { state: to, note } = request.body;
  const { rules } = desk.office;
  const rule = await rules.find(id, version);
  if (!rule) return sendProblem(reply, 404, 'Not found', `There is no version ${version} of a rule ${id}.`);
  const stands = await obstacle(request, rule, to, desk);
  if (stands !== undefined) return sendProblem(reply, 409, 'Conflict', stands);
  const detail = { version, from: rule.state, to, note };
  const entry = entryOf(request, desk.clock, 'moved a rule', `rule ${id}`, detail);
  if (!(await rules.move(id, version, rule.state, to, entry))) {
    return sendProblem(reply, 409, 'Conflict', 'Somebody moved it meanwhile. Look at it again.');
  }
  await desk.refresh();
  return { id, version, state: to, rulesetVersion: desk.inService().ruleset.version };
}
