// What a process knows of those before it: whoever keeps it running says so in its environment.

/**
 * **Contract**
 * - AGAIN1 A process knows of those before it by its environment, and of nothing else that stands there.
 */
export type Restarts = {
  /** How often it was started again since its keeper started. */
  readonly count: number;
  /** How the one before ended; empty where this is the first. */
  readonly lastExit: string;
};

export const NO_RESTARTS: Restarts = { count: 0, lastExit: '' };

/** What a keeper hands to the process that it starts. */
export const restartsEnv = (
  { count, lastExit }: Restarts,
  keeperPid: number,
): Readonly<Record<string, string>> => ({
  GOSHAWK_KEPT_BY: String(keeperPid),
  GOSHAWK_RESTARTS: String(count),
  GOSHAWK_LAST_EXIT: lastExit,
});

export function restartsOf(env: Readonly<Record<string, string | undefined>>): Restarts {
  const count = Number(env.GOSHAWK_RESTARTS);
  if (!Number.isSafeInteger(count) || count <= 0) return NO_RESTARTS;
  return { count, lastExit: (env.GOSHAWK_LAST_EXIT ?? '').slice(0, 300) };
}

/** In words; empty where there were none. */
export function restartsText({ count, lastExit }: Restarts): string {
  if (count === 0) return '';
  return `started again ${count === 1 ? 'once' : `${count} times`}, the last time after: ${lastExit || 'unknown'}`;
}
