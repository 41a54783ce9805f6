// A dead letter tried again: read, decided or stored anew, whichever failed.
import { isRecordFault, reasonOf } from '../../domain/fault.ts';
import { isObject } from '../../domain/fields.ts';
import { readJson } from '../../domain/json-text.ts';
import { parseLabel } from '../../domain/label.ts';
import type { Problem } from '../../domain/problem.ts';
import type { LogRecord } from '../../engine/records.ts';
import type { Desk } from '../../ports/desk.ts';
import type { AuditEntry } from '../../ports/office/audit.ts';
import { type DeadLetter, quarantinedIdOf } from '../../ports/office/dead-letters.ts';
import { notOpen } from './dead-letter-messages.ts';

/** What became of one that was tried again. */
export type Retried =
  | { readonly ok: true; readonly state: 'resolved' | 'retrying'; readonly detail: string }
  | {
      readonly ok: false;
      readonly status: 409 | 422;
      readonly detail: string;
      readonly problems?: readonly Problem[];
    };

export async function tryAgain(desk: Desk, letter: DeadLetter, entry: AuditEntry): Promise<Retried> {
  const { deadLetters } = desk.office;
  const { id, quarantine } = letter;
  if (letter.state !== 'open') return { ok: false, status: 409, detail: notOpen(letter) };
  if (quarantine?.step === 'rebuilding') {
    const detail = `Dead letter ${id} is decided and stored; histories are built again at a start. Start a program that can take it, or discard it.`;
    return { ok: false, status: 409, detail };
  }
  if (!quarantine && letter.decidedAt) {
    const detail = `What dead letter ${id} holds is decided; its id belongs to another transaction. Send it with an id of its own.`;
    return { ok: false, status: 409, detail };
  }
  if (quarantine?.step === 'storing') return storeAgain(desk, letter, entry);
  const read = readAgain(letter, desk);
  if (!read.ok) {
    await deadLetters.failedAgain(id, read.problems, desk.clock.nowMs());
    const detail = `Dead letter ${id} still cannot be read; see problems.`;
    return { ok: false, status: 422, detail, problems: read.problems };
  }
  // What becomes of a transaction is seen by its row; a label, an event, and what was never accepted before, is on its way by itself.
  const state = read.record.kind === 'transaction' && quarantine?.subject ? 'retrying' : 'resolved';
  if (!(await deadLetters.move(id, 'open', state, entry)))
    return { ok: false, status: 409, detail: notOpen(letter) };
  try {
    await desk.takeAgain(read.record, `${id}.${letter.times}`);
  } catch (error) {
    await deadLetters.move(id, state, 'open', { ...entry, action: 'could not try again' });
    throw error;
  }
  return { ok: true, state, detail: 'It is in the log again, behind what came since.' };
}

/** A decision, or a label or an event that histories hold already, brought into the database. */
async function storeAgain(desk: Desk, letter: DeadLetter, entry: AuditEntry): Promise<Retried> {
  const { deadLetters } = desk.office;
  const { id, quarantine } = letter;
  if (!(await deadLetters.move(id, 'open', 'retrying', entry)))
    return { ok: false, status: 409, detail: notOpen(letter) };
  try {
    await deadLetters.storeAgain(letter, desk.clock.nowMs());
  } catch (error) {
    const problems = [{ pointer: '', message: reasonOf(error) }];
    await deadLetters.failedAgain(id, problems, desk.clock.nowMs());
    if (!isRecordFault(error)) throw error;
    const detail = `The database still does not take dead letter ${id}; see problems.`;
    return { ok: false, status: 422, detail, problems };
  }
  const subject = quarantine?.subject;
  if (subject && subject.kind !== 'label') desk.letGo(quarantinedIdOf(subject));
  return { ok: true, state: 'resolved', detail: 'It is stored.' };
}

/** Six digits and four of a card, and no token that tells which. */
const MASKED_CARD = /\d{6}x{3,9}\d{4}(?!~)/;

export type ReadAgain =
  | { readonly ok: true; readonly record: LogRecord }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** The record of a letter, as it was mended or else as it was sent. */
export function readAgain(letter: DeadLetter, desk: Desk): ReadAgain {
  const { quarantine, receivedAtMs } = letter;
  const text = letter.mended ?? letter.raw;
  const nowMs = desk.clock.nowMs();
  const { cards } = desk;
  const read = readJson(text);
  if (!read.ok) return read;
  const value = quarantine ? stated(read.value) : read.value;
  if (!quarantine && MASKED_CARD.test(text)) {
    const message =
      'Card numbers are masked in it: nobody can tell which cards these were. Send it again from where it came.';
    return { ok: false, problems: [{ pointer: '', message }] };
  }
  if (quarantine?.subject?.kind === 'label') {
    const label = parseLabel(value, nowMs, cards);
    return label.ok ? { ok: true, record: { kind: 'label', label: label.value } } : label;
  }
  if (quarantine?.subject?.kind === 'event') {
    const event = desk.readEvent(value);
    return event.ok ? { ok: true, record: { kind: 'event', event: event.value, receivedAtMs } } : event;
  }
  const transaction = desk.readTransaction(value);
  if (transaction.ok)
    return { ok: true, record: { kind: 'transaction', transaction: transaction.value, receivedAtMs } };
  if (quarantine) return transaction;
  // A label or an event of a stream that could not be read does not say that it is one.
  const label = parseLabel(value, nowMs, cards);
  if (label.ok) return { ok: true, record: { kind: 'label', label: label.value } };
  const event = desk.readEvent(value);
  if (event.ok) return { ok: true, record: { kind: 'event', event: event.value, receivedAtMs } };
  return isObject(value) && 'kind' in value ? event : transaction;
}

/** A record that was taken in may carry its base amount: it is converted again, by the rates of now. */
function stated(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { base: _, ...rest } = value;
  return rest;
}
