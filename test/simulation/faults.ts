// What goes wrong in a simulated stream, and what is broken on purpose to prove that it would be noticed.
import type { CustomerEvent } from '../../src/domain/customer-event.ts';
import type { Transaction } from '../../src/domain/transaction.ts';

/** Where a poisoned transaction makes the program fail, told by its city; `sealing` has a decision too large to publish. */
export const POISONS = ['deciding', 'sealing', 'storing'] as const;
export type Poison = (typeof POISONS)[number];
export const poisonOf = ({ city }: Transaction): Poison | undefined =>
  POISONS.find((poison) => poison === city);

/** Where a poisoned event does; what is published of an event has no bound of its own. */
export const EVENT_POISONS = ['deciding', 'storing'] as const;
export const eventPoisonOf = ({ attributes }: CustomerEvent): Poison | undefined =>
  EVENT_POISONS.find((poison) => poison === attributes?.poison);

/** What is broken on purpose, so that the simulation can prove that it would notice. */
export type Sabotage =
  | 'none'
  | 'no fence'
  | 'no fence before reading'
  | 'no wait for the outputs'
  | 'no look at the end of the outputs'
  | 'no look at the progress'
  | 'no claim'
  | 'no ids'
  | 'no telling of a coming catalogue'
  | 'no wait for who decides by the catalogue before'
  | 'no quarantine'
  | 'a quarantine that loses a neighbour'
  | 'a quarantine of the machine’s faults';

export type Faults = {
  /** Workers are killed and started again. */
  readonly kills: boolean;
  /** Workers sleep past the loss of their partitions and wake up late. */
  readonly pauses: boolean;
  /** Answers get lost and calls fail. */
  readonly errors: boolean;
  /** The state store comes back empty, once. */
  readonly loss: boolean;
  /** The state store is away for a while, or hangs; decisions go on without it. */
  readonly away: boolean;
  /** The database dies and forgets what it had not flushed. */
  readonly forgets: boolean;
  /** Which records come that the program fails at: none, all kinds, or only those that are decided and cannot be stored. */
  readonly poison: 'none' | 'all' | 'storing';
  /** A catalogue of own aggregates: from the first record on, or filled and taken part-way. */
  readonly catalogue?: 'own' | 'change';
  readonly sabotage: Sabotage;
};
