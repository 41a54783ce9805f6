// Cases as the API answers them.
import type { CaseOutcome, CaseStatus } from '../domain/case.ts';
import type { Alert } from './alerts.ts';
import type { HistoryLine } from './audit.ts';
import type { Note } from './notes.ts';

export type CaseMessage = {
  readonly id: number;
  readonly title: string;
  readonly status: CaseStatus;
  /** Null where it is hidden. */
  readonly narrative: string | null;
  readonly outcome: CaseOutcome | null;
  readonly assignee: { readonly id: string; readonly name: string } | null;
  readonly openedBy: string;
  readonly openedAt: string;
  readonly proposedBy: { readonly id: string; readonly name: string } | null;
  readonly closedBy: string | null;
  readonly closedAt: string | null;
  readonly alerts: number;
  readonly tasksOpen: number;
  readonly version: number;
};

export type CaseFile = {
  readonly case: CaseMessage;
  /** Two people close a case here. */
  readonly fourEyes: boolean;
  readonly alerts: readonly Alert[];
  readonly tasks: readonly {
    readonly id: number;
    /** Null where it is hidden. */
    readonly text: string | null;
    readonly done: boolean;
    readonly who: string;
    readonly at: string;
  }[];
  readonly notes: readonly Note[];
  readonly history: readonly HistoryLine[];
};
