// Long work on the thread that answers decisions: it lets everything else go on every other millisecond.
import { setImmediate as turn } from 'node:timers/promises';

const SLICE_MS = 1.5;

/** A pause that is taken when it is due; to be called often. */
export function pacer(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < SLICE_MS) return;
    await turn();
    since = performance.now();
  };
}
