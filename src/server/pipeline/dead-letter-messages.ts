// Dead letters as the API answers them: what was sent, and what is said of it, may name accounts and people.
import { isoTime } from '../../domain/iso-time.ts';
import type { Problem } from '../../domain/problem.ts';
import type { Sight } from '../../domain/sight.ts';
import type { DeadLetter, DeadLetterSubject } from '../../ports/office/dead-letters.ts';
import type { DeadLetterRow } from '../../protocol/dead-letters.ts';

const HIDDEN = 'What is said of the record is hidden from your role.';

export const problemsSeen = (problems: readonly Problem[], sight: Sight): readonly Problem[] =>
  sight.kind === 'whole' ? problems : problems.map(() => ({ pointer: '', message: HIDDEN }));

const idsOf = (subject: DeadLetterSubject) => ({
  ...(subject.accountId !== undefined && { accountId: subject.accountId }),
  ...(subject.kind === 'event' ? { eventId: subject.eventId } : { transactionId: subject.transactionId }),
});

export function deadLetterRow(letter: DeadLetter, sight: Sight): DeadLetterRow {
  const { id, source, raw, problems, receivedAtMs, state, times, changedAtMs, changedBy, quarantine } =
    letter;
  const subject = quarantine?.subject;
  return {
    id,
    receivedAt: isoTime(receivedAtMs),
    source,
    state,
    times,
    changedAt: isoTime(changedAtMs),
    changedBy: changedBy ?? null,
    step: quarantine?.step ?? null,
    decided: letter.decidedAt !== undefined,
    kind: subject?.kind ?? null,
    problems: problemsSeen(problems, sight),
    ...(sight.kind === 'whole' && {
      raw,
      ...(letter.mended !== undefined && { mended: letter.mended }),
      ...(subject && idsOf(subject)),
    }),
  };
}

export const notOpen = ({ id, state, changedBy }: DeadLetter): string =>
  `Dead letter ${id} is ${state === 'open' ? 'being changed by somebody else' : state}${changedBy === undefined ? '' : ` (${changedBy})`}; only an open one can be tried again or discarded.`;
