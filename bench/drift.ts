// How many alarms a month drift and input shifts raise while nothing changes, and how soon they tell of a change: months of
// simulated transactions, looked at every hour as a desk does, beside a model trained on the month before.

import { createRandom } from '../src/domain/random.ts';
import type { Transaction } from '../src/domain/transaction.ts';
import { placeIn } from '../src/features/place-in.ts';
import { featuresOfSet } from '../src/features/sets.ts';
import { STANDARD } from '../src/features/standard.ts';
import { driftOf } from '../src/models/drift.ts';
import { createScorer, type Model } from '../src/models/model.ts';
import {
  labelDelayOf,
  labelDelayShift,
  unseenShifts,
  volumeOf,
  volumeShift,
  wholeHours,
} from '../src/models/shift.ts';
import { createSimulator } from '../src/simulator/simulator.ts';
import { createFeatureReplay } from '../src/training/feature-replay.ts';
import { trainModel, withHeldOut } from '../src/training/train-model.ts';
import { createTableBuilder, sliceTable, type TrainingTable } from '../src/training/training-table.ts';
import { count, type Row } from './report.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 0, 1);
/** Histories fill up, then a month of training, then a month that is looked at. */
const WARM_DAYS = 95;
const MONTH_DAYS = 30;
const RATE = 0.03;
const LABEL_DELAY_DAYS = 7;
/** What is looked at, as by a desk: the last week. */
const WINDOW_MS = 7 * DAY_MS;
const LOOK_MS = HOUR_MS;

/** Days of the month that is looked at from which on amounts are so many times what they were. */
type Change = { readonly fromDay: number; readonly amountFactor: number };

type Month = {
  readonly alarms: ReadonlyMap<string, number>;
  readonly firstAlarmHours: number | undefined;
  readonly measures: number;
};

/** When what happened is learnt from, looked at, over, and changed. */
type Times = {
  readonly trainMs: number;
  readonly lookMs: number;
  readonly endMs: number;
  readonly changeMs: number;
};

function timesOf(change: Change | undefined): Times {
  const trainMs = START_MS + WARM_DAYS * DAY_MS;
  const lookMs = trainMs + MONTH_DAYS * DAY_MS;
  return {
    trainMs,
    lookMs,
    endMs: lookMs + MONTH_DAYS * DAY_MS,
    changeMs: change ? lookMs + change.fromDay * DAY_MS : Number.POSITIVE_INFINITY,
  };
}

/** What happened, from the training month on. */
type Past = {
  readonly transactions: readonly Transaction[];
  readonly table: TrainingTable;
  /** When the label of each fraud came, and how late. */
  readonly delays: readonly { readonly atMs: number; readonly delayMs: number }[];
};

function simulate(seed: number, change: Change | undefined, { trainMs, endMs, changeMs }: Times): Past {
  const simulator = createSimulator({ seed, rate: RATE, startMs: START_MS, accounts: 1500, dayRhythm: true });
  const features = createFeatureReplay(STANDARD);
  const builder = createTableBuilder(STANDARD);
  const transactions: Transaction[] = [];
  const random = createRandom(seed, 5);
  const delays: { readonly atMs: number; readonly delayMs: number }[] = [];
  for (;;) {
    const event = simulator.next();
    const at = event.transaction.occurredAtMs;
    if (at >= endMs) return { transactions, table: builder.finish(), delays };
    const factor = at >= changeMs && change ? change.amountFactor : 1;
    const transaction = {
      ...event.transaction,
      amountMinor: Math.round(event.transaction.amountMinor * factor),
    };
    const delayMs = LABEL_DELAY_DAYS * DAY_MS * random.exponential(1);
    const fraud = event.fraudType !== undefined;
    const vector = features.next(transaction, fraud ? { knownAtMs: at + delayMs } : undefined);
    if (fraud) delays.push({ atMs: at + delayMs, delayMs });
    if (at < trainMs) continue;
    builder.add(transaction, vector, fraud);
    transactions.push(transaction);
  }
}

/** A model of the training month, which ends before the row `end`. */
async function trainOn(table: TrainingTable, end: number, seed: number, createdAtMs: number): Promise<Model> {
  const split = Math.floor(0.75 * end);
  const { model } = await trainModel(sliceTable(table, 0, split), {
    source: 'history',
    features: featuresOfSet('all', STANDARD),
    seed,
    trainer: { kind: 'boosting', trees: 100, columnShare: 0.4, maxBins: 256, folds: 2 },
    fraudWeight: 1,
    createdAtMs,
  });
  return withHeldOut(model, sliceTable(table, split, end));
}

/** Rows of a window, and when it is looked at. */
type Look = { readonly from: number; readonly until: number; readonly nowMs: number };
type Measure = { readonly name: string; readonly alarm: boolean };

/** Gives what is measured of a window, against the training month. */
function measuresOf(
  { transactions, table, delays }: Past,
  model: Model,
  end: number,
  { trainMs, lookMs }: Times,
): (look: Look) => readonly Measure[] {
  const scorer = createScorer(model, STANDARD);
  const { baseline } = model;
  if (!baseline) throw new Error('a trained model has a baseline');
  const volume = volumeOf(table.occurredAtMs.subarray(0, end));
  const arrived = (fromMs: number, untilMs: number): Float64Array =>
    Float64Array.from(
      delays.filter(({ atMs }) => atMs >= fromMs && atMs < untilMs),
      ({ delayMs }) => delayMs,
    );
  const usualDelays = labelDelayOf(arrived(trainMs, lookMs), lookMs - trainMs);
  // As they look in service: categories encoded by the finished model.
  const scores = Float64Array.from(transactions, (transaction, row) =>
    scorer.score(transaction, table.vectors.subarray(row * STANDARD.size, (row + 1) * STANDARD.size)),
  );
  const columns = model.info.features.map((name) => ({
    name,
    values: Float64Array.from(
      scores,
      (_, row) => table.vectors[row * STANDARD.size + placeIn(STANDARD, name)],
    ),
  }));
  const hours = wholeHours(table.occurredAtMs);
  return ({ from, until, nowMs }) => {
    const lastHour = Math.floor(nowMs / HOUR_MS);
    const lately = new Map([...hours].filter(([hour]) => hour >= lastHour - 24 && hour < lastHour));
    return [
      driftOf('score', baseline.score, scores.subarray(from, until)),
      ...columns.map(({ name, values }) =>
        driftOf(name, baseline.features[name], values.subarray(from, until)),
      ),
      volumeShift(volume, lately),
      labelDelayShift(usualDelays, arrived(lookMs, nowMs)),
      ...unseenShifts(
        model.input?.unseen,
        transactions.slice(from, until),
        STANDARD.categories,
        scorer.knows,
      ),
    ];
  };
}

async function lookAtMonth(seed: number, change: Change | undefined): Promise<Month> {
  const times = timesOf(change);
  const { lookMs, endMs, changeMs } = times;
  const past = simulate(seed, change, times);
  const { transactions, table } = past;
  const end = transactions.findIndex(({ occurredAtMs }) => occurredAtMs >= lookMs);
  const measure = measuresOf(past, await trainOn(table, end, seed, lookMs), end, times);
  const occurred = table.occurredAtMs;
  const alarms = new Map<string, number>();
  let ringing = new Set<string>();
  let firstAlarmHours: number | undefined;
  let measures = 0;
  let until = end;
  let from = 0;
  for (let nowMs = lookMs + LOOK_MS; nowMs <= endMs; nowMs += LOOK_MS) {
    while (until < occurred.length && occurred[until] < nowMs) until++;
    while (occurred[from] < nowMs - WINDOW_MS) from++;
    const found = measure({ from, until, nowMs });
    measures = found.length;
    const now = new Set(found.filter(({ alarm }) => alarm).map(({ name }) => name));
    for (const name of now) {
      if (ringing.has(name)) continue;
      alarms.set(name, (alarms.get(name) ?? 0) + 1);
      if (nowMs > changeMs) firstAlarmHours ??= (nowMs - changeMs) / HOUR_MS;
    }
    ringing = now;
  }
  return { alarms, firstAlarmHours, measures };
}

export async function benchDrift(): Promise<Row[]> {
  const rows: Row[] = [];
  const months = [];
  for (const seed of [1, 2, 3]) months.push(await lookAtMonth(seed, undefined));
  const total = (month: Month): number => [...month.alarms.values()].reduce((sum, n) => sum + n, 0);
  const names = [...new Set(months.flatMap(({ alarms }) => [...alarms.keys()]))];
  rows.push({
    what: `alarms in a month in which nothing changes, ${months[0].measures} measures looked at every hour over the week before, three months`,
    figure: `${months.map(total).join(', ')}${names.length > 0 ? ` (${names.join(', ')})` : ''}`,
  });
  const changed = await lookAtMonth(1, { fromDay: 10, amountFactor: 2 });
  rows.push({
    what: 'every amount doubles: first alarm',
    figure:
      changed.firstAlarmHours === undefined
        ? 'none'
        : `after ${count(changed.firstAlarmHours)} hours; ${changed.alarms.size} measures`,
  });
  return rows;
}
