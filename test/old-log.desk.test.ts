// What a log of before may hold: records that are refused today must not stop a desk that finds them.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Transaction } from '../src/domain/transaction.ts';
import { systemClock } from '../src/ports/clock.ts';
import { type EmbeddedDesk, openDesk } from '../src/runtimes/embedded.ts';
import { trainFirstModel } from '../src/training/first-model.ts';
import { makeFolder } from './desk-process.ts';

const folder = makeFolder();
after(() => folder.remove());

const open = (): Promise<EmbeddedDesk> =>
  openDesk({
    dataDir: folder.path,
    clock: systemClock,
    firstModel: (state) =>
      trainFirstModel(state, { preset: 'classic', seed: 1, endMs: systemClock.nowMs(), liveRate: 10 }),
    onNotice: () => undefined,
    onFailure: (error) => {
      throw error;
    },
  });

const transaction = (id: string, more: Partial<Transaction> = {}): Transaction => ({
  id,
  accountId: 'a1',
  occurredAtMs: Date.now() - 60_000,
  amountMinor: 1234,
  currency: 'EUR',
  type: 'transfer',
  ...more,
});

test('T7 T9 eleven payments of 2^53 on one account, and an id with a byte order mark that comes twice, stop nothing', async () => {
  let desk = await open();
  await desk.office.lists.put('blocked-accounts', [{ value: 'whale', expiresAtMs: undefined, note: '' }], {
    atMs: Date.now(),
    actor: { kind: 'person', id: 'ann', name: 'Ann' },
    action: 'put into a list',
    subject: 'list blocked-accounts',
  });
  await desk.refresh();
  const records = [
    transaction('\ufeffretry-1'),
    ...Array.from({ length: 11 }, (_, i) =>
      transaction(`whale-${i}`, {
        accountId: 'whale',
        amountMinor: Number.MAX_SAFE_INTEGER,
        currency: 'JPY',
      }),
    ),
    transaction('retry-1', { city: 'another one' }),
    transaction('\ufeffa2', { accountId: '\ufeffa1', merchant: { id: '\ufeffm', name: '\ufeffShop' } }),
  ];
  // One after the other, so that each joins what is stored.
  for (const record of records) {
    await desk.log.append([{ kind: 'transaction', transaction: record, receivedAtMs: Date.now() }]);
    await desk.settled();
  }
  for (let start = 0; start < 2; start++) {
    await desk.log.append([{ kind: 'transaction', transaction: records[0], receivedAtMs: Date.now() }]);
    await desk.settled();
    for (const record of records)
      assert.deepEqual(
        (await desk.store.transaction(record.id))?.transaction,
        JSON.parse(JSON.stringify(record)),
      );
    const [alert] = await desk.office.alerts.list(
      { view: 'open', sort: 'priority', person: '', nowMs: Date.now() },
      10,
    );
    assert.deepEqual([alert.accountId, alert.transactions], ['whale', 11]);
    assert.ok(alert.amountMinor > 9 * Number.MAX_SAFE_INTEGER);
    assert.equal((await desk.office.deadLetters.page({ quarantined: true }, 10)).length, 0);
    assert.equal((await desk.decide(transaction(`new-${start}`))).kind, 'decided');
    await desk.close();
    desk = await open();
  }
  await desk.close();
});
