// Dead letters: input that could not be used, and records that were accepted and could not be dealt with (quarantine).
// The first are kept for a while; the second until somebody has tried them again or let them go.
import { customerEventToJson } from '../../domain/customer-event.ts';
import type { DeadLetterState, QuarantineStep } from '../../domain/dead-letter.ts';
import { labelToJson } from '../../domain/label.ts';
import type { Problem } from '../../domain/problem.ts';
import { transactionToJson } from '../../domain/transaction.ts';
import type { Quarantined } from '../../engine/process-batch.ts';
import type { LogRecord } from '../../engine/records.ts';
import type { AuditEntry } from './audit.ts';

/** What a record is about; of one that could not be read it is not known. */
export type DeadLetterSubject =
  | { readonly kind: 'transaction' | 'label'; readonly accountId: string; readonly transactionId: string }
  | { readonly kind: 'event'; readonly accountId?: string; readonly eventId: string };

/** What stands for an event among the ids of transactions in quarantine: no id holds the end of a line. */
export const quarantinedEvent = (eventId: string): string => `event\n${eventId}`;

/** What stands for a subject among the ids in quarantine. */
export const quarantinedIdOf = (subject: DeadLetterSubject): string =>
  subject.kind === 'event' ? quarantinedEvent(subject.eventId) : subject.transactionId;

export type DeadLetterEntry = {
  /** Where it came from: "POST /v1/transactions", "log, offset 17", "stream, partition 1, offset 17". */
  readonly source: string;
  readonly raw: string;
  readonly problems: readonly Problem[];
  readonly receivedAtMs: number;
  /** Absent where the input was refused as what it is. */
  readonly quarantine?: {
    readonly step: QuarantineStep;
    /** Of the record in its log, or in its partition of the stream. */
    readonly offset?: number;
    readonly subject?: DeadLetterSubject;
  };
  /** Where the record was decided nevertheless: histories that are rebuilt need it; `raw` is then its transaction, event or label. */
  readonly decidedAt?: {
    readonly partition: number;
    readonly offset: number;
    /** Where it is no transaction and the quarantine does not say so. */
    readonly kind?: 'event';
  };
  /** The decision that could not be stored, as its message. */
  readonly decided?: string;
};

/** The JSON of a record; of one whose values have no JSON, what can be said of it. */
function rawOf(record: LogRecord): string {
  try {
    return JSON.stringify(jsonOf(record));
  } catch {
    return JSON.stringify(record);
  }
}

function jsonOf(record: LogRecord): object {
  switch (record.kind) {
    case 'label':
      return labelToJson(record.label);
    case 'event':
      return customerEventToJson(record.event);
    case 'transaction':
      return transactionToJson(record.transaction);
  }
}

export function subjectOf(record: LogRecord): DeadLetterSubject {
  const { kind } = record;
  if (kind === 'label') {
    const { accountId, transactionId } = record.label;
    return { kind, accountId, transactionId };
  }
  if (kind === 'event') {
    const { accountId, id } = record.event;
    return { kind, ...(accountId !== undefined && { accountId }), eventId: id };
  }
  const { accountId, id } = record.transaction;
  return { kind, accountId, transactionId: id };
}

/** The letter of a record in quarantine. */
export function letterOf(
  { offset, record, reason }: Pick<Quarantined, 'offset' | 'record' | 'reason'>,
  step: QuarantineStep,
  source: string,
): DeadLetterEntry {
  return {
    source,
    raw: rawOf(record),
    problems: [{ pointer: '', message: reason }],
    receivedAtMs: record.kind === 'label' ? record.label.labelledAtMs : record.receivedAtMs,
    quarantine: { step, offset, subject: subjectOf(record) },
  };
}

export type DeadLetter = DeadLetterEntry & {
  readonly id: number;
  readonly state: DeadLetterState;
  /** How often it failed. */
  readonly times: number;
  readonly changedAtMs: number;
  readonly changedBy: string | undefined;
  /** What somebody put in the place of `raw`, to be tried instead of it. */
  readonly mended?: string;
};

export type DeadLetterFilter = {
  readonly state?: DeadLetterState;
  readonly quarantined?: boolean;
  /** Only ids below this: the cursor of the next page. */
  readonly before?: number;
};

/**
 * **Contract**
 * - LETTER1 A transaction that fails again is the same letter, counted, with what it says now.
 * - LETTER2 A letter is moved from the state that was named, or not at all: of two people at once one is heard.
 * - LETTER3 What was decided and could not be stored is stored as it was decided, and its letter resolved, or neither.
 * - LETTER4 Texts that no database takes are kept as far as they can be.
 * - LETTER5 Open letters of the quarantine, and what histories are built from, stay; of the others the newest do, for thirty days.
 * - LETTER6 Only an open letter is mended, with its audit line; what was sent stays beside what was put in its place.
 *
 * **Caller invariants**
 * - What is stored again holds a decision (`decidedAt`), and what is tried again has been moved to `retrying` before.
 */
export type DeadLetters = {
  /** A transaction that is in quarantine already is counted there. */
  add(entries: readonly DeadLetterEntry[]): Promise<void>;
  page(filter: DeadLetterFilter, limit: number): Promise<readonly DeadLetter[]>;
  find(id: number): Promise<DeadLetter | undefined>;
  /** All there are, and those of the quarantine that nobody has dealt with. */
  count(): Promise<{ readonly total: number; readonly quarantined: number }>;
  /** What is in quarantine and not decided or stored, by `quarantinedIdOf`, each with the reason. */
  quarantinedIds(): Promise<Map<string, string>>;
  /** Why each of these transactions is in quarantine; those that are not are absent. */
  reasonsOf(transactionIds: readonly string[]): Promise<Map<string, string>>;
  /** Moves it to another state, with its audit line; false when it was not in the one named. */
  move(id: number, from: DeadLetterState, to: DeadLetterState, entry: AuditEntry): Promise<boolean>;
  /** Puts another text in the place of what was sent, with its audit line; false when the letter was not open. */
  mend(id: number, mended: string, entry: AuditEntry): Promise<boolean>;
  /** Failed again, when it was tried: back to open, with what it says now. */
  failedAgain(id: number, problems: readonly Problem[], nowMs: number): Promise<void>;
  /** Stores the decision of one that could not be stored, and resolves it. Throws what the database says. */
  storeAgain(letter: DeadLetter, nowMs: number): Promise<void>;
  /** Resolves those that were tried again and are decided by now; lets go of what is old, or too much. */
  tidy(nowMs: number): Promise<void>;
};

/** Refused input and closed letters are kept for so long, and so many of them. */
export const DEAD_LETTER_DAYS = 30;
export const DEAD_LETTERS_KEPT = 100_000;
