// What people work with, as the API tells it to whom may see what: alerts, notes, who did what; and who works with it.
import { permissionsOf } from '../../domain/access.ts';
import { isoTime } from '../../domain/iso-time.ts';
import { fraudTypeSeen, type Sight } from '../../domain/sight.ts';
import type { Alert } from '../../ports/office/alerts.ts';
import type { AuditLine } from '../../ports/office/audit.ts';
import type { Attachment, Note } from '../../ports/office/notes.ts';
import type { User } from '../../ports/office/people.ts';
import type { Alert as AlertMessage } from '../../protocol/alerts.ts';
import type { Attachment as AttachmentMessage, Note as NoteMessage } from '../../protocol/notes.ts';
import { conceptNameSeen } from '../access/features-seen.ts';
import { detailSeen, textSeen } from '../access/office-seen.ts';
import { timeOrNull } from '../edge/unknown.ts';
import { topReasonSeen } from '../transactions/rows.ts';

export function alertMessage(alert: Alert, sight: Sight): AlertMessage {
  return {
    id: alert.id,
    accountId: sight.kind === 'whole' ? alert.accountId : sight.token('account', alert.accountId),
    openedAt: isoTime(alert.openedAtMs),
    updatedAt: isoTime(alert.updatedAtMs),
    dueAt: isoTime(alert.dueAtMs),
    transactions: alert.transactions,
    declined: alert.declined,
    amountMinor: alert.amountMinor,
    expectedLossMinor: alert.expectedLossMinor,
    maxScore: alert.maxScore,
    currency: alert.currency,
    country: alert.country ?? null,
    topReason: topReasonSeen(alert, sight) ?? null,
    topConcept: alert.topConcept === undefined ? null : conceptNameSeen(alert.topConcept, sight),
    sample: alert.sample ?? null,
    status: alert.status,
    assignee: alert.assignee ?? null,
    snoozedUntil: timeOrNull(alert.snoozedUntilMs),
    escalated: alert.escalated,
    verdict: alert.verdict ?? null,
    fraudType: fraudTypeSeen(alert.fraudType, sight) ?? null,
    closedAt: timeOrNull(alert.closedAtMs),
    closedBy: alert.closedBy ?? null,
    caseId: alert.caseId ?? null,
    version: alert.version,
  };
}

export const notesMessage = (notes: readonly Note[], sight: Sight): NoteMessage[] =>
  notes.map(({ id, text, who, atMs }) => ({ id, text: textSeen(text, sight), who, at: isoTime(atMs) }));

/** What a file is called, what it says it is and its hash: any of them may tell what is in it. */
export const attachmentsMessage = (files: readonly Attachment[], sight: Sight): AttachmentMessage[] =>
  files.map(({ id, name, mediaType, bytes, sha256, who, atMs }) => ({
    id,
    name: textSeen(name, sight),
    mediaType: textSeen(mediaType, sight),
    bytes,
    sha256: textSeen(sha256, sight),
    who,
    at: isoTime(atMs),
  }));

/** Who did what, without who looked at it. */
export const historyMessage = (lines: readonly AuditLine[], sight: Sight) =>
  lines
    .filter(({ action }) => action !== 'saw')
    .map(({ at, who, action, detail }) => ({ at, who, action, detail: detailSeen(detail, sight) }));

/** Whether somebody can be given alerts and cases. */
export const worksAlerts = ({ disabled, roles }: User): boolean =>
  !disabled && permissionsOf(roles).has('work_alerts');
