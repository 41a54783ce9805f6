// Holds labels back until the moment they become known, so that a replay never knows more than the bank did.
import { historiesOf, type Label } from '../domain/label.ts';
import type { Transaction } from '../domain/transaction.ts';

export type LabelClock<T> = {
  schedule(label: T): void;
  /** Labels known at `nowMs` or before, oldest first; each is given once. */
  due(nowMs: number): T[];
  readonly waiting: number;
};

export function createLabelClock<T extends { readonly labelledAtMs: number } = Label>(): LabelClock<T> {
  // Sorted by time, latest first: labels mostly come in order, so an insertion moves little.
  const waiting: T[] = [];
  return {
    schedule(label) {
      let low = 0;
      let high = waiting.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (waiting[middle].labelledAtMs > label.labelledAtMs) low = middle + 1;
        else high = middle;
      }
      waiting.splice(low, 0, label);
    },
    due(nowMs) {
      const due: T[] = [];
      for (;;) {
        const next = waiting.at(-1);
        if (!next || next.labelledAtMs > nowMs) return due;
        due.push(next);
        waiting.pop();
      }
    },
    get waiting() {
      return waiting.length;
    },
  };
}

/**
 * The label of a transaction, known at `labelledAtMs`, with the keys of the histories it belongs to; `keyFields` are those of own
 * entities.
 */
export function labelFor(
  transaction: Transaction,
  fraud: boolean,
  labelledAtMs: number,
  source: Label['source'],
  fraudType?: string,
  keyFields: readonly string[] = [],
): Label {
  return {
    transactionId: transaction.id,
    fraud,
    ...(fraudType !== undefined && { fraudType }),
    source,
    labelledAtMs,
    ...historiesOf(transaction, keyFields),
  };
}
