// What rules are called, how long their expressions are, and which states a version of one has.

export const RULE_ID = /^[a-z0-9][a-z0-9-]{0,59}$/;
export const MAX_EXPRESSION = 4000;

export const RULE_STATES = ['draft', 'shadow', 'live', 'retired'] as const;
export type RuleState = (typeof RULE_STATES)[number];
