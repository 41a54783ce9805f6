// What the log carries: transactions and labels, in the order in which they became known.
import type { Label } from '../domain/label.ts';
import type { Transaction } from '../domain/transaction.ts';

export type LogRecord =
  | { readonly kind: 'transaction'; readonly transaction: Transaction; readonly receivedAtMs: number }
  | { readonly kind: 'label'; readonly label: Label };
