// A whole history through Spark on one and on two cores, beside the same work done by one engine in one process.

import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadMapping } from '../src/adapters/files/mapping.ts';
import { openTransactions } from '../src/adapters/files/read-transactions.ts';
import { judge } from '../src/engine/decide.ts';
import { STANDARD } from '../src/features/standard.ts';
import { createScorer, type Model, serializeModel } from '../src/models/model.ts';
import { compileRuleset } from '../src/rules/ruleset.ts';
import { STARTER_RULES } from '../src/rules/starter-rules.ts';
import { makeTemporaryFolder } from '../src/stack/temporary-folder.ts';
import type { LabelledTransaction } from '../src/training/evaluate.ts';
import { createFeatureReplay } from '../src/training/feature-replay.ts';
import { trainOnHistory } from '../src/training/history-model.ts';
import { HANDBOOK_FILE, needHandbook } from '../test/reference.ts';
import { count, type Row } from './report.ts';

const FILE = process.env.BENCH_HISTORY ?? HANDBOOK_FILE;
const GOSHAWK = join(import.meta.dirname, '../goshawk');
const DELAY_MS = 7 * 86_400_000;

async function* rows(): AsyncGenerator<LabelledTransaction[]> {
  const input = await openTransactions(FILE, await loadMapping('handbook'), { nowMs: Date.now() });
  for await (const batch of input.batches()) {
    yield batch.flatMap((row) =>
      row.ok ? [{ transaction: row.transaction, fraud: row.fraud ?? false }] : [],
    );
  }
}

/** Reading, features and scores in this process; seconds and rows. */
async function oneEngine(model: Model): Promise<{ seconds: number; done: number }> {
  const scorer = createScorer(model, STANDARD);
  const ruleset = compileRuleset(STARTER_RULES, STANDARD);
  const replay = createFeatureReplay(STANDARD);
  const started = performance.now();
  let done = 0;
  for await (const batch of rows()) {
    for (const { transaction, fraud } of batch) {
      const vector = replay.next(
        transaction,
        fraud ? { knownAtMs: transaction.occurredAtMs + DELAY_MS } : undefined,
      );
      judge(transaction, scorer, ruleset, 0, vector);
      done++;
    }
  }
  return { seconds: (performance.now() - started) / 1000, done };
}

export async function benchBackfill(): Promise<Row[]> {
  if (!process.env.BENCH_HISTORY) needHandbook();
  const folder = makeTemporaryFolder('bench-backfill');
  try {
    const model = await trainOnHistory(rows(), { catalogue: STANDARD, trainDays: 30, delayDays: 7, seed: 1 });
    if (!model) throw new Error(`${FILE} has too few frauds to learn from`);
    const modelFile = join(folder, 'bench.model');
    writeFileSync(modelFile, serializeModel(model));
    const backfill = (cores: number): number => {
      const started = performance.now();
      const output = join(folder, `table-${cores}`);
      const args = [
        'spark', 'backfill', FILE, '--mapping', 'handbook', '--output', output,
        '--model', modelFile, '--cores', String(cores),
      ]; // biome-ignore format: a command
      // One core is one core for the engine's processes too.
      const allowed = Array.from({ length: cores }, (_, core) => core).join(',');
      const { status, stderr } = spawnSync('taskset', ['-c', allowed, GOSHAWK, ...args], {
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(stderr);
      return (performance.now() - started) / 1000;
    };
    const alone = await oneEngine(model);
    const two = backfill(2);
    const one = backfill(1);
    const rate = alone.done / alone.seconds;
    const perCore = alone.done / one;
    return [
      {
        what: `backfill of ${count(alone.done)} rows, one core, Spark's start included`,
        figure: `${one.toFixed(0)} s, ${count(perCore)}/s a core: ${Math.round((100 * perCore) / rate)} %`,
        baseline: `one engine in one process: ${alone.seconds.toFixed(0)} s, ${count(rate)}/s`,
        goal: '≥ 60 %',
      },
      {
        what: '… two cores',
        figure: `${two.toFixed(0)} s: ${(two / one).toFixed(2)} of the time with one`,
        goal: '≤ 0.65',
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
