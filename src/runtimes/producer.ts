// The simulator at work: sends transactions as time passes, and their labels once they would be known.
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { recordAsDeclared } from '../domain/as-declared.ts';
import { withOwnKeys } from '../domain/label.ts';
import { ownDataOf } from '../domain/own-data.ts';
import { createLatencyWindow, type LatencyWindow } from '../engine/latency-window.ts';
import { type Desk, OverCapacityError } from '../ports/desk.ts';
import type { Simulation } from '../ports/simulation.ts';
import type { ProducerState } from '../server/pipeline/part-health.ts';
import { FRAUD_TYPES } from '../simulator/fraud.ts';
import {
  createSimulatedStream,
  type DuePayments,
  duePayments,
  type SimulatedStream,
  type StreamOptions,
  scheduleLabels,
} from './simulated-stream.ts';

const TICK_MS = 25;
const LOG_EVERY_MS = 10_000;

export type Producer = {
  state(): ProducerState;
  /** Its controls. */
  readonly simulation: Simulation;
  stop(): Promise<void>;
};

export type ProducerOptions = Omit<StreamOptions, 'startMs'> & {
  readonly logFile: string;
  /** One that has begun and goes on; else one begins now. */
  readonly stream?: SimulatedStream;
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

/** Where it sends to, and what is declared there. */
export type ProducerIntake = Pick<Desk, 'accept' | 'acceptEvents' | 'label' | 'clock' | 'dataModel'> & {
  readonly catalogue: Pick<Desk['catalogue'], 'keyFields'>;
};

export async function startProducer(desk: ProducerIntake, options: ProducerOptions): Promise<Producer> {
  await mkdir(dirname(options.logFile), { recursive: true });
  const log = await open(options.logFile, 'a');
  const { clock } = desk;
  const stream = options.stream ?? createSimulatedStream({ ...options, startMs: clock.nowMs() }, clock);
  const { live } = stream;
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
  const sendDue = createSender(desk, stream, sent, write);
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
          ? `simulator at ${live.rate} a second, ${sent.frauds} ${sent.frauds === 1 ? 'fraud' : 'frauds'} so far`
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

/** Own fields in the form that is declared, without those that do not fit: as a desk reads what was stored. */
function asDeclaredNow({ payments, events }: DuePayments, desk: ProducerIntake): DuePayments {
  const own = ownDataOf(desk.dataModel());
  return {
    events: events.map((event) => recordAsDeclared(event, own)),
    payments: payments.map((payment) => ({
      ...payment,
      transaction: recordAsDeclared(payment.transaction, own),
    })),
  };
}

/** Sends what is due: transactions with the events before them, and labels of earlier frauds once they would be known. */
function createSender(
  desk: ProducerIntake,
  stream: SimulatedStream,
  sent: Sent,
  write: (text: string) => Promise<void>,
): () => Promise<void> {
  const { labels } = stream;
  let lastLogMs = desk.clock.nowMs();

  async function sendTransactions(now: number): Promise<void> {
    const { payments, events } = asDeclaredNow(duePayments(stream, now), desk);
    if (payments.length === 0) return;
    if (events.length > 0) await desk.acceptEvents(events);
    sent.events += events.length;
    const started = performance.now();
    await desk.accept(payments.map(({ transaction }) => transaction));
    sent.latency.add(performance.now() - started, now);
    sent.lastAtMs = now;
    sent.produced += payments.length;
    sent.frauds += payments.filter(({ fraudType }) => fraudType !== undefined).length;
    scheduleLabels(stream, payments, now);
  }

  return async () => {
    const now = desk.clock.nowMs();
    await sendTransactions(now);
    // Entities may have been declared meanwhile: what they are keyed by is asked for when it is said.
    const keyFields = desk.catalogue.keyFields();
    const known = labels.due(now).map(({ label, of }) => withOwnKeys(label, of, keyFields));
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
