// What a backfill is held against: one engine that is given everything in the order of time.
import type { CustomerEvent } from '../../src/domain/customer-event.ts';
import type { Label } from '../../src/domain/label.ts';
import { ownDataOf } from '../../src/domain/own-data.ts';
import type { Transaction } from '../../src/domain/transaction.ts';
import type { Catalogue } from '../../src/features/catalogue.ts';
import { labelFor } from '../../src/training/label-clock.ts';

export type Item =
  | {
      readonly kind: 'transaction';
      readonly atMs: number;
      readonly transaction: Transaction;
      fraud?: boolean;
    }
  | { readonly kind: 'event'; readonly atMs: number; readonly event: CustomerEvent }
  | { readonly kind: 'label'; readonly atMs: number; readonly label: Label };

/** The vectors of one engine that is given everything in the order of time. */
export function byOneEngine(catalogue: Catalogue, items: readonly Item[], delayMs: number | undefined) {
  const state = catalogue.createState();
  const { keyFields } = ownDataOf(catalogue.data);
  const waiting: Label[] = [];
  const vectors: { transaction: Transaction; fraud: boolean | undefined; vector: Float64Array }[] = [];
  for (const item of items) {
    while (waiting[0] && waiting[0].labelledAtMs <= item.atMs) {
      const [label] = waiting.splice(0, 1);
      catalogue.applyLabel(state, label, undefined);
    }
    if (item.kind === 'label') catalogue.applyLabel(state, item.label, undefined);
    else if (item.kind === 'event') catalogue.observeEvent?.(state, item.event);
    else {
      const { transaction } = item;
      const vector = new Float64Array(catalogue.size);
      catalogue.observe(state, transaction, vector);
      vectors.push({ transaction, fraud: item.fraud, vector });
      if (delayMs !== undefined && item.fraud)
        waiting.push(labelFor(transaction, true, item.atMs + delayMs, 'import', undefined, keyFields));
    }
  }
  return vectors;
}
