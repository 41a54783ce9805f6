// A candidate from what a desk decided and was told since, judged beside the champion on the same transactions.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { LogRecord } from '../src/engine/records.ts';
import { systemClock } from '../src/ports/clock.ts';
import { type EmbeddedDesk, openDesk } from '../src/runtimes/embedded.ts';
import { createModelTrial } from '../src/runtimes/model-trial.ts';
import { createRetrainer, retrain } from '../src/runtimes/retrain.ts';
import { createModelReviews } from '../src/server/models/model-reviews.ts';
import { pastScorers } from '../src/server/models/past-scorers.ts';
import { createClassicSimulator } from '../src/simulator/classic.ts';
import { trainFirstModel } from '../src/training/first-model.ts';
import { labelFor } from '../src/training/label-clock.ts';
import { makeFolder } from './desk-process.ts';

const folder = makeFolder();
after(() => folder.remove());

const ROWS = 16_000;
const MATURITY_MS = 0;

/** Ten days of payments with labels for the frauds; gives how many those are. */
async function decideAndLabel(desk: EmbeddedDesk): Promise<number> {
  const simulator = createClassicSimulator({
    seed: 4,
    rate: ROWS / (10 * 86_400),
    startMs: systemClock.nowMs() - 10 * 86_400_000,
    accounts: 500,
  });
  let frauds = 0;
  for (let sent = 0; sent < ROWS; ) {
    const records: LogRecord[] = [];
    for (let i = 0; i < 500; i++, sent++) {
      const { transaction, fraudType } = simulator.next();
      records.push({ kind: 'transaction', transaction, receivedAtMs: systemClock.nowMs() });
      if (fraudType === undefined) continue;
      frauds++;
      const label = labelFor(transaction, true, systemClock.nowMs(), 'chargeback', fraudType);
      records.push({ kind: 'label', label });
    }
    await desk.append(records);
    await desk.settled();
  }
  return frauds;
}

/** The candidate beside the champion, on what was decided and labelled here. */
async function checkReviews(desk: EmbeddedDesk, version: string, frauds: number): Promise<void> {
  const reviews = createModelReviews(desk, pastScorers(desk), createModelTrial(desk), MATURITY_MS);
  const period = await reviews.period();
  assert.equal(period.rows.length, ROWS);
  assert.ok(Math.abs(period.verdicts - frauds / ROWS) < 1e-9);
  const champion = desk.inService().serving.champion.info.version;
  const [old, candidate] = [await reviews.review(champion), await reviews.review(version)];
  assert.ok(old && candidate);
  assert.equal(candidate.frauds, frauds);
  assert.ok(candidate.averagePrecision > old.averagePrecision - 0.02);
  assert.equal(
    [...candidate.genuine, ...candidate.fraud].reduce((sum, n) => sum + n, 0),
    ROWS,
  );
  const gate = await reviews.gate(version);
  assert.deepEqual(
    gate?.filter(({ passed }) => !passed),
    [],
  );
  const drift = await reviews.drift();
  const { features } = desk.inService().serving.champion.info;
  assert.deepEqual(drift?.map(({ name }) => name).sort(), ['score', ...features].sort());
  assert.ok(drift?.every(({ index, probability }) => index >= 0 && probability >= 0 && probability <= 1));
  const shifts = await reviews.shifts();
  assert.deepEqual(
    shifts.filter(({ alarm }) => alarm),
    [],
  );
  const of = (name: string) => shifts.find((shift) => shift.name === name);
  // The first model learnt from a simulation: how much comes in then, and how late labels are, it cannot know.
  assert.equal(of('volume')?.before, undefined);
  assert.equal(of('label delay')?.before, undefined);
  assert.ok(of('unseen merchant')?.now !== undefined && of('unseen country')?.probability !== undefined);
  assert.equal(await reviews.review('nowhere'), undefined);
}

test('M11 TRAIN2 What is trained is filed as a candidate, and decides nothing; where it fails, why is kept until the next: it learns from what was decided and labelled here', async () => {
  const notices: string[] = [];
  const desk = await openDesk({
    dataDir: join(folder.path, 'var'),
    clock: systemClock,
    firstModel: (state) =>
      trainFirstModel(state, { preset: 'classic', seed: 1, endMs: systemClock.nowMs(), liveRate: 10 }),
    onNotice: (text) => notices.push(text),
    onFailure: (error) => {
      throw error;
    },
  });
  try {
    await assert.rejects(
      retrain(desk, { maturityMs: MATURITY_MS, seed: 1 }),
      /too little to learn from yet: 0 decisions/,
    );
    const tooEarly = createRetrainer(desk, MATURITY_MS);
    assert.equal(tooEarly.start('ann', ''), undefined);
    while (tooEarly.status().running) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.match(tooEarly.status().last?.text ?? '', /too little to learn from yet/);
    const frauds = await decideAndLabel(desk);
    assert.ok(frauds > 60, `${frauds}`);

    const options = { maturityMs: MATURITY_MS, seed: 1 };
    const model = await retrain(desk, options);
    assert.equal((await retrain(desk, { ...options, threads: 1 })).info.version, model.info.version);
    const { trainingWindow, heldOut } = model.info;
    assert.equal(trainingWindow.source, 'history');
    assert.equal(trainingWindow.rows, ROWS * 0.75);
    assert.equal(heldOut?.rows, ROWS * 0.25);

    const retrainer = createRetrainer(desk, MATURITY_MS);
    assert.equal(retrainer.status().last, null);
    assert.equal(retrainer.start('ann', 'weekly'), undefined);
    assert.match(retrainer.start('bob', '') ?? '', /under way already/);
    while (retrainer.status().running) await new Promise((resolve) => setTimeout(resolve, 50));
    const { last } = retrainer.status();
    if (!last?.ok) throw new Error(last?.text);
    const filed = await desk.models.find(last.version);
    assert.deepEqual([filed?.state, filed?.filedBy, filed?.notes], ['candidate', 'ann', 'weekly']);
    await desk.refresh();
    assert.notEqual(desk.inService().serving.champion.info.version, last.version);

    await checkReviews(desk, last.version, frauds);
    assert.deepEqual(notices, []);
  } finally {
    await desk.close();
  }
});
