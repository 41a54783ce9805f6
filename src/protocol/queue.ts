// The alert queue as the API answers it.

import type { AlertVerdict } from '../domain/alert.ts';
import type { Amount } from '../domain/base-amount.ts';
import type { Outcome } from '../domain/decision.ts';
import type { FeedRow } from './messages.ts';

export type QueuedAlertMessage = {
  readonly id: number;
  readonly accountId: string;
  readonly openedAt: string;
  readonly updatedAt: string;
  readonly dueAt: string;
  readonly transactions: number;
  readonly declined: number;
  /** Hundredths of a currency unit; currencies are not converted. */
  readonly amountMinor: number;
  readonly expectedLossMinor: number;
  readonly maxScore: number;
  readonly currency: string;
  readonly country: string | null;
  readonly topReason: string | null;
  readonly status: 'open' | 'closed';
  readonly assignee: { readonly id: string; readonly name: string } | null;
  readonly snoozedUntil: string | null;
  readonly escalated: boolean;
  readonly verdict: AlertVerdict | 'labels' | null;
  readonly fraudType: string | null;
  readonly closedAt: string | null;
  readonly closedBy: string | null;
  readonly caseId: number | null;
  readonly version: number;
};

export type QueueCountsMessage = {
  readonly open: number;
  readonly mine: number;
  readonly unassigned: number;
  readonly overdue: number;
  readonly escalated: number;
  readonly snoozed: number;
};

export type QueuePage = {
  readonly items: readonly QueuedAlertMessage[];
  readonly nextCursor: string | null;
};

export type NoteMessage = {
  readonly id: number;
  /** Null where it is hidden. */
  readonly text: string | null;
  readonly who: string;
  readonly at: string;
};
export type AttachmentMessage = {
  readonly id: number;
  /** Null where they are hidden. */
  readonly name: string | null;
  readonly mediaType: string | null;
  readonly bytes: number;
  readonly sha256: string | null;
  readonly who: string;
  readonly at: string;
};
export type HistoryLine = {
  readonly at: string;
  readonly who: string;
  readonly action: string;
  readonly detail: Readonly<Record<string, unknown>> | null;
};

/** A transaction of the account, for its timeline and its map. */
export type AccountPoint = {
  readonly id: string;
  readonly at: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly base?: Amount;
  readonly outcome: Outcome;
  readonly isFraud: boolean | null;
  readonly place: string;
  readonly lat: number | null;
  readonly lon: number | null;
};

export type AlertFile = {
  readonly alert: QueuedAlertMessage;
  /** Newest first, at most 200. */
  readonly transactions: readonly FeedRow[];
  /** The latest of the account, flagged or not, oldest first; at most 300. */
  readonly account: readonly AccountPoint[];
  /** Other alerts of the account, newest first. */
  readonly earlier: readonly QueuedAlertMessage[];
  readonly notes: readonly NoteMessage[];
  readonly attachments: readonly AttachmentMessage[];
  readonly history: readonly HistoryLine[];
};

export type ActionResult = {
  readonly done: readonly number[];
  /** Alerts that had changed meanwhile, as they are now. */
  readonly conflicts: readonly QueuedAlertMessage[];
};

export type LinkMessage = {
  readonly kind: 'device' | 'ip' | 'counterparty' | 'merchant';
  readonly key: string;
  readonly name: string | null;
  readonly transactions: number;
  /** Accounts that used it lately, this one too. */
  readonly total: number;
  readonly accounts: readonly {
    readonly accountId: string;
    readonly transactions: number;
    readonly flagged: number;
    readonly frauds: number;
  }[];
};
