// What a log must do, whatever keeps its records.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogRecord } from '../../src/engine/records.ts';
import type { Log } from '../../src/ports/stream/log.ts';

export type LogWorld = {
  /** The same log each time, as whoever starts anew finds it. */
  open(): Promise<Log>;
  /** The next append of this log fails. */
  failOnce(): void;
  close(): Promise<void>;
};

const record = (n: number): LogRecord => ({
  kind: 'label',
  label: {
    transactionId: `t${n}`,
    fraud: n % 2 === 0,
    source: 'analyst',
    labelledAtMs: 1000 + n,
    accountId: `Zoë ${n}`,
    occurredAtMs: n,
  },
});
const records = (from: number, until: number): LogRecord[] =>
  Array.from({ length: until - from }, (_, i) => record(from + i));

/** Everything from an offset on, with as many at a time as are given. */
async function allFrom(log: Log, offset: number, max: number): Promise<LogRecord[]> {
  const found: LogRecord[] = [];
  while (offset + found.length < log.endOffset()) {
    const from = offset + found.length;
    const batch = await log.read(from, max);
    assert.equal(batch.firstOffset, from);
    assert.ok(batch.records.length > 0 && batch.records.length <= max, `${batch.records.length} records`);
    found.push(...batch.records);
  }
  return found;
}

export function logContract(name: string, open: () => Promise<LogWorld>): void {
  test(`log: ${name}`, async (t) => {
    const world = await open();
    const log = await world.open();

    await t.test(
      'LOG2 Offsets have no gap, and records stand in the order in which appends were called',
      async () => {
        assert.equal(log.endOffset(), 0);
        const offsets = await Promise.all([
          log.append(records(0, 2)),
          log.append(records(2, 3)),
          log.append(records(3, 1500)),
          log.append(records(1500, 1501)),
        ]);
        assert.deepEqual(offsets, [0, 2, 3, 1500]);
        assert.equal(log.endOffset(), 1501);
        assert.deepEqual(await allFrom(log, 0, 700), records(0, 1501));
        assert.equal(log.pending, 0);
      },
    );

    await t.test(
      'LOG3 A read begins at the offset that it is asked for, gives at most so many records, and none only at the end',
      async () => {
        assert.deepEqual(await allFrom(log, 1499, 1), [record(1499), record(1500)]);
        assert.deepEqual(await log.read(1501, 10), { firstOffset: 1501, records: [] });
      },
    );

    await t.test('LOG4 An append that fails takes no offset: what comes next stands there', async () => {
      world.failOnce();
      await assert.rejects(log.append(records(90, 95)));
      assert.equal(log.endOffset(), 1501);
      assert.equal(await log.append(records(1501, 1502)), 1501);
      assert.deepEqual(await allFrom(log, 1500, 10), records(1500, 1502));
      assert.equal(log.pending, 0);
    });

    await t.test(
      'LOG5 Whoever waits for an offset hears when a record is there, and when they are woken',
      async () => {
        await log.arrival(1501);
        let heard = 0;
        const waiting = [log.arrival(1502), log.arrival(1502)].map((one) => one.then(() => heard++));
        await new Promise((resolve) => setImmediate(resolve));
        assert.equal(heard, 0);
        log.wake();
        await Promise.all(waiting);
        const another = log.arrival(1502);
        await log.append(records(1502, 1503));
        await another;
      },
    );

    await t.test(
      'LOG1 What an append resolved for is there for whoever opens the log again, at the offset that it gave',
      async () => {
        const again = await world.open();
        assert.equal(again.endOffset(), 1503);
        assert.deepEqual(await allFrom(again, 0, 400), records(0, 1503));
        assert.deepEqual(
          await allFrom(again, 1001, 100),
          records(1001, 1503),
          'from the middle of an append',
        );
        assert.equal(await again.append(records(1503, 1600)), 1503);
        assert.deepEqual(await allFrom(again, 1400, 100), records(1400, 1600));
      },
    );
    await world.close();
  });
}
