// A dead letter mended: another text in the place of what was sent, tried at once. What was sent stays beside it.
import { DEAD_LETTER_CHARACTERS } from '../../domain/dead-letter.ts';
import { isObject } from '../../domain/fields.ts';
import { readJson } from '../../domain/json-text.ts';
import type { Problem } from '../../domain/problem.ts';
import { keptOf } from '../../domain/raw-input.ts';
import type { LogRecord } from '../../engine/records.ts';
import type { Desk } from '../../ports/desk.ts';
import type { AuditEntry } from '../../ports/office/audit.ts';
import {
  type DeadLetter,
  type DeadLetterSubject,
  quarantinedIdOf,
  subjectOf,
} from '../../ports/office/dead-letters.ts';
import type { LetterMend } from '../../protocol/dead-letters.ts';
import { notOpen } from './dead-letter-messages.ts';
import { type Retried, readAgain, tryAgain } from './retry-dead-letter.ts';

/** Makes the line of the trail for something that was done. */
export type EntryFor = (action: 'mended' | 'tried again') => AuditEntry;

export async function mendAndTry(
  desk: Desk,
  letter: DeadLetter,
  text: string,
  entryFor: EntryFor,
): Promise<Retried> {
  const { id, quarantine } = letter;
  if (letter.state !== 'open') return { ok: false, status: 409, detail: notOpen(letter) };
  if (letter.decidedAt || quarantine?.step === 'rebuilding') {
    const detail = `What dead letter ${id} holds is decided; what was decided is not mended. Send what is right with an id of its own.`;
    return { ok: false, status: 409, detail };
  }
  const mended = keptOf(text, DEAD_LETTER_CHARACTERS, desk.cards);
  const changed: DeadLetter = { ...letter, mended };
  const read = readAgain(changed, desk);
  const problems = read.ok ? otherSubject(quarantine?.subject, read.record) : read.problems;
  if (problems.length > 0) {
    const detail = `Dead letter ${id} was not changed: this cannot be taken either; see problems.`;
    return { ok: false, status: 422, detail, problems };
  }
  if (!(await desk.office.deadLetters.mend(id, mended, entryFor('mended'))))
    return { ok: false, status: 409, detail: notOpen(letter) };
  return tryAgain(desk, changed, entryFor('tried again'));
}

/** Whoever sent what was accepted asks for it by its id: it stays the same thing of the same account. */
function otherSubject(subject: DeadLetterSubject | undefined, record: LogRecord): readonly Problem[] {
  if (!subject) return [];
  const now = subjectOf(record);
  const problems: Problem[] = [];
  if (now.kind !== subject.kind || quarantinedIdOf(now) !== quarantinedIdOf(subject)) {
    const pointer = subject.kind === 'label' ? '/transactionId' : '/id';
    const message = `It was accepted as ${subject.kind} ${subject.kind === 'event' ? subject.eventId : subject.transactionId}; that stays.`;
    problems.push({ pointer, message });
  }
  if (now.accountId !== subject.accountId)
    problems.push({
      pointer: '/accountId',
      message: `It was accepted for account ${subject.accountId ?? 'none'}; that stays.`,
    });
  return problems;
}

const refused = (message: string): { readonly ok: false; readonly problems: readonly Problem[] } => ({
  ok: false,
  problems: [{ pointer: '', message }],
});

/** What was sent with one field as it should be. */
export function mendedText(
  { raw, mended }: Pick<DeadLetter, 'raw' | 'mended'>,
  { pointer, value }: LetterMend,
):
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problems: readonly Problem[] } {
  const whole = readJson(mended ?? raw);
  if (!whole.ok) return whole;
  const isTakenOut = value.trim() === '';
  const next = isTakenOut ? undefined : readJson(value);
  if (next && !next.ok) return refused(`The value for ${pointer} is not JSON; a text stands in quotes.`);
  const keys = pointer
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = keys.pop();
  let place: unknown = whole.value;
  for (const key of keys) place = isObject(place) && Object.hasOwn(place, key) ? place[key] : undefined;
  if (!isObject(place) || last === undefined || last === '__proto__')
    return refused(`There is no place for ${pointer} in it.`);
  if (isTakenOut) delete place[last];
  else place[last] = next?.value;
  return { ok: true, text: JSON.stringify(whole.value) };
}
