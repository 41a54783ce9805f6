// The simulator at work: sends transactions as time passes, and their labels once they would be known.
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Label } from '../domain/label.ts';
import { createRandom, type Random } from '../domain/random.ts';
import { createLatencyWindow, type LatencyWindow } from '../engine/latency-window.ts';
import { type Desk, OverCapacityError } from '../ports/desk.ts';
import type { Simulation } from '../ports/simulation.ts';
import type { ProducerState } from '../server/pipeline/part-health.ts';
import { type AccountEvents, createAccountEvents } from '../simulator/account-events.ts';
import { FRAUD_TYPES } from '../simulator/fraud.ts';
import type { SimulatorOptions } from '../simulator/simulator.ts';
import { createLabelClock, labelFor } from '../training/label-clock.ts';
import { createPresetSimulator, liveLabelDelayMs, type Preset } from '../training/simulated-past.ts';
import { createLiveSimulator, type LiveSimulator } from './live-simulator.ts';

const TICK_MS = 25;
const LOG_EVERY_MS = 10_000;

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
  /** Whether people log in, and do what they do besides paying; nobody does in the classic preset. */
  readonly events: boolean;
  /** Whom it simulates, and when each was seen last. */
  readonly people: Pick<SimulatorOptions, 'accounts' | 'lastSeenMs'>;
};

/** What was sent so far, and what was refused. */
type Sent = {
  produced: number;
  frauds: number;
  events: number;
  labelled: number;
  errors: number;
  lastAtMs: number | undefined;
  readonly latency: LatencyWindow;
};

type Intake = Pick<Desk, 'accept' | 'acceptEvents' | 'label' | 'clock'>;

export async function startProducer(desk: Intake, options: ProducerOptions): Promise<Producer> {
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
  const live = createLiveSimulator(simulator, clock, options.rate);
  const sent: Sent = {
    produced: 0,
    frauds: 0,
    events: 0,
    labelled: 0,
    errors: 0,
    lastAtMs: undefined,
    latency: createLatencyWindow(),
  };
  const write = async (text: string): Promise<void> => {
    await log.write(`${new Date(clock.nowMs()).toISOString()} ${text}\n`);
  };
  await write(
    `simulator started: preset ${options.preset}, ${options.rate} transactions a second, seed ${options.seed}`,
  );
  const accountEvents =
    options.events && options.preset !== 'classic'
      ? createAccountEvents({ seed: options.seed, startMs, idPrefix: `ev-${startMs.toString(36)}-` })
      : undefined;
  const sendDue = createSender(desk, live, { random, accountEvents }, sent, write);
  let stopped = false;
  let failure: string | undefined;
  const running = repeat(sendDue, () => stopped, sent, write).catch((error: Error) => {
    failure = error.message;
  });
  const runs = (): boolean => !stopped && failure === undefined && live.isRunning;
  return {
    state: () => ({
      running: runs(),
      detail:
        failure ??
        (live.isRunning
          ? `simulator at ${live.rate} a second, ${sent.frauds} frauds so far`
          : 'simulator paused'),
      produced: sent.produced,
      errors: sent.errors,
      lastAtMs: sent.lastAtMs,
      latency: sent.latency,
      targetPerSecond: live.rate,
    }),
    simulation: {
      state: () => ({
        running: runs(),
        rate: live.rate,
        fraudTypes: options.preset === 'classic' ? [] : FRAUD_TYPES,
      }),
      setRunning: live.setRunning,
      setRate: live.setRate,
      inject: live.inject,
      injected: live.injected,
    },
    async stop() {
      stopped = true;
      await running;
      await write(`simulator stopped after ${sent.produced} transactions`);
      await log.close();
    },
  };
}

/** What is drawn beside payments. */
type Beside = { readonly random: Random; readonly accountEvents: AccountEvents | undefined };

/** Sends what is due: transactions with the events before them, and labels of earlier frauds once they would be known. */
function createSender(
  desk: Intake,
  live: LiveSimulator,
  { random, accountEvents }: Beside,
  sent: Sent,
  write: (text: string) => Promise<void>,
): () => Promise<void> {
  const labels = createLabelClock();
  let lastLogMs = desk.clock.nowMs();

  async function sendTransactions(now: number): Promise<void> {
    const due = live.takeDue(now);
    if (due.length === 0) return;
    const events = accountEvents ? due.flatMap(accountEvents.before) : [];
    if (events.length > 0) await desk.acceptEvents(events);
    sent.events += events.length;
    const started = performance.now();
    await desk.accept(due.map((event) => event.transaction));
    sent.latency.add(performance.now() - started, now);
    sent.lastAtMs = now;
    sent.produced += due.length;
    for (const event of due) {
      live.sent(event);
      const { transaction, fraudType } = event;
      if (fraudType === undefined) continue;
      sent.frauds++;
      labels.schedule(labelFor(transaction, true, now + liveLabelDelayMs(random), 'customer', fraudType));
    }
  }

  return async () => {
    const now = desk.clock.nowMs();
    await sendTransactions(now);
    const known: Label[] = labels.due(now);
    if (known.length > 0) {
      await desk.label(known);
      sent.labelled += known.length;
    }
    if (now - lastLogMs < LOG_EVERY_MS) return;
    lastLogMs = now;
    const { produced, frauds, events, labelled, errors } = sent;
    await write(
      `${produced} transactions sent, ${frauds} of them fraud, ${events} events, ${labelled} labels, ${errors} refusals`,
    );
  };
}

/** Sends with every tick; a desk that is full is left alone for a moment, any other error ends it. */
async function repeat(
  send: () => Promise<void>,
  stopped: () => boolean,
  sent: Sent,
  write: (text: string) => Promise<void>,
): Promise<void> {
  while (!stopped()) {
    const started = performance.now();
    try {
      await send();
    } catch (error) {
      sent.errors++;
      await write(`refused: ${(error as Error).message}`);
      if (!(error instanceof OverCapacityError)) throw error;
      await sleep(1000);
    }
    await sleep(Math.max(1, TICK_MS - (performance.now() - started)));
  }
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
