// How a part is shown that makes no progress while work waits.
import type { PartHealth } from '../ports/desk.ts';
import type { ProgressWatch } from '../ports/progress-watch.ts';

export type Still = Required<Pick<PartHealth, 'status' | 'trouble'>>;

/** Nothing while it gets on; `why` may be told by which of several stands still. */
export function stillOf(watch: ProgressWatch, why: string | ((key: string) => string)): Still | undefined {
  const worst = watch.worst();
  if (worst.kind === 'up') return undefined;
  return {
    status: worst.kind === 'down' ? 'down' : 'degraded',
    trouble: { sinceMs: worst.sinceMs, why: typeof why === 'string' ? why : why(worst.key) },
  };
}
