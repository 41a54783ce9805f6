// The streaming job on a Spark cluster, as a bank would run it: submitted to a master, decided on two executors, each a
// process of its own with its own engine.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { makeTemporaryFolder } from '../src/stack/temporary-folder.ts';
import { type Installation, openInstallation } from './faults/installation.ts';
import { runRound } from './faults/round.ts';
import { type SparkCluster, startSparkCluster } from './spark-cluster.ts';

/** Real-time mode needs a slot for each at once. */
const PARTITIONS = 4;
const EXECUTORS = 2;
const folder = makeTemporaryFolder('cluster');
let installation: Installation;
let cluster: SparkCluster;

before(async () => {
  installation = await openInstallation(folder, PARTITIONS);
  cluster = await startSparkCluster(folder, EXECUTORS, PARTITIONS / EXECUTORS);
});
after(async () => {
  await cluster?.stop();
  await installation?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("S1 on a cluster nothing is lost or doubled, decisions are the embedded engine's: executor killed, driver killed", async () => {
  const { lost, doubled, different, accepted, compared, poisonTrouble } = await runRound(installation, {
    seed: 1,
    round: 'cluster',
    cluster,
    faults: ['executor killed', 'worker killed'],
    perSecond: 200,
    seconds: 15,
    onNotice: () => undefined,
  });
  assert.deepEqual([lost.slice(0, 3), doubled.slice(0, 3), different.slice(0, 3)], [[], [], []]);
  assert.deepEqual(poisonTrouble, []);
  assert.ok(accepted > 2500 && compared > 800, `${accepted} accepted, ${compared} compared`);
});
