// When something that died is started again: at once, then later each time; and from when on it counts as a crash loop.

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
const LOOP_PAUSE_MS = 60_000;
/** Whoever ran for this long has started well: what ended it is something new. */
const STEADY_MS = 60_000;
const LOOP_DEATHS = 5;

/**
 * **Contract**
 * - RESTART1 What dies is started again later each time; five deaths soon after a start are a crash loop.
 *
 * **Caller invariants**
 * - Each death is told once, in their order, and the pause is kept to.
 */
export type RestartPolicy = {
  /** It died after so long: how long to wait now, and whether it keeps dying at its start. */
  died(ranForMs: number): { readonly pauseMs: number; readonly isLoop: boolean; readonly deaths: number };
};

/** `firstPauseMs` is doubled with every death that comes soon after a start. */
export function createRestartPolicy(firstPauseMs = FIRST_PAUSE_MS): RestartPolicy {
  let deaths = 0;
  return {
    died(ranForMs) {
      deaths = ranForMs >= STEADY_MS ? 1 : deaths + 1;
      const isLoop = deaths >= LOOP_DEATHS;
      const doubled = Math.min(LONGEST_PAUSE_MS, firstPauseMs * 2 ** (deaths - 1));
      const pauseMs = isLoop ? Math.max(doubled, firstPauseMs * (LOOP_PAUSE_MS / FIRST_PAUSE_MS)) : doubled;
      return { pauseMs, isLoop, deaths };
    },
  };
}
