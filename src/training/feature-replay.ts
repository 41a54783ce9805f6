// Features of past transactions as they stood then: in event time, each fraud label applied once it was known.
import { ownDataOf } from '../domain/own-data.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { Catalogue } from '../features/catalogue.ts';
import type { FeatureState } from '../features/feature-state.ts';
import { createLabelClock, labelFor } from './label-clock.ts';

/** What will be known of a fraud, and when. */
export type FutureLabel = { readonly knownAtMs: number; readonly fraudType?: string };

export type FeatureReplay = {
  /**
   * The vector of a transaction, whose record joins the histories; the array is written anew by the next call.
   * Transactions come in event-time order; `fraud` is given for those that will be labelled fraud.
   */
  next(transaction: Transaction, fraud: FutureLabel | undefined): Float64Array;
};

/** Replays into `state`, by default an empty one. */
export function createFeatureReplay(
  catalogue: Catalogue,
  state: FeatureState = catalogue.createState(),
): FeatureReplay {
  const clock = createLabelClock();
  const { keyFields } = ownDataOf(catalogue.data);
  const vector = new Float64Array(catalogue.size);
  return {
    next(transaction, fraud) {
      for (const label of clock.due(transaction.occurredAtMs)) catalogue.applyLabel(state, label, undefined);
      catalogue.observe(state, transaction, vector);
      if (fraud)
        clock.schedule(labelFor(transaction, true, fraud.knownAtMs, 'import', fraud.fraudType, keyFields));
      return vector;
    },
  };
}
