// Time comes from outside, so that tests and replays can set it.

export type Clock = { nowMs(): number };

export const systemClock: Clock = { nowMs: () => Date.now() };
