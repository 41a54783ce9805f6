// Changes that wait for a second person, and what became of them.
import type { AuditEntry } from './audit.ts';

export const PROPOSAL_KINDS = ['settings', 'list', 'model'] as const;
export type ProposalKind = (typeof PROPOSAL_KINDS)[number];

export type Proposal = {
  readonly id: number;
  readonly kind: ProposalKind;
  /** What would change: "settings", the name of a list, the version of a model. */
  readonly subject: string;
  /** The change whole, as whoever proposed it asked for it: nothing else is carried out. */
  readonly change: unknown;
  readonly proposedBy: { readonly id: string; readonly name: string };
  readonly proposedAtMs: number;
};

/**
 * **Contract**
 * - PROPOSAL1 A proposal is decided once, by the one who is first, and never approved by whoever proposed it.
 * - PROPOSAL2 What waits is told whole, as it was asked for, oldest first, and only what waits.
 * - PROPOSAL3 Where as many wait as may, another is not taken.
 *
 * **Caller invariants**
 * - Who is another person is looked at before (O13): a key counts as whoever made it.
 * - What was approved is carried out as it stands, or waits again.
 */
export type Proposals = {
  /** Those that wait, oldest first. */
  waiting(kind: ProposalKind): Promise<readonly Proposal[]>;
  /** One that waits. */
  find(kind: ProposalKind, id: number): Promise<Proposal | undefined>;
  /** Its number; undefined where as many as `atMost` wait already. "{proposal}" in the entry becomes the number. */
  add(
    proposal: Omit<Proposal, 'id' | 'proposedAtMs'>,
    atMost: number,
    entry: AuditEntry,
  ): Promise<number | undefined>;
  /** Ends its waiting; true for the one who did so first, and never for whoever proposed it where it is approved. */
  decide(id: number, to: 'approved' | 'withdrawn', personId: string, entry: AuditEntry): Promise<boolean>;
  /** What was approved could not be carried out: it waits again. */
  reopen(id: number, entry: AuditEntry): Promise<void>;
};
