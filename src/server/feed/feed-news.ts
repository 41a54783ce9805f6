// What came since the feed last told of it: all that was flagged, of the rest the newest, and labels; bounded.
import type { Decided } from '../../engine/process-batch.ts';
import type { Committed } from '../../ports/stream/committed.ts';

const ROWS_AT_ONCE = 50;
const LABELS_AT_ONCE = 1000;

export type News = {
  /** How many were decided; more than there are in `latest`. */
  readonly decided: number;
  /** In their order. */
  readonly latest: readonly Decided[];
  readonly flagged: readonly Decided[];
  readonly labels: readonly { readonly transactionId: string; readonly fraud: boolean }[];
};

export type NewsKeeper = {
  add(output: Committed): void;
  /** Everything that came, which is then told. */
  take(): News;
  /** Nobody was there to be told. */
  forget(): void;
};

export function createNews(): NewsKeeper {
  /** Most of it is pushed out by newer decisions before it is sent. */
  let committed: Committed[] = [];
  const flagged: Decided[] = [];
  const labels: { transactionId: string; fraud: boolean }[] = [];

  /** The newest of all that came. */
  function latestOf(outputs: readonly Committed[]): Decided[] {
    const items: Decided[] = [];
    for (const output of outputs.toReversed()) {
      if (items.length >= ROWS_AT_ONCE) break;
      items.unshift(...output.latest(ROWS_AT_ONCE - items.length));
    }
    return items;
  }

  return {
    add(output) {
      for (const item of output.flagged) {
        if (flagged.length < ROWS_AT_ONCE) flagged.push(item);
      }
      if (output.counts.length > 0) committed.push(output);
      for (const { label } of output.labelled) {
        if (labels.length < LABELS_AT_ONCE)
          labels.push({ transactionId: label.transactionId, fraud: label.fraud });
      }
    },
    take() {
      const outputs = committed;
      // What cannot be shown is not tried again with every tick.
      committed = [];
      return {
        decided: outputs.reduce((sum, { counts }) => sum + counts.length, 0),
        latest: latestOf(outputs),
        flagged: flagged.splice(0),
        labels: labels.splice(0),
      };
    },
    forget() {
      committed = [];
    },
  };
}
