// What people work with, as the API tells it: alerts, notes, who did what; and who works with it.
import { permissionsOf } from '../domain/access.ts';
import { isoTime } from '../domain/iso-time.ts';
import type { QueuedAlert } from '../ports/alert-queue.ts';
import type { AuditLine } from '../ports/audit.ts';
import type { Note } from '../ports/notes.ts';
import type { User } from '../ports/people.ts';
import type { QueuedAlertMessage } from '../protocol/queue.ts';
import { timeOrNull } from './unknown.ts';

export function alertMessage(alert: QueuedAlert): QueuedAlertMessage {
  const { openedAtMs, updatedAtMs, dueAtMs, snoozedUntilMs, closedAtMs, ...rest } = alert;
  return {
    ...rest,
    openedAt: isoTime(openedAtMs),
    updatedAt: isoTime(updatedAtMs),
    dueAt: isoTime(dueAtMs),
    snoozedUntil: timeOrNull(snoozedUntilMs),
    closedAt: timeOrNull(closedAtMs),
    country: alert.country ?? null,
    topReason: alert.topReason ?? null,
    assignee: alert.assignee ?? null,
    verdict: alert.verdict ?? null,
    fraudType: alert.fraudType ?? null,
    closedBy: alert.closedBy ?? null,
    caseId: alert.caseId ?? null,
  };
}

export const notesMessage = (notes: readonly Note[]) =>
  notes.map(({ atMs, ...note }) => ({ ...note, at: isoTime(atMs) }));

/** Who did what, without who looked at it. */
export const historyMessage = (lines: readonly AuditLine[]) =>
  lines
    .filter(({ action }) => action !== 'saw')
    .map(({ at, who, action, detail }) => ({ at, who, action, detail }));

/** Whether somebody can be given alerts and cases. */
export const worksAlerts = ({ disabled, roles }: User): boolean =>
  !disabled && permissionsOf(roles).has('work_alerts');
