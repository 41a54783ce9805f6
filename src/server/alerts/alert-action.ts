// What people do with alerts: from what a request says to an action, and what the audit trail calls it.
import { VERDICTS } from '../../domain/alert.ts';
import { parseIsoTime } from '../../domain/iso-time.ts';
import type { AlertAction } from '../../ports/office/alerts.ts';
import type { People } from '../../ports/office/people.ts';
import { ALERT_ACTIONS, type AlertAction as AlertActionBody } from '../../protocol/alerts.ts';
import { worksAlerts } from './alert-messages.ts';

const MAX_SNOOZE_MS = 30 * 86_400_000;

export const ACTION_WORDS: Readonly<Record<AlertAction['kind'], string>> = {
  claim: 'claimed',
  release: 'released',
  assign: 'assigned',
  snooze: 'snoozed',
  wake: 'woke',
  escalate: 'escalated',
  'de-escalate': 'de-escalated',
  reopen: 'reopened',
  verdict: 'gave verdict',
};

type By = { readonly id: string; readonly name: string };

async function assignment(
  { assignee }: AlertActionBody,
  by: By,
  people: People,
): Promise<AlertAction | string> {
  if (assignee === undefined) return 'Say to whom, in "assignee".';
  if (assignee === by.id) return { kind: 'assign', to: by };
  const person = await people.user(assignee);
  return person && worksAlerts(person)
    ? { kind: 'assign', to: { id: person.id, name: person.name } }
    : `${assignee} does not work alerts.`;
}

function snooze({ until }: AlertActionBody, nowMs: number): AlertAction | string {
  const untilMs = until === undefined ? undefined : parseIsoTime(until);
  if (untilMs === undefined) return 'Say until when, in "until", as a time like 2026-11-23T15:00:00Z.';
  return untilMs <= nowMs || untilMs > nowMs + MAX_SNOOZE_MS
    ? 'An alert can be snoozed for up to 30 days from now.'
    : { kind: 'snooze', untilMs };
}

function verdict(body: AlertActionBody, by: By): AlertAction | string {
  const { verdict, fraudType, alerts } = body;
  if (!verdict) return `Say what it is, in "verdict": ${VERDICTS.join(', ')}.`;
  return alerts.some(({ transactions }) => transactions === undefined)
    ? 'A verdict needs "transactions" of each alert: how many were seen.'
    : { kind: 'verdict', verdict, fraudType: verdict === 'fraud' ? fraudType : undefined, by };
}

/** The action that a body asks for, or what is missing. */
export async function actionOf(
  body: AlertActionBody,
  by: By,
  people: People,
  nowMs: number,
): Promise<AlertAction | string> {
  const kind = ALERT_ACTIONS.find((one) => one === body.action);
  switch (kind) {
    case undefined:
      return `There is no action ${body.action}.`;
    case 'claim':
      return { kind, by };
    case 'assign':
      return assignment(body, by, people);
    case 'snooze':
      return snooze(body, nowMs);
    case 'verdict':
      return verdict(body, by);
    default:
      return { kind };
  }
}
