// All that belongs to an alert, as whoever asks sees it.
import { isoTime } from '../../domain/iso-time.ts';
import { type Sight, transactionSeen } from '../../domain/sight.ts';
import type { Desk } from '../../ports/desk.ts';
import type { Alert } from '../../ports/office/alerts.ts';
import type { StoredTransaction } from '../../ports/store.ts';
import type { AccountPoint, AlertFile } from '../../protocol/alerts.ts';
import { baseSeen, feedRow } from '../transactions/rows.ts';
import { alertMessage, attachmentsMessage, historyMessage, notesMessage } from './alert-messages.ts';

const MAX_TRANSACTIONS = 200;
const MAX_ACCOUNT = 300;
const MAX_EARLIER = 50;
const MAX_HISTORY = 200;

function accountPoint({ transaction, decision, isFraud }: StoredTransaction, sight: Sight): AccountPoint {
  const t = transactionSeen(transaction, sight);
  return {
    id: t.id,
    at: isoTime(t.occurredAtMs),
    amountMinor: t.amountMinor,
    currency: t.currency,
    ...baseSeen(t.base),
    outcome: decision.outcome,
    isFraud: isFraud ?? null,
    place: [t.merchant?.name ?? t.counterpartyId, t.city, t.country].filter(Boolean).join(', '),
    lat: t.location?.lat ?? null,
    lon: t.location?.lon ?? null,
  };
}

export async function alertFile(desk: Desk, alert: Alert, sight: Sight): Promise<AlertFile> {
  const { clock, store } = desk;
  const { alerts, audit, notes } = desk.office;
  const { id, accountId } = alert;
  const subject = `alert ${id}`;
  const asked = { sort: 'newest', person: '', nowMs: clock.nowMs(), accountId } as const;
  const [ids, latest, closed, open, said, files, lines] = await Promise.all([
    alerts.transactionIds(id, MAX_TRANSACTIONS),
    store.transactions({ accountId }, MAX_ACCOUNT),
    alerts.list({ ...asked, view: 'closed' }, MAX_EARLIER),
    alerts.list({ ...asked, view: 'open' }, 1),
    notes.notes(subject),
    notes.attachments(subject),
    audit.lines({ subject }, MAX_HISTORY),
  ]);
  const atHand = new Map(latest.map((row) => [row.transaction.id, row]));
  const rows = await Promise.all(
    ids.map((transactionId) => atHand.get(transactionId) ?? store.transaction(transactionId)),
  );
  return {
    alert: alertMessage(alert, sight),
    transactions: rows.flatMap((row) => (row ? [feedRow(row, sight, row.isFraud)] : [])),
    account: latest.reverse().map((row) => accountPoint(row, sight)),
    earlier: [...open, ...closed]
      .filter((other) => other.id !== id)
      .map((other) => alertMessage(other, sight)),
    notes: notesMessage(said, sight),
    attachments: attachmentsMessage(files, sight),
    history: historyMessage(lines, sight),
  };
}
