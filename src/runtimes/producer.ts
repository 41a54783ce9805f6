// The simulator at work: sends transactions as time passes, and their labels once they would be known.
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Label } from '../domain/label.ts';
import { createRandom } from '../domain/random.ts';
import { createLatencyWindow } from '../engine/latency-window.ts';
import { type Desk, OverCapacityError } from '../ports/desk.ts';
import type { InjectedFraud, Simulation } from '../ports/simulation.ts';
import type { ProducerState } from '../server/pipeline/part-health.ts';
import { FRAUD_TYPES } from '../simulator/fraud.ts';
import type { SimulatorOptions } from '../simulator/simulator.ts';
import { createPresetSimulator, liveLabelDelayMs, type Preset } from '../training/first-model.ts';
import { createLabelClock, labelFor } from '../training/label-clock.ts';

const TICK_MS = 25;
const LOG_EVERY_MS = 10_000;
const MAX_PER_TICK = 2000;
/** Frauds started by hand that are still shown. */
const MAX_INJECTED = 20;
/** Work put off while the desk is busy is caught up with for this long, then left out. */
const MAX_BEHIND_MS = 5000;

export type Producer = {
  state(): ProducerState;
  /** Its controls. */
  readonly simulation: Simulation;
  stop(): Promise<void>;
};

export type ProducerOptions = {
  readonly preset: Preset;
  readonly rate: number;
  readonly seed: number;
  readonly logFile: string;
  /** Whom it simulates, and when each was seen last. */
  readonly people: Pick<SimulatorOptions, 'accounts' | 'lastSeenMs'>;
};

export async function startProducer(
  desk: Pick<Desk, 'accept' | 'label' | 'clock'>,
  options: ProducerOptions,
): Promise<Producer> {
  await mkdir(dirname(options.logFile), { recursive: true });
  const log = await open(options.logFile, 'a');
  const { clock } = desk;
  const startMs = clock.nowMs();
  const simulator = createPresetSimulator(options.preset, {
    seed: options.seed,
    rate: options.rate,
    startMs,
    ...options.people,
    idPrefix: `tx-${startMs.toString(36)}-`,
  });
  const random = createRandom(options.seed, Math.floor(startMs / 1000));
  const labels = createLabelClock();
  const latency = createLatencyWindow();
  let rate = options.rate;
  let isRunning = true;
  const injected: (InjectedFraud & { readonly sent: string[] })[] = [];
  let next = simulator.next();
  let produced = 0;
  let frauds = 0;
  let labelled = 0;
  let errors = 0;
  let lastAtMs: number | undefined;
  let lastLogMs = startMs;
  let stopped = false;
  const write = async (text: string): Promise<void> => {
    await log.write(`${new Date(clock.nowMs()).toISOString()} ${text}\n`);
  };
  await write(
    `simulator started: preset ${options.preset}, ${options.rate} transactions a second, seed ${options.seed}`,
  );

  async function sendDue(): Promise<void> {
    const now = clock.nowMs();
    while (isRunning && next.transaction.occurredAtMs < now - MAX_BEHIND_MS) next = simulator.next();
    const due = [];
    while (isRunning && next.transaction.occurredAtMs <= now && due.length < MAX_PER_TICK) {
      due.push(next);
      next = simulator.next();
    }
    if (due.length > 0) {
      const started = performance.now();
      await desk.accept(due.map((event) => event.transaction));
      latency.add(performance.now() - started, now);
      lastAtMs = now;
      produced += due.length;
      for (const { transaction, fraudType, campaign } of due) {
        if (campaign !== undefined) injected.find(({ id }) => id === campaign)?.sent.push(transaction.id);
        if (fraudType === undefined) continue;
        frauds++;
        labels.schedule(labelFor(transaction, true, now + liveLabelDelayMs(random), 'customer', fraudType));
      }
    }
    const known: Label[] = labels.due(now);
    if (known.length > 0) {
      await desk.label(known);
      labelled += known.length;
    }
    if (now - lastLogMs >= LOG_EVERY_MS) {
      lastLogMs = now;
      await write(
        `${produced} transactions sent, ${frauds} of them fraud, ${labelled} labels, ${errors} refusals`,
      );
    }
  }

  async function loop(): Promise<void> {
    while (!stopped) {
      const started = performance.now();
      try {
        await sendDue();
      } catch (error) {
        errors++;
        await write(`refused: ${(error as Error).message}`);
        if (!(error instanceof OverCapacityError)) throw error;
        await sleep(1000);
      }
      await sleep(Math.max(1, TICK_MS - (performance.now() - started)));
    }
  }
  let failure: string | undefined;
  const running = loop().catch((error: Error) => {
    failure = error.message;
  });

  /** What comes next is drawn anew from now on. */
  function retune(): void {
    simulator.retune(rate, clock.nowMs());
    next = simulator.next();
  }
  const simulation: Simulation = {
    state: () => ({
      running: isRunning && !stopped && failure === undefined,
      rate,
      fraudTypes: options.preset === 'classic' ? [] : FRAUD_TYPES,
    }),
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

  return {
    state: () => ({
      running: !stopped && failure === undefined && isRunning,
      detail:
        failure ??
        (isRunning ? `simulator at ${rate} a second, ${frauds} frauds so far` : 'simulator paused'),
      produced,
      errors,
      lastAtMs,
      latency,
      targetPerSecond: rate,
    }),
    simulation,
    async stop() {
      stopped = true;
      await running;
      await write(`simulator stopped after ${produced} transactions`);
      await log.close();
    },
  };
}

/** What the pipeline shows when transactions come over the API only. */
export function apiProducerState(desk: Desk): ProducerState {
  return {
    running: false,
    detail: 'no simulator; transactions come over the API',
    produced: 0,
    errors: 0,
    lastAtMs: undefined,
    latency: desk.measurements.append,
    targetPerSecond: undefined,
  };
}
