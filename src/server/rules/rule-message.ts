// A rule as it is told: what it held for lately, and what it costs here.
import { isoTime } from '../../domain/iso-time.ts';
import type { Sight } from '../../domain/sight.ts';
import type { FiledRule } from '../../ports/office/rules.ts';
import type { RuleHits } from '../../ports/past-rows.ts';
import type { Rule } from '../../protocol/rules.ts';
import type { RuleCosts } from '../../rules/ruleset.ts';
import { textSeen } from '../access/office-seen.ts';
import { timeOrNull } from '../edge/unknown.ts';

const costsMessage = (
  { errors, lastError, meanMicros, suspended }: RuleCosts,
  sight: Sight,
): Rule['costs'] => ({
  errors,
  lastError: textSeen(lastError ?? '', sight) || null,
  meanMicros: meanMicros ?? null,
  suspended: suspended !== undefined,
  suspendedBecause: suspended ?? null,
});

export function ruleMessage(
  rule: FiledRule,
  found: RuleHits | undefined,
  costs: RuleCosts | undefined,
  sight: Sight,
): Rule {
  const { id, version, expression, action, text, priority, state, author } = rule;
  const isInService = state === 'live' || state === 'shadow';
  const { hits: count = 0, labelled = 0, frauds = 0, mature = 0, matureFrauds = 0 } = found ?? {};
  return {
    id,
    version,
    expression: textSeen(expression, sight),
    action,
    text: textSeen(text, sight),
    priority,
    state,
    author,
    createdAt: isoTime(rule.createdAtMs),
    movedBy: rule.movedBy ?? null,
    movedAt: timeOrNull(rule.movedAtMs),
    hits: isInService ? { count, labelled, frauds, mature, matureFrauds } : null,
    costs: costs ? costsMessage(costs, sight) : null,
  };
}
