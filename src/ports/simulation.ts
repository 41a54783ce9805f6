// The simulator of this process, as its controls see it.
export type InjectedFraud = {
  readonly id: number;
  readonly type: string;
  readonly atMs: number;
  /** When its last transaction comes. */
  readonly untilMs: number;
  readonly accounts: readonly string[];
  /** How many there will be. */
  readonly transactions: number;
  /** Ids of those that were sent. */
  readonly sent: readonly string[];
};

/**
 * **Contract**
 * - SIM1 A simulator that is paused sends nothing; when it goes on, it leaves out what is more than a few seconds late.
 * - SIM2 A fraud that is injected is among those told of, newest first, with what was sent of it so far.
 * - SIM3 A fraud that it does not know is none.
 *
 * **Caller invariants**
 * - A rate is above nothing.
 */
export type Simulation = {
  state(): { readonly running: boolean; readonly rate: number; readonly fraudTypes: readonly string[] };
  setRunning(running: boolean): void;
  /** Mean transactions a second from now on. */
  setRate(rate: number): void;
  /** Undefined where there is no such fraud in what is simulated. */
  inject(type: string): InjectedFraud | undefined;
  /** Newest first. */
  injected(): readonly InjectedFraud[];
};
