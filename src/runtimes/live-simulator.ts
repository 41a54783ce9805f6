// A simulator that runs with the clock: what is due comes out, and its rate and campaigns are changed while it runs.
import type { Clock } from '../ports/clock.ts';
import type { InjectedFraud } from '../ports/simulation.ts';
import { FRAUD_TYPES } from '../simulator/fraud.ts';
import type { SimulatedEvent, Simulator } from '../simulator/simulator.ts';

const MAX_AT_ONCE = 2000;
/** Work put off while the desk is busy is caught up with for this long, then left out. */
const MAX_BEHIND_MS = 5000;
/** Frauds started by hand that are still shown. */
const MAX_INJECTED = 20;

export type LiveSimulator = {
  readonly isRunning: boolean;
  /** Mean transactions a second. */
  readonly rate: number;
  /** Transactions whose time has come, in order; none while it does not run. */
  takeDue(nowMs: number): SimulatedEvent[];
  /** It was sent: where it is of a fraud that was started by hand, that is kept with it. */
  sent(event: SimulatedEvent): void;
  setRunning(running: boolean): void;
  setRate(perSecond: number): void;
  /** Starts a fraud now; undefined where there is none of this type. */
  inject(type: string): InjectedFraud | undefined;
  /** The newest first. */
  injected(): readonly InjectedFraud[];
};

export function createLiveSimulator(
  simulator: Simulator,
  clock: Clock,
  initialRate: number,
  mostBehindMs = MAX_BEHIND_MS,
): LiveSimulator {
  let isRunning = true;
  let rate = initialRate;
  let next = simulator.next();
  const injected: (InjectedFraud & { readonly sent: string[] })[] = [];

  /** What comes next is drawn anew from now on. */
  function retune(): void {
    simulator.retune(rate, clock.nowMs());
    next = simulator.next();
  }

  return {
    get isRunning() {
      return isRunning;
    },
    get rate() {
      return rate;
    },
    takeDue(nowMs) {
      while (isRunning && next.transaction.occurredAtMs < nowMs - mostBehindMs) next = simulator.next();
      const due: SimulatedEvent[] = [];
      while (isRunning && next.transaction.occurredAtMs <= nowMs && due.length < MAX_AT_ONCE) {
        due.push(next);
        next = simulator.next();
      }
      return due;
    },
    sent({ transaction, campaign }) {
      if (campaign !== undefined) injected.find(({ id }) => id === campaign)?.sent.push(transaction.id);
    },
    setRunning(running) {
      if (running === isRunning) return;
      isRunning = running;
      if (running) retune();
    },
    setRate(perSecond) {
      rate = perSecond;
      if (isRunning) retune();
    },
    inject(type) {
      const known = FRAUD_TYPES.find((one) => one === type);
      const atMs = clock.nowMs();
      const started = known && simulator.inject(known, atMs);
      if (!started) return undefined;
      const { campaign, ...about } = started;
      const fraud = { id: campaign, type, atMs, ...about, sent: [] };
      injected.unshift(fraud);
      injected.splice(MAX_INJECTED);
      // It comes before the ordinary transaction that was drawn already.
      retune();
      return fraud;
    },
    injected: () => injected,
  };
}
