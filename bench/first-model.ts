// What the model of a first start does in the first hour of the live stream, beside what it promised on the rows held out and
// beside the best that any model of this stream could do: npm run bench -- first-model --seeds 1 --rates 40 --starts 09
import { parseArgs } from 'node:util';
import { baseMajor } from '../src/domain/base-amount.ts';
import { createRandom } from '../src/domain/random.ts';
import type { Transaction } from '../src/domain/transaction.ts';
import { createEngine } from '../src/engine/process-batch.ts';
import type { LogRecord } from '../src/engine/records.ts';
import { lastSeenMs } from '../src/features/history-codec.ts';
import { STANDARD } from '../src/features/standard.ts';
import { averagePrecision } from '../src/models/metrics.ts';
import { createScorer } from '../src/models/model.ts';
import type { ThresholdCurve } from '../src/models/threshold-curve.ts';
import { compileRuleset } from '../src/rules/ruleset.ts';
import { type FirstModelOptions, trainFirstModel } from '../src/training/first-model.ts';
import { createLabelClock, labelFor } from '../src/training/label-clock.ts';
import { createPresetSimulator, liveLabelDelayMs, simulatedPast } from '../src/training/simulated-past.ts';
import { createOracle } from './oracle.ts';
import { median, type Row } from './report.ts';

const DAY_MS = Date.UTC(2026, 5, 1);
const HOUR_MS = 3_600_000;
const BATCH = 200;
/** Of transactions, what a team can look at; and how much of that has to be fraud. */
const CAPACITY_SHARE = 0.008;
const FLOOR = 0.6;

type Cell = { readonly seed: number; readonly rate: number; readonly startHour: number };
type Scored = { readonly score: number; readonly fraud: boolean; readonly major: number };
type Figures = {
  readonly averagePrecision: number;
  readonly flagged: number;
  readonly precision: number;
  readonly recall: number;
  readonly valueRecall: number;
};
type Told = {
  readonly cell: Cell;
  readonly trainSeconds: number;
  readonly rows: number;
  readonly frauds: number;
  readonly heldOut: Pick<Figures, 'averagePrecision' | 'precision' | 'recall'>;
  readonly live: Figures;
  readonly oracle: Figures;
  /** Every payment of the hour, and what the model holds of its thresholds. */
  readonly scored: readonly Scored[];
  readonly curve: ThresholdCurve | undefined;
};

const averagePrecisionOf = (rows: readonly Scored[]): number =>
  averagePrecision(
    Float64Array.from(rows, ({ score }) => score),
    Uint8Array.from(rows, ({ fraud }) => Number(fraud)),
  );

function figuresOf(rows: readonly Scored[], isFlagged: (row: Scored) => boolean): Figures {
  const frauds = rows.filter(({ fraud }) => fraud);
  const caught = frauds.filter(isFlagged);
  const flagged = rows.filter(isFlagged).length;
  const value = (of: readonly Scored[]): number => of.reduce((sum, { major }) => sum + major, 0);
  return {
    averagePrecision: averagePrecisionOf(rows),
    flagged: flagged / rows.length,
    precision: caught.length / flagged,
    recall: caught.length / frauds.length,
    valueRecall: value(caught) / value(frauds),
  };
}

/** Flags as many of the highest as the team can look at and as are fraud often enough. */
function bestOf(rows: readonly Scored[]): Figures {
  const ranked = [...rows].sort((a, b) => b.score - a.score);
  let frauds = 0;
  let from = Number.POSITIVE_INFINITY;
  for (let i = 0; i < CAPACITY_SHARE * ranked.length; i++) {
    if (ranked[i].fraud) frauds++;
    if (frauds / (i + 1) >= FLOOR && ranked[i + 1]?.score !== ranked[i].score) from = ranked[i].score;
  }
  return figuresOf(rows, ({ score }) => score >= from);
}

export async function firstHour(cell: Cell): Promise<Told> {
  const { seed, rate, startHour } = cell;
  const startMs = DAY_MS + startHour * HOUR_MS;
  const first: FirstModelOptions = { preset: 'default', seed, endMs: startMs, liveRate: rate };
  const state = STANDARD.createState();
  const started = performance.now();
  const model = await trainFirstModel(state, first);
  const trainSeconds = (performance.now() - started) / 1000;
  const oracle = createOracle(seed, rate);
  for (const { transaction, fraudType } of simulatedPast(first).transactions())
    if (fraudType !== undefined) oracle.tell(transaction, fraudType);
  const engine = createEngine(state, {
    catalogue: STANDARD,
    serving: { champion: createScorer(model, STANDARD) },
    // What rules find is not the model's.
    ruleset: compileRuleset([], STANDARD),
  });
  const { account } = state;
  const simulator = createPresetSimulator('default', {
    seed,
    rate,
    startMs,
    accounts: account.size,
    lastSeenMs: (accountId) => lastSeenMs(account, accountId),
    idPrefix: 'live-',
  });
  const known = new Set<string>();
  const memory = { label: (id: string) => (known.has(id) ? true : undefined) };
  const labels = createLabelClock();
  const random = createRandom(seed, 5);
  const ours: Scored[] = [];
  const best: Scored[] = [];
  let batch: LogRecord[] = [];
  let about: { readonly transaction: Transaction; readonly fraud: boolean; readonly oracle: number }[] = [];
  let offset = 0;

  function decide(nowMs: number): void {
    const next = offset + batch.length;
    const output = engine.processBatch(
      0,
      { firstOffset: offset, nextOffset: next, records: batch },
      memory,
      nowMs,
    );
    output.decided.forEach(({ decision, transaction }, i) => {
      const { fraud, oracle: said } = about[i];
      const major = baseMajor(transaction);
      ours.push({ score: decision.score, fraud, major });
      best.push({ score: said, fraud, major });
    });
    for (const { label } of output.labelled) known.add(label.transactionId);
    offset = next;
    batch = [];
    about = [];
  }

  for (;;) {
    const { transaction, fraudType } = simulator.next();
    const at = transaction.occurredAtMs;
    if (at >= startMs + HOUR_MS) break;
    for (const label of labels.due(at)) batch.push({ kind: 'label', label });
    batch.push({ kind: 'transaction', transaction, receivedAtMs: at });
    const fraud = fraudType !== undefined;
    about.push({ transaction, fraud, oracle: oracle.score(transaction) });
    oracle.tell(transaction, fraudType);
    if (fraud)
      labels.schedule(labelFor(transaction, true, at + liveLabelDelayMs(random), 'customer', fraudType));
    if (batch.length >= BATCH) decide(at);
  }
  decide(startMs + HOUR_MS);
  const { heldOut, thresholds } = model.info;
  if (!heldOut) throw new Error('the first model has nothing held out');
  return {
    cell,
    trainSeconds,
    rows: best.length,
    frauds: best.filter(({ fraud }) => fraud).length,
    heldOut,
    live: figuresOf(ours, ({ score }) => score >= thresholds.review),
    oracle: bestOf(best),
    scored: ours,
    curve: model.curve,
  };
}

const two = (value: number): string => value.toFixed(2);
const three = (value: number): string => value.toFixed(3);

const rowOf = ({ cell, rows, frauds, heldOut, live, oracle, trainSeconds }: Told): Row => ({
  what: `seed ${cell.seed}, ${cell.rate}/s, ${String(cell.startHour).padStart(2, '0')}:00 (${rows} payments, ${frauds} frauds; start ${trainSeconds.toFixed(0)} s)`,
  figure:
    `AP ${three(live.averagePrecision)}; flagged ${(100 * live.flagged).toFixed(2)} %, ` +
    `precision ${two(live.precision)}, recall ${two(live.recall)}, of value ${two(live.valueRecall)}`,
  baseline: `held out AP ${three(heldOut.averagePrecision)}, precision ${two(heldOut.precision)}, recall ${two(heldOut.recall)}`,
  goal: `oracle AP ${three(oracle.averagePrecision)}, precision ${two(oracle.precision)}, recall ${two(oracle.recall)}, of value ${two(oracle.valueRecall)}`,
});

/** Over the seeds of a rate and an hour. */
function medianOf(rate: number, startHour: number, all: readonly Told[]): Row {
  const of = all.filter(({ cell }) => cell.rate === rate && cell.startHour === startHour);
  const mid = (pick: (told: Told) => number): number => median(of.map(pick));
  const ratio = mid(({ live, heldOut }) => live.averagePrecision / heldOut.averagePrecision);
  return {
    what: `**median, ${rate}/s, ${String(startHour).padStart(2, '0')}:00**`,
    figure:
      `AP ${three(mid(({ live }) => live.averagePrecision))} (${two(ratio)} × held out); precision ${two(mid(({ live }) => live.precision))}, ` +
      `recall ${two(mid(({ live }) => live.recall))}, of value ${two(mid(({ live }) => live.valueRecall))}`,
    baseline: `held out AP ${three(mid(({ heldOut }) => heldOut.averagePrecision))}`,
    goal: `AP ≥ 0.95 × held out; precision ≥ .6, recall ≥ .75, of value ≥ .85`,
  };
}

const numbers = (text: string): number[] => text.split(',').map(Number);

/** One cell of the grid where it is one part of many. */
const IN_SHORT = ['--seeds', '1', '--rates', '40', '--starts', '9'] as const;

export async function benchFirstModel(options: readonly string[] = IN_SHORT): Promise<Row[]> {
  const { values } = parseArgs({
    args: [...options],
    options: {
      seeds: { type: 'string', default: '1,2,3,4,5' },
      rates: { type: 'string', default: '5,40,200' },
      starts: { type: 'string', default: '3,9,15,21' },
    },
  });
  const [seeds, rates, starts] = [values.seeds, values.rates, values.starts].map(numbers);
  const told: Told[] = [];
  // Seed by seed, so that what is done when somebody stops it covers all rates and hours.
  for (const seed of seeds)
    for (const rate of rates)
      for (const startHour of starts) {
        const one = await firstHour({ seed, rate, startHour });
        const { what, figure, baseline, goal } = rowOf(one);
        console.error(`${what}: ${figure} | ${baseline} | ${goal}`);
        told.push({ ...one, scored: [] });
      }
  return [
    ...told.map(rowOf),
    ...rates.flatMap((rate) => starts.map((startHour) => medianOf(rate, startHour, told))),
  ];
}
