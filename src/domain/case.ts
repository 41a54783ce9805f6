// A case: several alerts that belong together, worked to an outcome that somebody answers for.
export const CASE_OUTCOMES = ['reported', 'fraud', 'no_fraud', 'inconclusive'] as const;
export type CaseOutcome = (typeof CASE_OUTCOMES)[number];

/** Proposed: somebody asks to close it, and another one has to agree where two are asked for. */
export const CASE_STATUSES = ['open', 'proposed', 'closed'] as const;
export type CaseStatus = (typeof CASE_STATUSES)[number];

type Colleague = { readonly id: string; readonly name: string };

export type Case = {
  readonly id: number;
  readonly title: string;
  readonly status: CaseStatus;
  readonly narrative: string;
  readonly outcome: CaseOutcome | undefined;
  readonly assignee: Colleague | undefined;
  readonly openedBy: string;
  readonly openedAtMs: number;
  readonly proposedBy: Colleague | undefined;
  readonly closedBy: string | undefined;
  readonly closedAtMs: number | undefined;
  readonly alerts: number;
  readonly tasksOpen: number;
  readonly version: number;
};

export type CaseTask = {
  readonly id: number;
  readonly text: string;
  readonly done: boolean;
  readonly who: string;
  readonly atMs: number;
};

export type CaseChange =
  | { readonly kind: 'edit'; readonly title: string; readonly narrative: string }
  | { readonly kind: 'assign'; readonly to: Colleague | undefined }
  | { readonly kind: 'propose'; readonly outcome: CaseOutcome; readonly by: Colleague }
  | { readonly kind: 'close'; readonly outcome: CaseOutcome; readonly by: string }
  | { readonly kind: 'reopen' };
