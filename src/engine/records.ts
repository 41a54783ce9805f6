// What the log carries: transactions, events and labels, in the order in which they became known.
import type { CustomerEvent } from '../domain/customer-event.ts';
import type { Label } from '../domain/label.ts';
import type { Transaction } from '../domain/transaction.ts';

export type LogRecord =
  | { readonly kind: 'transaction'; readonly transaction: Transaction; readonly receivedAtMs: number }
  | { readonly kind: 'event'; readonly event: CustomerEvent; readonly receivedAtMs: number }
  | { readonly kind: 'label'; readonly label: Label };

/** Records of a partition in order. Their offsets follow each other from `firstOffset` on, unless `offsets` names them. */
export type RecordBatch = {
  readonly firstOffset: number;
  readonly nextOffset: number;
  readonly records: readonly LogRecord[];
  readonly offsets?: readonly number[];
};
