// The alert queue: one open alert an account, worked by people who may act at the same time.
import type { AlertSort, AlertVerdict, AlertView } from '../../domain/alert.ts';
import type { Sample } from '../../domain/draw.ts';
import type { Verdict } from '../../domain/label.ts';
import type { AuditEntry } from './audit.ts';

export type Alert = {
  readonly id: number;
  readonly accountId: string;
  readonly openedAtMs: number;
  /** When its last transaction was decided. */
  readonly updatedAtMs: number;
  /** By when somebody is to look at it. */
  readonly dueAtMs: number;
  readonly transactions: number;
  readonly declined: number;
  /** Hundredths of a unit of `currency`, which is the base currency. */
  readonly amountMinor: number;
  /** Sum of score × amount. */
  readonly expectedLossMinor: number;
  readonly maxScore: number;
  readonly currency: string;
  readonly country: string | undefined;
  readonly topReason: string | undefined;
  /** The rule that says the reason; empty where that is not known any more, undefined where no rule does. */
  readonly topRule: string | undefined;
  /** The feature that the reason is of; empty where that is not known any more, undefined where it is of a rule. */
  readonly topFeature: string | undefined;
  /** The concept whose sentence the reason is; undefined where it is of a rule, or of one feature. */
  readonly topConcept: string | undefined;
  /** Where nothing is suspected: it is one transaction, which was approved and drawn. */
  readonly sample: Sample | undefined;
  readonly status: 'open' | 'closed';
  readonly assignee: { readonly id: string; readonly name: string } | undefined;
  readonly snoozedUntilMs: number | undefined;
  readonly escalated: boolean;
  /** What people said, or 'labels' where labels from elsewhere closed it. */
  readonly verdict: AlertVerdict | 'labels' | undefined;
  readonly fraudType: string | undefined;
  readonly closedAtMs: number | undefined;
  readonly closedBy: string | undefined;
  readonly caseId: number | undefined;
  /** Moves with each change by a person: whoever acts names the one they saw. */
  readonly version: number;
};

export type AlertFilter = {
  readonly view: AlertView;
  readonly sort: AlertSort;
  /** Who "mine" is. */
  readonly person: string;
  readonly nowMs: number;
  /** A number of an alert, the beginning of an account, or a word of the reason. */
  readonly search?: string;
  readonly minLossMinor?: number;
  readonly accountId?: string;
  readonly after?: AlertCursor;
};
/** The sort value and id of the last alert of the page before. */
export type AlertCursor = { readonly value: number; readonly id: number };

export type QueueCounts = Readonly<Record<Exclude<AlertView, 'closed'>, number>>;

/** An alert as somebody saw it. */
export type Seen = { readonly id: number; readonly version: number; readonly transactions: number };

export type AlertAction =
  | { readonly kind: 'claim'; readonly by: { readonly id: string; readonly name: string } }
  | { readonly kind: 'release' }
  | { readonly kind: 'assign'; readonly to: { readonly id: string; readonly name: string } }
  | { readonly kind: 'snooze'; readonly untilMs: number }
  | { readonly kind: 'wake' }
  | { readonly kind: 'escalate' }
  | { readonly kind: 'de-escalate' }
  | { readonly kind: 'reopen' }
  | {
      readonly kind: 'verdict';
      readonly verdict: AlertVerdict;
      readonly fraudType: string | undefined;
      readonly by: { readonly id: string; readonly name: string };
    };

/** A verdict that is committed and not in the stream yet. */
export type WaitingLabel = { readonly id: number; readonly verdict: Verdict };

/**
 * **Contract**
 * - ALERT1 An account has one open alert at most, and what is flagged joins it in the commit of its decision.
 * - ALERT2 An action is done to each alert that is still as it was seen, and to no other: of two people at once one is heard.
 * - ALERT3 A verdict is on the transactions that were seen: it, its labels and its line are one, and each label waits until it is done.
 * - ALERT4 Labels from elsewhere close an alert as soon as all of it is known.
 * - ALERT5 A closed alert stays closed; it opens again only while its account has no other open one.
 * - ALERT6 A snoozed alert is away until then, or until something comes to it.
 * - ALERT7 Alerts are added up, sorted and paged whatever their amounts: nothing twice, nothing left out.
 * - ALERT8 A sample is an alert by itself, whatever else its account has, and is worked as the others are.
 *
 * **Caller invariants**
 * - A label is said to be done once it is durable in the stream, and not before: it may go there twice, never not at all (Q3).
 * - Seen alerts are named once each.
 */
export type Alerts = {
  list(filter: AlertFilter, limit: number): Promise<readonly Alert[]>;
  /** For somebody who waits: what is found before its time is up, and where the next page goes on. */
  page(
    filter: AlertFilter,
    limit: number,
  ): Promise<{
    readonly items: readonly Alert[];
    readonly next: AlertCursor | undefined;
    readonly looked: number;
  }>;
  counts(person: string, nowMs: number): Promise<QueueCounts>;
  find(id: number): Promise<Alert | undefined>;
  /** The transactions of an alert, newest first. */
  transactionIds(id: number, limit: number): Promise<readonly string[]>;
  /** The alert that a flagged transaction or a sample belongs to. */
  alertOf(transactionId: string): Promise<number | undefined>;
  /**
   * Does one thing to alerts, each only if it is still as it was seen; gives the ids it was done to. Of each the audit
   * line, with the alert as subject, is part of the same statement; so are the labels of a verdict.
   */
  act(seen: readonly Seen[], action: AlertAction, entry: AuditEntry): Promise<ReadonlySet<number>>;
  /** Verdicts on transactions, with one audit line; they come into the stream by `waitingLabels`. */
  label(verdicts: readonly Verdict[], entry: AuditEntry): Promise<void>;
  waitingLabels(limit: number): Promise<readonly WaitingLabel[]>;
  labelsDone(ids: readonly number[]): Promise<void>;
};
