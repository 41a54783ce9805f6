// Time comes from outside, so that tests and replays can set it.

/**
 * **Contract**
 * - CLOCK1 A clock tells epoch milliseconds, whole ones; it may stand still, and go back when it is set.
 */
export type Clock = { nowMs(): number };

export const systemClock: Clock = { nowMs: () => Date.now() };
