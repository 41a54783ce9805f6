// Costly work that a desk does one at a time: what is asked meanwhile waits its turn, and no more than a few wait.
import { OverCapacityError } from '../ports/desk.ts';

/** Gives what runs a piece of work in its turn, in the order asked; OverCapacityError with `full` where `most` are there already. */
export function oneAtATime(
  most: number,
  full: string,
  retryAfterSeconds: number,
): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return async (work) => {
    if (waiting >= most) throw new OverCapacityError(full, retryAfterSeconds);
    waiting++;
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    try {
      return await mine;
    } finally {
      waiting--;
    }
  };
}
