// A decision that does not come in time: whoever asked hears by then, if only that it takes longer.
import { setTimeout as sleep } from 'node:timers/promises';
import { OverCapacityError } from '../ports/desk.ts';

export const DECISION_TIMEOUT_MS = 10_000;

/** The transaction is taken in already: sent again, it gets the decision that was made meanwhile. */
export const lateDecision = (): OverCapacityError =>
  new OverCapacityError(
    'The transaction is accepted, its decision takes longer than usual. Send it again to get the decision.',
    5,
  );

/** The decision, or an OverCapacityError where it takes too long. */
export async function withinReason<T>(decision: Promise<T>): Promise<T> {
  const late = new AbortController();
  const timeout = sleep(DECISION_TIMEOUT_MS, undefined, { signal: late.signal }).then(() => {
    throw lateDecision();
  });
  timeout.catch(() => undefined);
  try {
    return await Promise.race([decision, timeout]);
  } finally {
    late.abort();
  }
}
