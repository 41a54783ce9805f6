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
