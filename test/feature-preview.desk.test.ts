// Values of features on stored transactions: of a draft by a replay, of those in service as decisions were made with them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { InputError } from '../src/domain/input-error.ts';
import { OverCapacityError } from '../src/ports/desk.ts';
import type { Store } from '../src/ports/store.ts';
import type { CatalogueDocument } from '../src/protocol/catalogue-document.ts';
import { createFeaturePreviewer } from '../src/runtimes/feature-preview.ts';
import { type DeskProcess, makeFolder, smallest, startDesk } from './desk-process.ts';
import { type Caller, caller } from './people.ts';

const folder = makeFolder();
let desk: DeskProcess;
let local: Caller;

before(async () => {
  desk = await startDesk(folder.path, ['--no-simulator']);
  local = caller(desk, {});
});
after(async () => {
  await desk.stop();
  folder.remove();
});

const said = { unit: 'number', missing: 'missing without a customer' };
const DOCUMENT: CatalogueDocument = {
  format: 'goshawk-catalogue-1',
  standard: 'all',
  data: {
    fields: [
      { name: 'customerId', type: 'id', description: 'The customer', personal: true },
      { name: 'risk.score', type: 'number', description: 'A score', personal: false },
    ],
    entities: [{ name: 'customer', description: 'Who owns accounts', key: ['customerId'] }],
  },
  features: [
    {
      ...said,
      name: 'customer_devices_7d',
      kind: 'aggregate',
      description: 'Devices of the customer in 7 days',
      sentence: '{number(value)} devices of the customer',
      entity: 'customer',
      measure: 'distinct',
      of: 'deviceId',
      window: '7d',
    },
    {
      ...said,
      name: 'many_devices',
      kind: 'expression',
      description: 'Whether the customer has many devices and pays much',
      expression: 'features.customer_devices_7d > 2.0 && features.amount > 1.0',
    },
  ],
};
const preview = (feature: string, document: unknown = DOCUMENT) =>
  local('POST', '/v1/catalogue/preview', { document, feature });

test('Y61 a feature of a draft is computed on stored transactions, with how they turned out and what an analyst reads', async () => {
  const nothing = await local.client.call('previewFeature', {
    body: { document: DOCUMENT, feature: 'customer_devices_7d' },
  });
  assert.deepEqual([nothing.rows, nothing.from, nothing.bins], [0, null, []]);
  for (let i = 0; i < 5; i++) {
    const attributes = i === 0 ? {} : { customerId: 'c1', 'risk.score': i / 10 };
    await local.client.call('decide', {
      body: { ...smallest(`y51-${i}`, `a${i}`, 5000), deviceId: `d${Math.min(i, 3)}`, attributes },
    });
  }
  await local('POST', '/v1/labels', { transactionId: 'y51-4', fraud: true });
  await sleep(500);
  const values = await local.client.call('previewFeature', {
    body: { document: DOCUMENT, feature: 'customer_devices_7d' },
  });
  assert.deepEqual(
    values.latest.map(({ id, value, text }) => [id, value, text]),
    [
      ['y51-4', 3, '3 devices of the customer'],
      ['y51-3', 3, '3 devices of the customer'],
      ['y51-2', 2, '2 devices of the customer'],
      ['y51-1', 1, '1 devices of the customer'],
    ],
  );
  assert.deepEqual([values.source, values.rows, values.known, values.frauds], ['replayed', 5, 4, 1]);
  assert.deepEqual(
    values.bins.map(({ from, fraud, unlabelled }) => [from, fraud, unlabelled]),
    [
      [1, 0, 1],
      [2, 0, 1],
      [3, 1, 1],
    ],
  );
  assert.ok(values.meanMicros !== null && values.meanMicros > 0);
  const composed = await preview('many_devices');
  assert.deepEqual([composed.status, composed.body.known, composed.body.unit], [200, 5, 'number']);
  const { draft } = await local.client.call('getCatalogue');
  assert.equal(draft, null, 'nothing is kept');
});

test('Y61 what cannot be computed is told with its place', async () => {
  assert.equal((await preview('nowhere')).status, 404);
  const wrong = { ...DOCUMENT, features: [{ ...DOCUMENT.features?.[0], window: '0s' }] };
  const refused = await preview('customer_devices_7d', wrong);
  assert.equal(refused.status, 422);
  assert.match(JSON.stringify(refused.body.problems), /\/document\/features\/0\/window/);
  assert.equal((await local('POST', '/v1/catalogue/preview', { document: DOCUMENT })).status, 422);
});

test('Y62 of a feature in service the values are those that decisions were made with, and how often it has one', async () => {
  const values = await local.client.call('getFeatureValues', { params: { name: 'amount' } });
  assert.deepEqual([values.source, values.rows, values.known, values.latest[0].value], ['stored', 5, 5, 50]);
  assert.match(values.latest[0].text ?? '', /50/);
  assert.equal((await local('GET', '/v1/catalogue/features/nowhere')).status, 404);
  const { rows, features } = await local.client.call('listFeatureShares');
  assert.equal(features.find(({ name }) => name === 'amount')?.known, 1);
  assert.equal(rows, 5);
});

test('Y63 a check says what an analyst would read of own features, of an example value', async () => {
  const { sentences } = await local.client.call('checkCatalogue', { body: { document: DOCUMENT } });
  assert.deepEqual(
    sentences.find(({ name }) => name === 'customer_devices_7d'),
    { name: 'customer_devices_7d', text: '3 devices of the customer' },
  );
});

const question = { document: DOCUMENT, feature: 'many_devices' };
/** As a desk that has just been opened. */
const EMPTY_STORE: Pick<Store, 'transactions' | 'events'> = {
  transactions: async () => [],
  events: async () => ({ items: [], next: undefined, searched: undefined }) as never,
};
const emptyDesk = { store: EMPTY_STORE as Store };

test('PREVIEW1 Values are those that the code that decides computes, for the newest 5,000 transactions at most, with histories that begin at the first of them; nothing of it is kept', async () => {
  const own = { ...DOCUMENT, standard: 'all' as const };
  const replayed = await local.client.call('previewFeature', { body: { document: own, feature: 'amount' } });
  const decided = await local.client.call('getFeatureValues', { params: { name: 'amount' } });
  assert.deepEqual(
    replayed.latest.map(({ id, value, text }) => [id, value, text]),
    decided.latest.map(({ id, value, text }) => [id, value, text]),
  );
  assert.deepEqual(replayed.bins, decided.bins);
});

test('PREVIEW2 One is computed at once and few wait; one that takes longer than twenty seconds ends', async () => {
  const previewer = createFeaturePreviewer(emptyDesk);
  const asked = await Promise.allSettled(Array.from({ length: 6 }, () => previewer.preview(question)));
  const refused = asked.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  assert.equal(refused.length, 2);
  assert.ok(refused.every((error) => error instanceof OverCapacityError));
  await assert.rejects(createFeaturePreviewer(emptyDesk, 1).preview(question), (error) => {
    assert.ok(error instanceof InputError);
    assert.match(error.message, /took longer/);
    return true;
  });
});
