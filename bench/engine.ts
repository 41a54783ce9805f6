// The engine alone, on one core: decide() with features and the default model, explanations, memory per account.

import { decide } from '../src/engine/decide.ts';
import { type FeatureState, tablesOf } from '../src/features/feature-state.ts';
import { lastSeenMs } from '../src/features/history-codec.ts';
import { STANDARD } from '../src/features/standard.ts';
import { createScorer } from '../src/models/model.ts';
import { DEFAULT_WORK, scorerUnder } from '../src/models/review-work.ts';
import { compileRuleset } from '../src/rules/ruleset.ts';
import { STARTER_RULES } from '../src/rules/starter-rules.ts';
import { createSimulator } from '../src/simulator/simulator.ts';
import { trainFirstModel } from '../src/training/first-model.ts';
import { count, median, percentile, type Row } from './report.ts';

const START_MS = Date.UTC(2026, 0, 1);
const LIVE_RATE = 20;
const ROUNDS = 5;
const PER_ROUND = 20_000;

export async function benchEngine(): Promise<Row[]> {
  const state = STANDARD.createState();
  const model = await trainFirstModel(state, {
    preset: 'default',
    seed: 1,
    endMs: START_MS,
    liveRate: LIVE_RATE,
  });
  const left = baseRow(state);
  // With the draws that a desk makes.
  const volume = { perDay: LIVE_RATE * 86_400, sinceMs: START_MS, beforePerDay: undefined };
  const work = { ...DEFAULT_WORK, sampleShare: 0.05, drawSeed: 'bench', volume };
  const scorer = scorerUnder(createScorer(model, STANDARD), work);
  const ruleset = compileRuleset(STARTER_RULES, STANDARD);
  const vector = new Float64Array(STANDARD.size);
  const simulator = createSimulator({
    seed: 1,
    rate: LIVE_RATE,
    startMs: START_MS,
    accounts: state.account.size,
    lastSeenMs: (accountId) => lastSeenMs(state.account, accountId),
    idPrefix: 'bench-',
  });
  const stream = Array.from({ length: (ROUNDS + 1) * PER_ROUND }, () => simulator.next().transaction);
  const rates: number[] = [];
  const micros: number[] = [];
  const explained: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const started = performance.now();
    for (let i = round * PER_ROUND; i < (round + 1) * PER_ROUND; i++) {
      const before = performance.now();
      const { outcome } = decide(stream[i], state, scorer, ruleset, START_MS, vector);
      STANDARD.keep(state, stream[i]);
      // The first round warms up.
      if (round > 0) (outcome === 'approve' ? micros : explained).push((performance.now() - before) * 1000);
    }
    if (round > 0) rates.push(PER_ROUND / ((performance.now() - started) / 1000));
  }
  const flagged = explained.length / (explained.length + micros.length);
  return [
    {
      what: 'decide(), features, model, rules and reasons, one core',
      figure: `${count(median(rates))}/s (${(100 * flagged).toFixed(1)} % flagged and explained)`,
      goal: '≥ 50,000/s',
    },
    {
      what: 'decide() of an approval',
      figure: `p50 ${median(micros).toFixed(0)} µs, p99 ${percentile(micros, 0.99).toFixed(0)} µs`,
      goal: 'p99 ≤ 100 µs',
    },
    {
      what: 'decide() of a review or decline, explained',
      figure: `p50 ${(median(explained) / 1000).toFixed(2)} ms, p99 ${(percentile(explained, 0.99) / 1000).toFixed(2)} ms`,
      goal: 'p99 ≤ 3 ms',
    },
    left,
    memoryPerAccount(100, '≤ 800 bytes'),
    memoryPerAccount(30, '≤ 1 GB for a million usual accounts'),
  ];
}

/** What a new installation of this rate begins with, and keeps in its database. */
function baseRow(state: FeatureState): Row {
  let bytes = 0;
  for (const [, table] of tablesOf(state))
    for (let entry = 0; entry < table.size; entry++) bytes += table.payloadLength(entry);
  let ofAccounts = 0;
  for (let entry = 0; entry < state.account.size; entry++) ofAccounts += state.account.payloadLength(entry);
  return {
    what: `histories that the first model leaves, at ${LIVE_RATE}/s: ${count(state.account.size)} accounts`,
    figure: `${(bytes / 1e6).toFixed(1)} MB, ${count(ofAccounts / state.account.size)} bytes an account`,
  };
}

/** Histories of accounts thirty days deep. */
function memoryPerAccount(perMonth: number, goal: string): Row {
  const accounts = 5_000;
  const state = STANDARD.createState();
  const vector = new Float64Array(STANDARD.size);
  const simulator = createSimulator({
    seed: 3,
    rate: (accounts * perMonth) / (30 * 86_400),
    startMs: START_MS,
    accounts,
    dayRhythm: true,
  });
  for (let i = 0; i < accounts * perMonth; i++) STANDARD.observe(state, simulator.next().transaction, vector);
  const { bytesReserved, size } = state.account;
  const bytes = bytesReserved / size;
  return {
    what: `history of an account at ${perMonth} transactions a month`,
    figure: `${count(bytes)} bytes, so ${(bytes / 1000).toFixed(2)} GB for a million`,
    goal,
  };
}
