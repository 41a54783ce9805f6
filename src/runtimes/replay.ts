// A file through the engine: transactions in event time, each label once it would have been known.
import { setTimeout as sleep } from 'node:timers/promises';
import type { InputRow } from '../adapters/files/csv-rows.ts';
import { shown } from '../domain/fields.ts';
import type { Label } from '../domain/label.ts';
import { ownDataOf } from '../domain/own-data.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { LogRecord } from '../engine/records.ts';
import { OverCapacityError } from '../ports/desk.ts';
import { createLabelClock, type LabelClock, labelFor } from '../training/label-clock.ts';
import type { EmbeddedDesk } from './embedded.ts';
import {
  createTally,
  MAX_DEAD_LETTERS,
  type ReplayReport,
  type ReplayTally,
  type Sending,
} from './replay-tally.ts';

const DAY_MS = 86_400_000;
/** Records under way at most: enough for full batches, little enough for an honest latency. */
const MAX_UNDER_WAY = 4000;
const WAIT_MS = 2;

export type ReplayOptions = {
  readonly batches: AsyncIterable<readonly InputRow[]>;
  readonly source: string;
  readonly delayDays: number;
  /** Rows at or after this time are not sent. */
  readonly untilMs: number;
  /** Event time passes this many times faster than the clock; Infinity for as fast as it goes. */
  readonly speed: number;
  /** Quality counts rows from here on: what came before, the model has seen. */
  readonly qualityFromMs: number;
  readonly stopped: () => boolean;
  readonly onProgress: (sent: number, perSecond: number, eventTimeMs: number) => void;
};

/** A replay under way. */
type Run = {
  readonly desk: EmbeddedDesk;
  readonly options: ReplayOptions;
  readonly labels: LabelClock<Label>;
  readonly tally: ReplayTally;
  readonly sending: Sending;
  /** Of `performance.now()`. */
  readonly started: number;
  firstEventMs: number | undefined;
  lastEventMs: number;
};

/** Sends a file through a desk and waits until every row is decided and committed. */
export async function replay(desk: EmbeddedDesk, options: ReplayOptions): Promise<ReplayReport> {
  const labels = createLabelClock();
  // What is flagged and genuine closes its alert when that would have become known.
  const tally = createTally(options.qualityFromMs, ({ transaction }) =>
    labels.schedule(importedLabel(desk, transaction, false, options)),
  );
  desk.onOutput((output) => tally.add(output, desk.clock.nowMs()));
  const run: Run = {
    desk,
    options,
    labels,
    tally,
    sending: { sent: 0, labels: 0, badRows: 0, firstProblem: undefined },
    started: performance.now(),
    firstEventMs: undefined,
    lastEventMs: 0,
  };
  for await (const batch of options.batches) {
    if (!(await sendBatch(run, batch))) break;
    const { sent } = run.sending;
    options.onProgress(sent, sent / ((performance.now() - run.started) / 1000), run.lastEventMs);
  }
  await desk.settled();
  for (const id of tally.conflicting) {
    const message = `The id ${shown(id)} was used before with other content; that one stands.`;
    await desk.store.addDeadLetter(options.source, id, [{ pointer: '/id', message }], desk.clock.nowMs());
  }
  return tally.report(run.sending, (performance.now() - run.started) / 1000);
}

const knownAt = (occurredAtMs: number, { delayDays }: ReplayOptions): number =>
  occurredAtMs + delayDays * DAY_MS;

const importedLabel = (
  desk: EmbeddedDesk,
  transaction: Transaction,
  fraud: boolean,
  options: ReplayOptions,
): Label => {
  const { keyFields } = ownDataOf(desk.dataModel());
  const atMs = knownAt(transaction.occurredAtMs, options);
  return labelFor(transaction, fraud, atMs, 'import', undefined, keyFields);
};

/** Sends rows as their time comes; false where the replay ends with them. */
async function sendBatch(run: Run, batch: readonly InputRow[]): Promise<boolean> {
  const { desk, options, sending } = run;
  let records: LogRecord[] = [];
  for (const row of batch) {
    if (options.stopped()) return false;
    if (!row.ok) {
      await setAside(run, row);
      continue;
    }
    const at = row.transaction.occurredAtMs;
    if (at >= options.untilMs) {
      await send(desk, records, options.stopped);
      return false;
    }
    run.firstEventMs ??= at;
    const dueMs = run.started + (at - run.firstEventMs) / options.speed;
    if (options.speed !== Number.POSITIVE_INFINITY && dueMs > performance.now()) {
      await send(desk, records, options.stopped);
      records = [];
      await waitUntil(dueMs, options.stopped);
    }
    for (const label of run.labels.due(at)) {
      records.push({ kind: 'label', label });
      sending.labels++;
    }
    expectOutcome(run, row);
    records.push({ kind: 'transaction', transaction: row.transaction, receivedAtMs: desk.clock.nowMs() });
    sending.sent++;
    run.lastEventMs = at;
  }
  await send(desk, records, options.stopped);
  return true;
}

/** A row that cannot be read. */
async function setAside(
  { desk, options, sending }: Run,
  { line, raw, problems }: Extract<InputRow, { ok: false }>,
): Promise<void> {
  sending.badRows++;
  sending.firstProblem ??= `line ${line}: ${problems[0]?.message}`;
  // Bad rows go to the dead letters one by one up to here; beyond, they are only counted.
  if (sending.badRows > MAX_DEAD_LETTERS) return;
  await desk.store.addDeadLetter(`${options.source} line ${line}`, raw, problems, desk.clock.nowMs());
}

/** Where the file says what a transaction is, its decision is judged by that; a fraud is told once it would be known. */
function expectOutcome(
  { desk, options, labels, tally }: Run,
  { transaction, fraud }: Extract<InputRow, { ok: true }>,
): void {
  if (fraud !== undefined) tally.expect(transaction.id, fraud);
  if (fraud) labels.schedule(importedLabel(desk, transaction, true, options));
}

async function send(desk: EmbeddedDesk, records: LogRecord[], stopped: () => boolean): Promise<void> {
  if (records.length === 0) return;
  while (desk.backlog > MAX_UNDER_WAY && !stopped()) await sleep(WAIT_MS);
  for (;;) {
    try {
      await desk.append(records);
      return;
    } catch (error) {
      // A full disk is waited for: space may be freed.
      if (!(error instanceof OverCapacityError) || stopped()) throw error;
      await sleep(Math.min(error.retryAfterSeconds * 1000, 1000));
    }
  }
}

/** Until a time of `performance.now()`. */
async function waitUntil(dueMs: number, stopped: () => boolean): Promise<void> {
  while (performance.now() < dueMs && !stopped()) {
    await sleep(Math.min(100, Math.max(1, dueMs - performance.now())));
  }
}
