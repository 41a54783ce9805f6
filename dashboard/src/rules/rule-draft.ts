// A version of a rule while somebody writes it.
import type { RuleAction } from '../../../src/domain/decision.ts';
import type { Rule } from '../../../src/protocol/rules.ts';

export type RuleDraft = {
  readonly id: string;
  readonly expression: string;
  readonly action: RuleAction;
  readonly text: string;
  readonly priority: number;
};

export const EMPTY_DRAFT: RuleDraft = { id: '', expression: '', action: 'review', text: '', priority: 50 };

/** What is hidden is not edited: who may write rules sees them. */
export const draftOf = ({ id, expression, action, text, priority }: Rule): RuleDraft => ({
  id,
  expression: expression ?? '',
  action,
  text: text ?? '',
  priority,
});

export const differs = (draft: RuleDraft, rule: Rule): boolean =>
  draft.expression !== rule.expression ||
  draft.action !== rule.action ||
  draft.text !== rule.text ||
  draft.priority !== rule.priority;
