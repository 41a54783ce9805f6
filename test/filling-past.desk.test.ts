// What went live part-way is there for the past: for training, for rules that are tried on it, and for fields that nobody had declared
// when they came in.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { customerEventToJson } from '../src/domain/customer-event.ts';
import { transactionToJson } from '../src/domain/transaction.ts';
import type { LogRecord } from '../src/engine/records.ts';
import type { Model } from '../src/models/model.ts';
import { systemClock } from '../src/ports/clock.ts';
import { createBacktester } from '../src/runtimes/backtest.ts';
import type { EmbeddedDesk } from '../src/runtimes/embedded.ts';
import { retrain } from '../src/runtimes/retrain.ts';
import { makeFolder } from './desk-process.ts';
import { assertAlike, openFilling, send, serve, stored } from './filling/desks.ts';
import { documentOf, OWN, traffic } from './filling/traffic.ts';

const folder = makeFolder();
const open = (name: string): Promise<EmbeddedDesk> => openFilling(join(folder.path, name));

const RECORDS = 5000;
const CHANGED_AT = 4500;
let whole: EmbeddedDesk;
let changed: EmbeddedDesk;
before(async () => {
  [whole, changed] = [await open('whole'), await open('changed')];
  const records = traffic(21, RECORDS);
  const document = documentOf(OWN);
  await serve(whole, document);
  await send(whole, records);
  await send(changed, records.slice(0, CHANGED_AT));
  await serve(changed, document);
  await send(changed, records.slice(CHANGED_AT));
  await Promise.all([whole.settled(), changed.settled()]);
});
after(async () => {
  await whole.close();
  await changed.close();
  folder.remove();
});

/** What a rule would have caught of all that is stored. */
async function tried(desk: EmbeddedDesk, expression: string) {
  const backtester = createBacktester(desk, systemClock.nowMs);
  const started = backtester.start({ expression, maxRows: 50_000, matureUntilMs: 0 });
  if ('problem' in started) assert.fail(started.problem);
  for (;;) {
    const status = backtester.status(started.id);
    assert.ok(status);
    if (status.state === 'done') {
      await backtester.close();
      return status.counts;
    }
    assert.ok(status.state === 'reading' || status.state === 'running', String(status.problem));
    await sleep(20);
  }
}

test('Y44: a rule on a new feature is tried on all of the past, as if the feature had been there', async () => {
  const rows = (await stored(changed)).length;
  for (const expression of [
    'features.customer_payments_30d > 5.0',
    'features.customer_failed_24h > 0.0 && features.customer_usual > 1.0',
    'features.twice_customer > 20.0',
    'transaction.attributes.risk.deviceScore > 1.2 && features.customer_fraud_rate_30d > 0.02',
  ]) {
    const [expected, found] = [await tried(whole, expression), await tried(changed, expression)];
    assert.ok(expected && expected.rows === rows && expected.hits > 20 && expected.hits < rows, expression);
    assert.deepEqual([found?.rows, found?.hits, found?.errors], [rows, expected.hits, 0], expression);
  }
});

test('Y44: a candidate is trained with new features on all of the past, as if they had been there', async () => {
  const options = { maturityMs: -1, seed: 5, threads: 1 };
  const [expected, found] = [await retrain(whole, options), await retrain(changed, options)];
  const own = OWN.features.map(({ name }) => name).filter((name) => expected.info.features.includes(name));
  assert.equal(own.length, OWN.features.length);
  assert.deepEqual(found.info.features, expected.info.features);
  assert.equal(found.info.trainingWindow.rows, expected.info.trainingWindow.rows);
  const learnt = ({ ensemble, calibration, encoding, info }: Model) => [
    ensemble,
    calibration,
    encoding,
    info.heldOut,
  ];
  assert.deepEqual(learnt(found), learnt(expected));
});

/** Own fields as banks send them, in whatever form. */
const LOOSE = (i: number) => ({
  'customer.number': ` K${i % 4} `,
  'contact.email': i % 3 === 0 ? `Ann${i % 5}@Example.COM` : `ann${i % 5}@example.com`,
  ...(i % 7 === 0 && { 'risk.mark': i % 14 === 0 ? 0.25 : 'unknown' }),
});

test('Y45: a field that is declared later is found in what came in before, in the form that it has by now', async () => {
  const document = documentOf({
    data: {
      fields: [
        { name: 'customer.number', type: 'id', description: 'The customer', personal: true },
        { name: 'contact.email', type: 'email', description: 'The address', personal: true },
        { name: 'risk.mark', type: 'number', description: 'A mark', personal: false },
      ],
      entities: [
        { name: 'client', description: 'A customer', key: ['customer.number'] },
        { name: 'mailbox', description: 'An address', key: ['contact.email'] },
      ],
    },
    features: OWN.features
      .slice(0, 2)
      .flatMap((one, i) =>
        ['client', 'mailbox'].map((entity) => ({ ...one, name: `${entity}_${i}`, entity })),
      ),
  });
  /** As the API reads it at the time; what is refused then is sent without the field that is at fault. */
  const readBy = (desk: EmbeddedDesk, record: LogRecord, i: number): LogRecord => {
    if (record.kind === 'label') return record;
    const isEvent = record.kind === 'event';
    const json = isEvent ? customerEventToJson(record.event) : transactionToJson(record.transaction);
    const read = (attributes: object) =>
      isEvent ? desk.readEvent({ ...json, attributes }) : desk.readTransaction({ ...json, attributes });
    const { 'risk.mark': mark, ...rest } = LOOSE(i);
    const all = read(LOOSE(i));
    const taken = all.ok ? all : read(rest);
    assert.ok(taken.ok, JSON.stringify(taken));
    return { ...record, [record.kind]: taken.value } as LogRecord;
  };
  const records = traffic(5, 1600);
  const [early, late] = [await open('early'), await open('late')];
  await serve(early, document);
  for (const desk of [early, late]) {
    for (let at = 0; at < records.length; at += 100) {
      if (desk === late && at === 1200) await serve(late, document);
      await desk.append(records.slice(at, at + 100).map((record, i) => readBy(desk, record([]), at + i)));
    }
    await desk.settled();
  }
  const [{ transaction }] = await stored(late);
  assert.match(String(transaction.attributes?.['customer.number']), /^ ?K/, 'as it came');
  await assertAlike(early, late, 'declared later');
  for (const expression of [
    'transaction.attributes.contact.email == "ann0@example.com"',
    'transaction.attributes.risk.mark < 1.0',
    'features.mailbox_0 > 50.0',
  ]) {
    const [expected, found] = [await tried(early, expression), await tried(late, expression)];
    assert.ok(expected && expected.hits > 10, expression);
    assert.deepEqual([found?.hits, found?.errors], [expected.hits, 0], expression);
  }
  await early.close();
  await late.close();
});
