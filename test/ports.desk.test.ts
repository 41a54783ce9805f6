// The desk of one process, and what works beside it, held to the contracts of their ports.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { NO_DATA_MODEL } from '../src/domain/data-model.ts';
import type { Label } from '../src/domain/label.ts';
import type { Transaction } from '../src/domain/transaction.ts';
import type { BacktestStatus } from '../src/ports/backtester.ts';
import { systemClock } from '../src/ports/clock.ts';
import { OverCapacityError } from '../src/ports/desk.ts';
import { createBacktester } from '../src/runtimes/backtest.ts';
import { type EmbeddedDesk, openDesk } from '../src/runtimes/embedded.ts';
import { createModelTrial } from '../src/runtimes/model-trial.ts';
import { startProducer } from '../src/runtimes/producer.ts';
import { createRetrainer } from '../src/runtimes/retrain.ts';
import { trainFirstModel } from '../src/training/first-model.ts';
import { deskContract } from './contracts/desk.ts';
import { makeFolder } from './desk-process.ts';

const folder = makeFolder();
after(() => folder.remove());

const open = (): Promise<EmbeddedDesk> =>
  openDesk({
    dataDir: join(folder.path, 'desk'),
    clock: systemClock,
    firstModel: (state) =>
      trainFirstModel(state, { preset: 'classic', seed: 1, endMs: systemClock.nowMs(), liveRate: 10 }),
    onNotice: () => undefined,
    onFailure: (error) => {
      throw error;
    },
  });

deskContract('of one process', open);

test('what works beside a desk', async (t) => {
  const desk = await open();

  await t.test(
    'CLOCK1 A clock tells epoch milliseconds, whole ones; it may stand still, and go back when it is set',
    () => {
      const before = Date.now();
      const told = systemClock.nowMs();
      assert.ok(Number.isSafeInteger(told) && told >= before && told <= Date.now());
    },
  );

  const backtester = createBacktester(desk, systemClock.nowMs);
  const start = (expression: string): string => {
    const started = backtester.start({ expression, maxRows: 500, matureUntilMs: 0 });
    if ('problem' in started) throw new Error(started.problem);
    return started.id;
  };
  const ended = async (id: string): Promise<BacktestStatus> => {
    for (;;) {
      const status = backtester.status(id);
      assert.ok(status);
      if (status.state !== 'reading' && status.state !== 'running') return status;
      await sleep(20);
    }
  };

  await t.test(
    'R6 TRY1 A draft is tried by the code that decides, on the newest transactions, and says what it would have caught',
    async () => {
      const { state, counts, done, of } = await ended(start('transaction.amount > 12.5'));
      assert.deepEqual([state, done, of, counts?.rows, counts?.errors], ['done', 500, 500, 500, 0]);
      const newest = await desk.store.transactions({}, 500);
      const held = newest.flatMap(({ transaction: { id, amountMinor } }) => (amountMinor > 1250 ? [id] : []));
      assert.ok(held.length > 0 && held.length < 500);
      assert.equal(counts?.hits, held.length);
      assert.ok(counts.sample.every((id) => held.includes(id)));
    },
  );

  await t.test(
    'TRY2 One that is cancelled ends as cancelled, one that fails as failed with why; only what is under way can be cancelled',
    async () => {
      const cancelled = start('score > 0.5');
      assert.ok(backtester.cancel(cancelled));
      assert.deepEqual(
        [(await ended(cancelled)).state, (await ended(cancelled)).problem],
        ['cancelled', undefined],
      );
      assert.equal(backtester.cancel(cancelled), false);
      assert.equal(backtester.cancel('nowhere'), false);
      assert.equal(backtester.status('nowhere'), undefined);
      const failed = await ended(start('no_such_thing > 1'));
      assert.equal(failed.state, 'failed');
      assert.ok((failed.problem ?? '').length > 0);
    },
  );

  await t.test('TRY3 Two are tried at once, a third is told to wait', async () => {
    const ids = [start('score > 0.1'), start('score > 0.2')];
    const third = backtester.start({ expression: 'score > 0.3', maxRows: 500, matureUntilMs: 0 });
    assert.match('problem' in third ? third.problem : '', /under way. Wait for one/);
    for (const id of ids) assert.equal((await ended(id)).state, 'done');
    assert.equal((await ended(start('score > 0.3'))).state, 'done');
    await backtester.close();
  });

  await t.test('TRAIN1 One training is under way at a time; who starts another is told', async () => {
    const retrainer = createRetrainer(desk, 365 * 86_400_000);
    assert.equal(retrainer.start('ann', ''), undefined);
    assert.match(retrainer.start('bob', '') ?? '', /under way already/);
    while (retrainer.status().running) await sleep(20);
    assert.equal(retrainer.start('bob', ''), undefined);
    while (retrainer.status().running) await sleep(20);
    assert.equal(retrainer.status().last?.ok, false);
  });

  const { champion } = await desk.models.serving();
  const artefact = (await desk.models.artefact(String(champion))) ?? '';

  await t.test(
    'M14 TRIAL1 A model that cannot be read, or not asked within memory and time, harms nobody, and hears why it must not serve',
    async () => {
      const trial = createModelTrial(desk);
      assert.ok((await trial.ofArtefact('{"kind":'))?.length);
      assert.ok((await trial.ofArtefact(artefact.slice(0, -20)))?.length);
      assert.equal(await trial.ofArtefact(artefact), undefined);
    },
  );

  await t.test(
    'TRIAL2 A model that is filed is tried once, and again only where its trial could not be made',
    async () => {
      let asked = 0;
      let isAway = true;
      const registry = {
        ...desk.models,
        async artefact(version: string) {
          asked++;
          if (isAway) throw new Error('the database is away');
          return desk.models.artefact(version);
        },
      };
      const trial = createModelTrial({ ...desk, models: registry });
      await assert.rejects(trial.ofFiled(String(champion)), /away/);
      isAway = false;
      for (let i = 0; i < 3; i++) assert.equal(await trial.ofFiled(String(champion)), undefined);
      assert.equal(asked, 2);
    },
  );

  await t.test('TRIAL3 Beyond a few that wait, who asks is told to come again', async () => {
    const trial = createModelTrial(desk);
    const all = await Promise.allSettled(Array.from({ length: 6 }, () => trial.ofArtefact('no model')));
    const refused = all.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    assert.equal(refused.length, 2);
    assert.ok(refused.every((error) => error instanceof OverCapacityError));
    assert.ok((await trial.ofArtefact('no model'))?.length);
  });
  await desk.close();
});

test('the controls of a simulator', async (t) => {
  const sent: Transaction[] = [];
  const labels: Label[] = [];
  const producer = await startProducer(
    {
      clock: systemClock,
      accept: async (transactions) => {
        sent.push(...transactions);
      },
      acceptEvents: async () => undefined,
      label: async (known) => {
        labels.push(...known);
      },
      dataModel: () => NO_DATA_MODEL,
      catalogue: { keyFields: () => [] },
    },
    {
      preset: 'default',
      rate: 200,
      seed: 1,
      logFile: join(folder.path, 'simulator.log'),
      events: true,
      ownFields: true,
      people: { accounts: 500 },
    },
  );
  const { simulation } = producer;
  const more = async (): Promise<void> => {
    for (const count = sent.length; sent.length <= count; ) await sleep(20);
  };

  await t.test(
    'SIM1 A simulator that is paused sends nothing; when it goes on, it leaves out what is more than a few seconds late',
    async () => {
      await more();
      assert.equal(simulation.state().running, true);
      simulation.setRunning(false);
      await sleep(100);
      const count = sent.length;
      await sleep(7000);
      assert.deepEqual([sent.length, simulation.state().running], [count, false]);
      const resumedMs = systemClock.nowMs();
      simulation.setRate(50);
      simulation.setRunning(true);
      await more();
      assert.ok(sent.slice(count).every(({ occurredAtMs }) => occurredAtMs >= resumedMs - 5000));
      assert.deepEqual([simulation.state().running, simulation.state().rate], [true, 50]);
    },
  );

  await t.test(
    'SIM2 A fraud that is injected is among those told of, newest first, with what was sent of it so far',
    async () => {
      const [type] = simulation.state().fraudTypes;
      const [first, second] = [simulation.inject(type), simulation.inject(type)];
      assert.ok(first && second);
      assert.deepEqual(
        simulation.injected().map(({ id }) => id),
        [second.id, first.id],
      );
      while (simulation.injected().every((fraud) => fraud.sent.length === 0)) await sleep(20);
      const ids = new Set(sent.map(({ id }) => id));
      for (const fraud of simulation.injected()) {
        assert.ok(fraud.sent.every((id) => ids.has(id)));
        assert.ok(fraud.sent.length <= fraud.transactions);
      }
    },
  );

  await t.test('SIM3 A fraud that it does not know is none', () => {
    const before = simulation.injected().length;
    assert.equal(simulation.inject('magic'), undefined);
    assert.equal(simulation.injected().length, before);
  });
  await producer.stop();
});
