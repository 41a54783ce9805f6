// What the processor of a log must do, over any log and any store.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Transaction } from '../../src/domain/transaction.ts';
import { type BatchOutput, createEngine, type Result } from '../../src/engine/process-batch.ts';
import type { LogRecord } from '../../src/engine/records.ts';
import { STANDARD } from '../../src/features/standard.ts';
import type { Scorer } from '../../src/models/model.ts';
import type { Store } from '../../src/ports/store.ts';
import type { Log } from '../../src/ports/stream/log.ts';
import { compileRuleset } from '../../src/rules/ruleset.ts';
import { createProcessor, type Processor, type ProcessorHooks } from '../../src/stream/processor.ts';

export type RoadWorld = { readonly log: Log; readonly store: Store; close(): Promise<void> };

const START_MS = Date.UTC(2026, 10, 24, 12);
const SCORER: Scorer = {
  info: {
    version: 'm',
    kind: 'random-forest',
    createdAt: new Date(START_MS).toISOString(),
    features: ['amount'],
    catalogueHash: 'c',
    seed: 0,
    parameters: {},
    trainingWindow: { source: 'simulation', from: '', until: '', rows: 0, frauds: 0 },
    thresholds: { review: 0.9, decline: 0.95 },
  },
  catalogue: STANDARD,
  failures: { count: 0, last: undefined },
  baseline: undefined,
  curve: undefined,
  input: undefined,
  knows: () => true,
  score: ({ amountMinor }) => (amountMinor % 100) / 100,
  vote: () => 0,
  baseVote: 0,
  contributions: () => new Float64Array(STANDARD.size),
};

const record = (id: string, more: Partial<Transaction> = {}): LogRecord => ({
  kind: 'transaction',
  transaction: {
    id,
    accountId: `a${id.length}`,
    occurredAtMs: START_MS,
    amountMinor: id.length * 7,
    currency: 'EUR',
    type: 'purchase',
    ...more,
  },
  receivedAtMs: START_MS,
});
/** No database takes half of what stands in its city. */
const poisoned = (id: string): LogRecord => record(id, { city: 'x\u0000y' });
const away = (): Error => Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });

export function roadContract(name: string, open: () => Promise<RoadWorld>): void {
  test(`the road from log to store: ${name}`, async (t) => {
    const { log, store, close } = await open();
    const engine = createEngine(STANDARD.createState(), {
      catalogue: STANDARD,
      serving: { champion: SCORER },
      ruleset: compileRuleset([], STANDARD),
    });
    const inQuarantine = new Map<string, string>();
    const running: Processor[] = [];
    /** A processor that goes on where the store is, with what it told. */
    async function start(commit: Store['commit'], hooks: Partial<ProcessorHooks> = {}) {
      const outputs: BatchOutput[] = [];
      const troubles: string[] = [];
      const failed = Promise.withResolvers<Error>();
      const processor = createProcessor(
        log,
        { ...store, commit },
        engine,
        { nowMs: () => START_MS },
        await store.committedOffset(0),
        inQuarantine,
        {
          onCommitted: (output) => outputs.push(output),
          onBoundary: () => undefined,
          onTrouble: (what) => troubles.push(what),
          onFailure: failed.resolve,
          ...hooks,
        },
      );
      running.push(processor);
      return { processor, outputs, troubles, failed: failed.promise };
    }
    // One at a time: where a test failed, its processor must not go on beside the next.
    t.afterEach(async () => {
      for (const processor of running.splice(0)) await processor.stop();
    });
    type Started = Awaited<ReturnType<typeof start>>;
    /** Appends before it runs, so that all of it is there at once; gives what became of each. */
    async function resultsOf({ processor }: Started, records: readonly LogRecord[]) {
      const first = await log.append(records);
      const results = records.map((_, i) => processor.resultAt(first + i));
      processor.start();
      return Promise.all(results);
    }
    const kinds = (results: readonly (Result | undefined)[]) => results.map((result) => result?.kind);

    await t.test(
      'ROAD1 Records are decided once, in the order of their offsets, each batch by what the ones before said',
      async () => {
        const started = await start(store.commit);
        const records = Array.from({ length: 1100 }, (_, i) => record(`r${i % 550}`));
        const results = await resultsOf(started, records);
        await started.processor.stop();
        assert.deepEqual(
          started.outputs.flatMap(({ firstOffset, nextOffset }) =>
            Array.from({ length: nextOffset - firstOffset }, (_, i) => firstOffset + i),
          ),
          [...Array(1100).keys()],
        );
        assert.deepEqual(
          started.outputs.flatMap(({ decided }) => decided.map(({ offset }) => offset)),
          [...Array(550).keys()],
        );
        for (const [i, result] of results.entries()) {
          const first = results[i % 550];
          assert.ok(result && result.kind !== 'quarantined' && first?.kind === 'decided');
          assert.equal(result.kind, i < 550 ? 'decided' : 'duplicate');
          assert.deepEqual(result.decision, first.decision);
        }
        assert.equal(await store.committedOffset(0), 1100);
      },
    );

    await t.test('D2 ROAD2 Nobody hears of a decision before it is committed', async () => {
      const room = Promise.withResolvers<void>();
      const started = await start(async (output) => {
        await room.promise;
        await store.commit(output);
      });
      let heard = 0;
      const results = resultsOf(started, [record('later'), record('later')]).finally(() => heard++);
      while (started.processor.nextOffset < log.endOffset()) await new Promise((next) => setTimeout(next, 5));
      assert.equal(heard + started.outputs.length, 0, 'it is decided, and nobody knows');
      assert.equal(started.processor.committedOffset, 1100);
      room.resolve();
      assert.deepEqual(kinds(await results), ['decided', 'duplicate']);
      assert.equal(started.processor.committedOffset, 1102);
      assert.equal((await store.findKnown(['later'])).size, 1);
      await started.processor.stop();
    });

    await t.test(
      'K1 ROAD3 A record that cannot be stored goes to the quarantine alone, and whoever waits for it, or repeats it, hears so',
      async () => {
        const started = await start(store.commit);
        const results = await resultsOf(started, [
          record('well'),
          poisoned('ill'),
          poisoned('ill'),
          record('well too'),
        ]);
        assert.deepEqual(kinds(results), ['decided', 'quarantined', 'quarantined', 'decided']);
        const later = started.processor.resultAt(await log.append([poisoned('ill')]));
        assert.equal((await later)?.kind, 'quarantined');
        assert.deepEqual([...inQuarantine.keys()], ['ill']);
        await started.processor.stop();
        assert.equal(await store.committedOffset(0), log.endOffset());
      },
    );

    await t.test(
      'ROAD5 Whoever stops it waits for what is under way; the rest is in the log for the next start',
      async () => {
        const room = Promise.withResolvers<void>();
        const started = await start(async (output) => {
          await room.promise;
          await store.commit(output);
        });
        const results = resultsOf(
          started,
          Array.from({ length: 1600 }, (_, i) => record(`s${i}`)),
        );
        results.catch(() => undefined);
        const from = await store.committedOffset(0);
        while (started.processor.nextOffset < from + 1000) await new Promise((next) => setTimeout(next, 5));
        const stopped = started.processor.stop();
        room.resolve();
        await stopped;
        const { nextOffset, committedOffset } = started.processor;
        assert.equal(committedOffset, nextOffset);
        assert.ok(nextOffset < log.endOffset());
        assert.equal(await store.committedOffset(0), nextOffset);
        const next = await start(store.commit);
        assert.deepEqual(kinds(await resultsOf(next, [record('last')])), ['decided']);
        await next.processor.stop();
        assert.equal(await store.committedOffset(0), from + 1601);
      },
    );

    await t.test(
      'ROAD6 What a boundary asks for runs after its offset is committed, and before the next commit',
      async () => {
        const order: string[] = [];
        const started = await start(
          async (output) => {
            order.push(`commit to ${output.nextOffset}`);
            await store.commit(output);
          },
          {
            onBoundary: (offset) => async () => {
              assert.equal(await store.committedOffset(0), offset);
              order.push(`after ${offset}`);
            },
          },
        );
        const from = log.endOffset();
        await resultsOf(
          started,
          Array.from({ length: 1200 }, (_, i) => record(`b${i}`)),
        );
        await started.processor.stop();
        assert.deepEqual(
          order,
          [500, 1000, 1200].flatMap((n) => [`commit to ${from + n}`, `after ${from + n}`]),
        );
      },
    );

    await t.test(
      'K2 ROAD4 What the machine is at fault for is told and tried again; what goes on failing ends the processor, and all who wait hear why',
      async () => {
        let failures = 2;
        const started = await start(async (output) => {
          if (failures-- > 0) throw away();
          await store.commit(output);
        });
        assert.deepEqual(kinds(await resultsOf(started, [record('patient')])), ['decided']);
        assert.deepEqual(started.troubles, ['commit', 'commit']);
        await started.processor.stop();
        const before = await store.committedOffset(0);
        const lost = await start(() => Promise.reject(away()));
        await assert.rejects(resultsOf(lost, [record('hopeless')]), /connection refused/);
        assert.match((await lost.failed).message, /connection refused/);
        assert.equal(await store.committedOffset(0), before);
        assert.ok(!inQuarantine.has('hopeless'));
      },
    );
    await t.test(
      'ROAD7 What is asked for between two batches runs once all before it is committed, and before anything after it is decided',
      async () => {
        const started = await start(store.commit);
        const before = await store.committedOffset(0);
        const { processor } = started;
        let waited = 0;
        const first = processor.between(async (at) => {
          waited = await log.append([record('while it waits')]);
          await new Promise((next) => setTimeout(next, 20));
          assert.deepEqual(started.outputs, []);
          return at;
        });
        processor.start();
        assert.equal(await first, before);
        await processor.resultAt(waited);
        // Asked for while nothing comes in, and while much does.
        assert.equal(await processor.between(async (at) => at), waited + 1);
        const many = Array.from({ length: 1200 }, (_, i) => record(`between ${i}`));
        const last = (await log.append(many)) + many.length - 1;
        const [at, committed] = await processor.between(async (next) => [
          next,
          await store.committedOffset(0),
        ]);
        assert.equal(committed, at, 'all before it is committed');
        await assert.rejects(
          processor.between(() => Promise.reject(new Error('not now'))),
          /not now/,
        );
        await processor.resultAt(last);
        await processor.stop();
        await assert.rejects(
          processor.between(async () => 0),
          /stopped/,
        );
      },
    );
    await close();
  });
}
