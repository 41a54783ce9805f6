// What was decided before, for state that has to be built again.
import type { CustomerEvent } from '../../domain/customer-event.ts';
import type { Label } from '../../domain/label.ts';
import type { OwnData } from '../../domain/own-data.ts';
import type { Transaction } from '../../domain/transaction.ts';
import type { FeatureState } from '../../features/feature-state.ts';
import type { AccountBytes } from './state-store.ts';

/** The vector of a decision, and the catalogue that it is read by. */
export type DecidedBy = { readonly catalogueHash: string; readonly vector: Uint8Array };

export type HistoryItem =
  | {
      readonly kind: 'transaction';
      readonly offset: number;
      readonly transaction: Transaction;
      readonly receivedAtMs: number;
      /** What it was decided by; absent of what was decided and could not be stored. */
      readonly decidedBy?: DecidedBy;
    }
  | {
      readonly kind: 'event';
      readonly offset: number;
      readonly event: CustomerEvent;
      readonly receivedAtMs: number;
    }
  | { readonly kind: 'label'; readonly offset: number; readonly label: Label };

/**
 * **Contract**
 * - PAST1 What was decided and observed from one offset to another, both included, comes once and in order, stored or left out, with the labels of what is stored.
 *
 * **Caller invariants**
 * - What was decided up to the last offset asked for was published before.
 */
export type DecidedHistory = {
  /**
   * Everything decided and labelled from an offset to another, both included, in order and in pieces. Where `declared` is
   * given labels name what its entities are keyed by, as their transactions do.
   */
  replay(
    partition: number,
    fromOffset: number,
    toOffset: number,
    declared?: OwnData,
  ): AsyncIterable<readonly HistoryItem[]>;
};

/**
 * Histories from before the stream began: what the first model learnt from.
 *
 * **Contract**
 * - PAST2 Histories from before come back byte for byte, each account in one partition.
 */
export type BaseHistories = {
  accounts(partition: number): Promise<readonly AccountBytes[]>;
  /** Puts the histories that accounts share into these tables. */
  loadShared(tables: Omit<FeatureState, 'account'>): Promise<void>;
};

export const NO_BASE: BaseHistories = {
  accounts: async () => [],
  loadShared: async () => undefined,
};
