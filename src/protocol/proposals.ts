// What waits for a second person, as the API answers it.
import { Type } from 'typebox';
import { Component } from './operation.ts';

export type ProposalMessage = {
  readonly id: number;
  readonly subject: string;
  /** What it would change, in words, a line each. */
  readonly details: readonly string[];
  readonly proposedBy: string;
  readonly proposedAt: string;
  /** Whoever asks proposed it, and may take it back, but not approve it. */
  readonly own: boolean;
};

/** What is answered, with 202, where a change waits for a second person. */
export const Proposed = Component('Proposed', { proposal: Type.Integer(), detail: Type.String() });
