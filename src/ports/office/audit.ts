// The audit trail: who saw and changed what, in a chain of hashes that shows every later change.
import type { Actor } from '../../domain/access.ts';
import type { Searched } from '../searched.ts';

export type AuditEntry = {
  readonly atMs: number;
  readonly actor: Pick<Actor, 'kind' | 'id' | 'name' | 'ownerId'>;
  /** What was done, as a verb in the past: "signed in", "gave verdict". */
  readonly action: string;
  /** To what: "alert 17", "rule impossible-travel". */
  readonly subject: string;
  readonly detail?: Readonly<Record<string, unknown>>;
};

export type AuditLine = {
  readonly seq: number;
  readonly at: string;
  readonly who: string;
  readonly kind: Actor['kind'];
  readonly action: string;
  readonly subject: string;
  readonly detail: unknown;
  readonly hash: string;
};

export type AuditFilter = {
  readonly who?: string;
  readonly action?: string;
  readonly subject?: string;
  readonly before?: number;
};

/**
 * **Contract**
 * - AUDIT1 Lines are numbered without a gap and chained; none can be changed, and one that was changed nevertheless is found.
 * - AUDIT2 Lines are newest first, by all parts of the filter, each once, whatever the pages.
 * - AUDIT3 The head is the last line.
 *
 * **Caller invariants**
 * - A change is told of by the port that makes it (OFFICE1); what changes nothing, such as a look, is appended.
 */
export type AuditTrail = {
  append(entry: AuditEntry): Promise<void>;
  /** Newest first. */
  lines(filter: AuditFilter, limit: number): Promise<readonly AuditLine[]>;
  /** For somebody who waits: what is found before its time is up. */
  search(filter: AuditFilter, limit: number): Promise<Searched<AuditLine>>;
  head(): Promise<{ readonly seq: number; readonly hash: string }>;
};
