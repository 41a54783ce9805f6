// Erasures of people: what would go, the book of those that were asked for, and the steps of the one that is under way.
import type { Eraser } from '../../domain/eraser.ts';
import type { ErasureCounts, PersonIdentifier } from '../../domain/erasure.ts';
import type { AuditEntry } from './audit.ts';

/** In the order in which they are done; the last one is the runtime's: histories, and what a log says. */
export const ERASURE_STEPS = [
  'transactions',
  'events',
  'letters',
  'prose',
  'mentions',
  'trail',
  'runtime',
] as const;
export type ErasureStep = (typeof ERASURE_STEPS)[number];

export type Erasure = {
  readonly id: number;
  /** Stands for the person in the audit trail; in their rows another one does. */
  readonly token: string;
  /** What the bank calls the request. */
  readonly reference: string;
  readonly askedBy: string;
  readonly askedAtMs: number;
  /** Undefined while it is under way. */
  readonly doneAtMs: number | undefined;
  readonly step: ErasureStep;
  readonly counts: ErasureCounts;
  /** What kept it from going on, last. */
  readonly trouble: string | undefined;
};

/** What the rows of a person said besides their names. */
export type FoundOfPerson = {
  readonly accounts: readonly string[];
  readonly devices: readonly string[];
  readonly addresses: readonly string[];
};

/** An erasure in hand: whom it is of is known until it is done. */
export type ErasureInHand = Erasure & {
  readonly key: Buffer;
  readonly person: readonly PersonIdentifier[];
  /** Records from this number on came in later and are of whoever comes later. */
  readonly untilSeq: number;
  readonly found: FoundOfPerson;
};

/** Something that people have to bring to an end before somebody can be erased. */
export type ErasureHold = {
  readonly kind: 'alert' | 'case' | 'deadLetter' | 'list' | 'rule' | 'catalogue';
  readonly id: string;
};

/** A name that stands beside those of the person, and in how many of their records. */
export type RelatedName = PersonIdentifier & { readonly records: number };

export type ErasurePlan = {
  readonly counts: Pick<
    ErasureCounts,
    'transactions' | 'events' | 'alerts' | 'deadLetters' | 'notes' | 'files' | 'cases'
  >;
  readonly holds: readonly ErasureHold[];
  readonly related: readonly RelatedName[];
  /** False where there was more than could be looked through while somebody waits: counts are at least these. */
  readonly isComplete: boolean;
};

export type NewErasure = {
  readonly person: readonly PersonIdentifier[];
  readonly key: Buffer;
  readonly token: string;
  readonly reference: string;
  readonly untilSeq: number;
};

/**
 * **Contract**
 * - ERASE1 A plan counts what would go, names what stands in the way, and changes nothing.
 * - ERASE2 After the steps no name of the person is in any table, and what has to stay is as it was.
 * - ERASE3 A step that is done again, or was cut short, changes nothing more and counts nothing twice.
 * - ERASE4 What came in later, and what is of others, stays as it is.
 * - ERASE5 The trail stands when lines of it were erased, and one that was changed otherwise is found.
 * - ERASE6 Once an erasure is done nobody can tell any more whom it was of.
 *
 * **Caller invariants**
 * - The values of a person are in the form that is stored (`readPerson`), and the eraser is made of the key of the erasure.
 * - Who may take the next step holds the erasure.
 */
export type Erasures = {
  plan(eraser: Eraser): Promise<ErasurePlan>;
  begin(asked: NewErasure, entry: AuditEntry): Promise<number>;
  /** Newest first. */
  list(limit: number): Promise<readonly Erasure[]>;
  find(id: number): Promise<Erasure | undefined>;
  /** Takes the oldest that is under way, for so long, unless somebody else holds it. */
  hold(holder: string, nowMs: number, forMs: number): Promise<ErasureInHand | undefined>;
  /** Does some of what is next; true once only the runtime's step is left. */
  step(inHand: ErasureInHand, eraser: Eraser, nowMs: number): Promise<boolean>;
  /** What keeps it from going on. */
  tell(id: number, trouble: string | undefined): Promise<void>;
  /** How much the runtime's step let go of until now. */
  count(id: number, runtime: Pick<ErasureCounts, 'histories' | 'records'>): Promise<void>;
  /** Ends it: names and key are gone. */
  finish(id: number, entry: AuditEntry): Promise<void>;
};
