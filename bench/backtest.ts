// A draft tried on stored history: all cores beside one thread, and reading the history from the database the first time.

import { join } from 'node:path';
import { openEmbeddedDatabase } from '../src/adapters/embedded/database.ts';
import { kyselyOver } from '../src/adapters/sql/kysely-session.ts';
import { migrate } from '../src/adapters/sql/migrations.ts';
import { createPastRows } from '../src/adapters/sql/past-rows.ts';
import { createSqlStore } from '../src/adapters/sql/store.ts';
import { createEngine } from '../src/engine/process-batch.ts';
import { STANDARD } from '../src/features/standard.ts';
import { createScorer } from '../src/models/model.ts';
import { createColumns } from '../src/rules/past-columns.ts';
import { compileRuleset } from '../src/rules/ruleset.ts';
import { STARTER_RULES } from '../src/rules/starter-rules.ts';
import { tryOnColumns } from '../src/runtimes/backtest.ts';
import type { Past } from '../src/runtimes/past-at-hand.ts';
import { createSimulator } from '../src/simulator/simulator.ts';
import { trainFirstModel } from '../src/training/first-model.ts';
import { makeFolder } from '../test/desk-process.ts';
import { count, median, type Row } from './report.ts';

const START_MS = Date.UTC(2026, 0, 1);
const STORED = 30_000;
const ROWS = 600_000;
const BATCH = 500;
const ROUNDS = 5;
const DRAFT =
  'transaction.type == "transfer" && features.is_new_device == 1.0 && features.is_new_counterparty == 1.0 &&\n' +
  '  features.amount >= 500.0 && score > 0.02 || transaction.merchant.mcc in ["7995", "5944"] && features.amount > 300.0';

/** Decides a simulated stream and stores it as a desk does. */
async function storeHistory(path: string) {
  const state = STANDARD.createState();
  const model = await trainFirstModel(state, { preset: 'default', seed: 1, endMs: START_MS, liveRate: 20 });
  const session = openEmbeddedDatabase(path, (error) => {
    throw error;
  });
  const db = kyselyOver(session);
  await migrate(db, 'embedded');
  const store = createSqlStore(session, db);
  const engine = createEngine(state, {
    catalogue: STANDARD,
    serving: { champion: createScorer(model, STANDARD) },
    ruleset: compileRuleset(STARTER_RULES, STANDARD),
  });
  const simulator = createSimulator({ seed: 5, rate: 20, startMs: START_MS, accounts: state.account.size });
  const nothing = { decided: () => undefined, label: () => undefined };
  for (let offset = 0; offset < STORED; offset += BATCH) {
    const records = Array.from({ length: BATCH }, () => {
      const { transaction } = simulator.next();
      return { kind: 'transaction', transaction, receivedAtMs: transaction.occurredAtMs } as const;
    });
    const batch = { firstOffset: offset, nextOffset: offset + BATCH, records };
    await store.commit(engine.processBatch(0, batch, nothing, records[0].receivedAtMs));
  }
  return session;
}

export async function benchBacktest(): Promise<Row[]> {
  const folder = makeFolder();
  const session = await storeHistory(join(folder.path, 'database'));
  const rows = createPastRows(session);
  const columns = createColumns(ROWS);
  const started = performance.now();
  const read = [];
  for (let before: number | undefined; ; ) {
    const page = await rows.page(before, 2000);
    read.push(...page.rows);
    if (page.last === undefined) break;
    before = page.last;
  }
  const readRate = read.length / ((performance.now() - started) / 1000);
  // The same rows again and again, as a longer history would be.
  while (columns.rows < ROWS) columns.add(read[columns.rows % read.length]);
  const past: Past = { catalogue: STANDARD, ...columns.finish() };
  const measure = async (threads: number | undefined): Promise<number> => {
    const rates: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const { counts, runMs } = await tryOnColumns(past, DRAFT, [], [], () => undefined, { threads });
      if (counts.rows !== ROWS || counts.hits === 0) throw new Error('the draft was not tried');
      if (round > 0) rates.push(ROWS / (runMs / 1000));
    }
    return median(rates);
  };
  const one = await measure(1);
  const all = await measure(undefined);
  await session.close();
  folder.remove();
  return [
    {
      what: `a draft tried on ${count(ROWS)} stored transactions, all cores, with starting the threads`,
      figure: `${count(all)}/s`,
      baseline: `one thread: ${count(one)}/s`,
      goal: '≥ 200,000/s',
    },
    {
      what: 'reading the history into memory before the first draft (kept for five minutes)',
      figure: `${count(readRate)}/s from PGlite`,
    },
  ];
}
