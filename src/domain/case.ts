// A case: several alerts that belong together, worked to an outcome that somebody answers for.
export const CASE_OUTCOMES = ['reported', 'fraud', 'no_fraud', 'inconclusive'] as const;
export type CaseOutcome = (typeof CASE_OUTCOMES)[number];

/** Proposed: somebody asks to close it, and another one has to agree where two are asked for. */
export const CASE_STATUSES = ['open', 'proposed', 'closed'] as const;
export type CaseStatus = (typeof CASE_STATUSES)[number];
