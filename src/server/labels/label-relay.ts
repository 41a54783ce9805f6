// Verdicts that are committed come into the stream by this: at least once, in order. A label said twice changes nothing.
import { historiesOf, type Label } from '../../domain/label.ts';
import type { Boundary } from '../../ports/boundary.ts';
import { type Desk, OverCapacityError } from '../../ports/desk.ts';

const AT_ONCE = 500;
const EVERY_MS = 1000;

export type LabelRelay = {
  /** Brings what waits into the stream now; resolves when it is there, or the stream takes nothing right now. */
  push(): Promise<void>;
  stop(): void;
};

export function startLabelRelay(
  desk: Desk,
  onTrouble: (error: Error) => void,
  boundary: Boundary,
): LabelRelay {
  const { alerts } = desk.office;
  let running: Promise<void> | undefined;
  let again = false;

  async function drain(): Promise<void> {
    for (;;) {
      const waiting = await alerts.waitingLabels(AT_ONCE);
      if (waiting.length === 0) return;
      const labels: Label[] = [];
      const stored = await desk.store.transactionsOf(waiting.map(({ verdict }) => verdict.transactionId));
      const keyFields = desk.catalogue.keyFields();
      for (const { verdict } of waiting) {
        const transaction = stored.get(verdict.transactionId);
        if (transaction) labels.push({ ...verdict, ...historiesOf(transaction, keyFields) });
        else {
          const message =
            'This transaction is not stored any more; the verdict on it cannot reach the histories.';
          await desk.store.addDeadLetter(
            'verdict',
            JSON.stringify(verdict),
            [{ pointer: '/transactionId', message }],
            desk.clock.nowMs(),
          );
        }
      }
      if (labels.length > 0) await desk.label(labels);
      await alerts.labelsDone(waiting.map(({ id }) => id));
    }
  }

  async function pushAll(): Promise<void> {
    do {
      again = false;
      try {
        await drain();
      } catch (error) {
        // What waits is in the database and goes with the next push.
        if (!(error instanceof OverCapacityError)) onTrouble(error as Error);
        return;
      }
    } while (again);
  }

  function push(): Promise<void> {
    again = true;
    running ??= pushAll().finally(() => {
      running = undefined;
    });
    return running;
  }
  return { push, stop: boundary.every('labels to the stream', EVERY_MS, push) };
}
