// Own fields through a desk: taken, told, kept, shown to whom may see them, and there again after a restart.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Arguments } from '../src/client/api.ts';
import { type DeskProcess, makeFolder, postJson, smallest, startDesk } from './desk-process.ts';
import { caller, clientOf, firstCookie, inviteCookie } from './people.ts';

const folder = makeFolder();
let desk: DeskProcess;
let administrator: { readonly cookie: string };
before(async () => {
  desk = await startDesk(folder.path, ['--no-simulator']);
});
after(async () => {
  await desk.stop();
  folder.remove();
});

const OWN = { customer: { id: '4111111111111111', segment: 'gold' }, 'risk.deviceScore': 0.7, vip: true };
const RELATION = { transactionId: 'own-0', kind: 'refund' } as const;

test('Y14: what nobody declared is taken, told in the answer, counted in bulk, and kept with the transaction', async () => {
  const sent = { ...smallest('own-1'), attributes: OWN, relatesTo: RELATION };
  const { status, body } = await postJson(desk.url, '/v1/decisions', sent);
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual(body.undeclared, ['customer.id', 'customer.segment', 'risk.deviceScore', 'vip']);
  const flat = {
    vip: true,
    'customer.segment': 'gold',
    'risk.deviceScore': 0.7,
    'customer.id': OWN.customer.id,
  };
  const again = await postJson(desk.url, '/v1/decisions', { ...sent, attributes: flat });
  assert.deepEqual(again.body, body, 'the same content, whatever its form');
  const other = await postJson(desk.url, '/v1/decisions', { ...sent, attributes: { ...flat, vip: false } });
  assert.equal(other.status, 409);

  const lines = [{ a: 1 }, { a: 2, b: 'x' }, undefined].map((attributes, i) =>
    JSON.stringify({ ...smallest(`own-bulk-${i}`), attributes }),
  );
  const bulk = await clientOf(desk).call('addTransactions', {
    type: 'application/x-ndjson',
    body: lines.join('\n'),
  });
  assert.deepEqual([bulk.accepted, bulk.undeclared], [3, { a: 2, b: 1 }]);

  const story = await clientOf(desk).call('getTransaction', { params: { id: 'own-1' } });
  const { 'customer.id': token, ...rest } = story.transaction.attributes ?? {};
  assert.match(String(token), /^411111x{6}1111~/);
  assert.deepEqual(rest, { 'customer.segment': 'gold', 'risk.deviceScore': 0.7, vip: true });
  assert.deepEqual(story.transaction.relatesTo, RELATION);
});

test('Y14: at the root of a transaction an own field is refused, with where it belongs', async () => {
  const { status, body } = await postJson(desk.url, '/v1/decisions', {
    ...smallest('own-2'),
    segment: 'gold',
  });
  assert.equal(status, 422);
  assert.match(JSON.stringify(body), /own belong into attributes/);
});

test('Y15: whoever may not see identifiers sees no attribute that nobody declared', async () => {
  administrator = { cookie: await firstCookie(desk) };
  const ada = caller(desk, administrator);
  const viewer = { cookie: await inviteCookie(desk, ada, 'vi@bank.example', ['viewer']) };
  const seen = await clientOf(desk, viewer).call('getTransaction', { params: { id: 'own-1' } });
  assert.equal(seen.transaction.attributes, undefined);
  assert.deepEqual(seen.transaction.relatesTo, RELATION);
  const whole = await clientOf(desk, administrator).call('getTransaction', { params: { id: 'own-1' } });
  assert.equal(whole.transaction.attributes?.['customer.segment'], 'gold');
});

test('D3 after SIGKILL a transaction has its own fields, and its repetition is the same', async () => {
  const sent = { ...smallest('own-kill'), attributes: OWN, relatesTo: RELATION };
  const first = await clientOf(desk, administrator).call('decide', { body: sent });
  await desk.kill();
  desk = await startDesk(folder.path, ['--no-simulator']);
  const client = clientOf(desk, administrator);
  assert.deepEqual(await client.call('decide', { body: sent }), first);
  const { transaction } = await client.call('getTransaction', { params: { id: 'own-kill' } });
  assert.equal(transaction.attributes?.['risk.deviceScore'], 0.7);
});

test('Y16: what nobody declared is listed with what it looks like, after a restart too, and without samples for who sees no identifiers', async () => {
  const sent = { ...smallest('own-observed'), attributes: OWN };
  await clientOf(desk, administrator).call('decide', { body: sent });
  await desk.stop();
  desk = await startDesk(folder.path, ['--no-simulator']);
  const { fields } = await clientOf(desk, administrator).call('listObservedFields');
  const byName = new Map(fields.map((field) => [field.name, field]));
  assert.deepEqual(
    ['customer.id', 'customer.segment', 'risk.deviceScore', 'vip'].map((name) => byName.get(name)?.type),
    ['id', 'category', 'number', 'boolean'],
  );
  assert.ok((byName.get('vip')?.seen ?? 0) >= 1);
  assert.ok(!JSON.stringify(fields).includes('411111'));
  const ada = caller(desk, administrator);
  const viewer = { cookie: await inviteCookie(desk, ada, 'vo@bank.example', ['viewer']) };
  const seen = await clientOf(desk, viewer).call('listObservedFields');
  assert.ok(seen.fields.length > 0 && seen.fields.every(({ samples }) => samples.length === 0));
});

test('Y75: what events say and nobody declared is listed too, and a share is of the records that could have said it', async () => {
  const { occurredAt } = smallest('own-event');
  const attributes = { session: { browser: 'fox' }, risk: { deviceScore: 0.4 } };
  const event = { id: 'own-event', kind: 'login', occurredAt, accountId: 'own-a', attributes };
  const sent = await clientOf(desk, administrator).call('addEvents', {
    type: 'application/json',
    body: JSON.stringify(event),
  });
  assert.equal(sent.accepted, 1);
  await desk.stop();
  desk = await startDesk(folder.path, ['--no-simulator']);
  const { events, fields } = await clientOf(desk, administrator).call('listObservedFields');
  const byName = new Map(fields.map((field) => [field.name, field]));
  const browser = byName.get('session.browser');
  assert.deepEqual([events, browser?.seen, browser?.events, browser?.absent], [1, 1, 1, 0]);
  const score = byName.get('risk.deviceScore');
  assert.ok((score?.seen ?? 0) >= 2 && score?.events === 1);
});

const CATALOGUE: Arguments<'writeCatalogueDraft'>['body']['document'] = {
  format: 'goshawk-catalogue-1',
  standard: 'all',
  data: {
    fields: [
      { name: 'customer.id', type: 'id', description: 'The customer', personal: true },
      {
        name: 'customer.segment',
        type: 'category',
        description: 'Segment',
        personal: false,
        values: ['gold', 'silver'],
      },
    ],
    entities: [{ name: 'customer', description: 'A customer', key: ['customer.id'] }],
    types: [{ name: 'crypto_buy', description: 'Coins are bought' }],
    channels: [{ name: 'kiosk', description: 'A terminal in a shop' }],
  },
  features: [
    {
      name: 'customer_frauds',
      kind: 'aggregate',
      description: 'Known frauds of the customer',
      unit: 'frauds',
      missing: 'missing without a customer',
      sentence: '{value} frauds',
      entity: 'customer',
      measure: 'fraud_count',
    },
  ],
};

test('Y11 Y12 Y15 Y19: what goes live is held against, told no more, shown to whom may see it, and a label finds its history', async () => {
  const client = clientOf(desk, administrator);
  const { version } = await client.call('writeCatalogueDraft', { body: { document: CATALOGUE, seen: null } });
  await client.call('moveCatalogue', { body: { version, state: 'live' } });
  const sent = (id: string, accountId: string, attributes: object) =>
    ({
      ...smallest(id, accountId),
      type: 'crypto_buy',
      channel: 'kiosk',
      attributes,
    }) as Arguments<'decide'>['body'];
  const first = await client.call('decide', {
    body: sent('own-live-1', 'x1', { customer: { id: ' c-7 ', segment: 'gold' }, vip: true }),
  });
  assert.deepEqual(first.undeclared, ['vip']);
  const refused = await caller(desk, administrator)(
    'POST',
    '/v1/decisions',
    sent('own-bad', 'x1', { customer: { segment: 'tin' } }),
  );
  assert.equal(refused.status, 422);
  assert.match(
    JSON.stringify(refused.body.problems),
    /\/attributes\/customer\/segment.*allowed are gold, silver/,
  );

  const verdict = JSON.stringify({ transactionId: 'own-live-1', fraud: true });
  await client.call('addLabels', { type: 'application/json', body: verdict });
  await client.call('decide', { body: sent('own-live-2', 'x2', { 'customer.id': 'c-7' }) });
  const story = await client.call('getTransaction', { params: { id: 'own-live-2' } });
  assert.equal(story.features.find(({ name }) => name === 'customer_frauds')?.value, 1);
  const { fields } = await client.call('listObservedFields');
  assert.ok(!fields.some(({ name }) => name.startsWith('customer.')), 'what is declared is observed no more');

  const viewer = {
    cookie: await inviteCookie(desk, caller(desk, administrator), 'va@bank.example', ['viewer']),
  };
  const seen = await clientOf(desk, viewer).call('getTransaction', { params: { id: 'own-live-1' } });
  const { 'customer.id': token, ...plain } = seen.transaction.attributes ?? {};
  assert.match(String(token), /^••••/);
  assert.deepEqual([plain, seen.transaction.type], [{ 'customer.segment': 'gold' }, 'crypto_buy']);
});
