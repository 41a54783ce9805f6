// The life of a catalogue over the API of a running desk: checked, written, put live by two people, switched, taken back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { CatalogueDocument } from '../src/protocol/catalogue-document.ts';
import { type DeskProcess, makeFolder, smallest, startDesk } from './desk-process.ts';
import { type Caller, caller, cookieOf, firstAdministrator, invite, PASSWORD } from './people.ts';

const folder = makeFolder();
let desk: DeskProcess;
let ada: Caller;
let rita: Caller;
let ann: Caller;

before(async () => {
  desk = await startDesk(folder.path, ['--no-simulator']);
  ada = await firstAdministrator(desk);
  [rita, ann] = await Promise.all([
    invite(desk, ada, 'rita', ['rule_author']),
    invite(desk, ada, 'ann', ['analyst']),
  ]);
});
after(async () => {
  await desk.stop();
  folder.remove();
});

async function signIn(id: string): Promise<Caller> {
  const { headers } = await caller(desk)('POST', '/v1/sign-in', { id, password: PASSWORD });
  return caller(desk, { cookie: cookieOf(headers) });
}

const FIELD = { name: 'customerId', type: 'id', description: 'The customer', personal: true } as const;
const SCORE = { name: 'risk.deviceScore', type: 'number', description: 'A score', personal: false } as const;
const CUSTOMER = { name: 'customer', description: 'Who owns accounts', key: ['customerId'] };
const DEVICES = {
  name: 'customer_devices_7d',
  kind: 'aggregate',
  description: 'Devices of the customer in seven days',
  unit: 'devices',
  missing: 'missing without a customer',
  sentence: '{value} devices of the customer in seven days',
  entity: 'customer',
  measure: 'distinct',
  of: 'deviceId',
  window: '7d',
} as const;
const DOCUMENT: CatalogueDocument = {
  format: 'goshawk-catalogue-1',
  standard: 'all',
  data: { fields: [FIELD, SCORE], entities: [CUSTOMER] },
  features: [DEVICES],
};
type Feature = NonNullable<CatalogueDocument['features']>[number];
const ITSELF = {
  kind: 'expression',
  name: 'itself',
  description: 'What uses itself.',
  expression: 'features.itself + 1.0',
};
const withFeature = (more: Partial<Feature>) => ({ ...DOCUMENT, features: [{ ...DEVICES, ...more }] });

const catalogue = (who: Caller = rita) => who.client.call('getCatalogue');
const put = (document: unknown, seen: number | null, who: Caller = rita) =>
  who('PUT', '/v1/catalogue/draft', { document, seen });
const move = (who: Caller, version: number) => who('POST', '/v1/catalogue/move', { version, state: 'live' });
type Told = { readonly pointer: string; readonly message: string };
const problemsOf = ({ body }: { readonly body: Record<string, unknown> }) => body.problems as readonly Told[];

test('Y20 a new installation has the catalogue of the program, without a version that is stored', async () => {
  const { live, draft, versions, features, fourEyes } = await catalogue(ann);
  assert.deepEqual([live.version, live.state, draft, versions, fourEyes], [0, 'live', null, [], false]);
  assert.ok(features.every(({ own, disabled }) => !own && !disabled));
  const read = features.filter(({ rules, models }) => rules.length > 0 && models.length > 0);
  assert.ok(read.length > 0, 'rules and models of a new installation are named at what they read');
  const { document } = await rita.client.call('getCatalogueVersion', { params: { version: 0 } });
  assert.deepEqual([document.standard, document.features], ['all', []]);
});

test('Y21 a document is taken whole or not at all: each problem is told with its place and what to do', async () => {
  const twice = { ...DOCUMENT, features: [DEVICES, DEVICES] };
  const wrong: readonly (readonly [unknown, string, RegExp])[] = [
    [{ ...DOCUMENT, format: 'goshawk-catalogue-9' }, '/document/format', /reads goshawk-catalogue-1/],
    [
      { ...DOCUMENT, data: { fields: [{ ...FIELD, type: 'colour' }] } },
      '/document/data/fields/0/type',
      /must be/,
    ],
    [withFeature({ entity: 'household' }), '/document/features/0/entity', /household/],
    [withFeature({ window: '0s' }), '/document/features/0/window', /0s/],
    [{ ...DOCUMENT, features: [ITSELF] }, '/document/features/0', /itself/],
    [twice, '/document/features/1/name', /./],
    [withFeature({ name: 'amount' }), '/document/features/0/name', /amount/],
    [
      { ...DOCUMENT, features: Array.from({ length: 500 }, (_, i) => ({ ...DEVICES, name: `own_${i}` })) },
      '/document/features',
      /500/,
    ],
    [[], '/document', /./],
  ];
  for (const [document, pointer, message] of wrong) {
    const refused = await put(document, null);
    assert.equal(refused.status, 422, pointer);
    const found = problemsOf(refused).find((one) => one.pointer.startsWith(pointer));
    assert.match(found?.message ?? JSON.stringify(refused.body), message, pointer);
    const { body } = await rita('POST', '/v1/catalogue/check', { document });
    assert.equal(body.ok, false);
  }
  assert.equal((await put(DOCUMENT, 3)).status, 409, 'nobody saw a draft 3');
  assert.equal(
    (await rita('PUT', '/v1/catalogue/draft', { document: DOCUMENT })).status,
    422,
    'what was seen?',
  );
  assert.deepEqual((await catalogue()).draft, null, 'nothing was kept of any of it');
});

test('Y22 a draft is changed by whoever has seen it: of two people at once one is heard', async () => {
  const both = await Promise.all([put(DOCUMENT, null), put(DOCUMENT, null, ada)]);
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409]);
  assert.equal((await catalogue()).draft?.version, 1);
  const other = await put(withFeature({ window: '30d' }), 1);
  assert.equal(other.body.version, 2);
  const late = await put(DOCUMENT, 1, ada);
  assert.equal(late.status, 409);
  assert.match(String(late.body.detail), /version 2 by rita/);
  const adopted = await rita('POST', '/v1/catalogue/draft/fields', {
    field: { name: 'customer.segment', type: 'category', description: 'The segment', personal: false },
    seen: 2,
  });
  assert.deepEqual([adopted.status, adopted.body.version], [200, 3]);
  assert.equal((await ann('PUT', '/v1/catalogue/draft', { document: DOCUMENT, seen: 3 })).status, 403);
  assert.equal((await rita('DELETE', '/v1/catalogue/draft?seen=2')).status, 409);
  assert.equal((await rita('DELETE', '/v1/catalogue/draft?seen=3')).status, 200);
  assert.equal((await catalogue()).draft, null);
});

test('Y23 O13 a draft goes live by two people where that is asked for, without a restart, with a line that says what changed', async () => {
  await ada('PUT', '/v1/settings', { fourEyesRules: true });
  const filed = await rita.client.call('writeCatalogueDraft', {
    body: { document: DOCUMENT, seen: null, note: 'customers' },
  });
  assert.equal(filed.version, 4, 'no number is given twice');
  const told = filed.check.changes.map(({ part, name, change }) => `${change} ${part} ${name}`);
  for (const one of ['added field customerId', 'added entity customer', 'added feature customer_devices_7d'])
    assert.ok(told.includes(one), `${one} in ${told.join(', ')}`);
  assert.deepEqual(
    filed.check.newHistories.map(({ entity, features }) => [entity, features]),
    [['customer', ['customer_devices_7d']]],
  );
  const key = await ada.client.call('makeKey', {
    body: { name: 'k', permissions: ['approve_data', 'read'] },
  });
  const byKey = caller(desk, { authorization: `Bearer ${key.key}` });
  for (const who of [rita, byKey]) assert.equal((await move(who, 4)).status, 409);
  assert.equal((await move(ann, 4)).status, 403);
  assert.equal((await move(ada, 3)).status, 404);
  const own = (id: string, attributes: Record<string, unknown>) =>
    ada('POST', '/v1/decisions', { ...smallest(id), attributes });
  const before = await ada.client.call('decide', { body: smallest('y23-a') });
  assert.deepEqual((await own('y23-b', { customerId: 'c1' })).body.undeclared, ['customerId']);
  const moved = await ada.client.call('moveCatalogue', { body: { version: 4, state: 'live' } });
  assert.deepEqual(
    [moved.state, moved.filledFrom, moved.filling],
    ['live', [], null],
    'Y40 its histories are filled with what was before',
  );
  const now = await catalogue();
  assert.deepEqual([now.live.version, now.live.movedBy, now.live.liveFrom, now.draft], [4, 'Ada', 2, null]);
  const feature = now.features.find(({ name }) => name === DEVICES.name);
  assert.deepEqual([feature?.own, feature?.entity, feature?.filledFrom], [true, 'customer', null]);
  const declared = await own('y23-c', { customerId: 'c1', 'risk.deviceScore': 0.5, more: 1 });
  assert.deepEqual(declared.body.undeclared, ['more']);
  const refused = await own('y23-d', { 'risk.deviceScore': 'high' });
  assert.deepEqual([refused.status, problemsOf(refused).length], [422, 1]);
  assert.notEqual(moved.catalogueHash, before.catalogueHash);
  const { items } = await ada.client.call('listAuditLines', { query: { subject: 'catalogue' } });
  assert.equal(items[0].action, 'moved a catalogue');
  assert.match(JSON.stringify(items[0].detail), /\+ feature customer_devices_7d/);
  assert.equal((await move(ada, 4)).status, 409, 'it is live');
  // Nobody else can administer: it is switched off by one.
  assert.equal((await ada('PUT', '/v1/settings', { fourEyesRules: false })).status, 200);
});

test('Y23 while payments are decided a catalogue changes between two of them: none has half of it', async () => {
  const decided = (name: string, count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, i) => ada.client.call('decide', { body: smallest(`${name}-${i}`) })),
    );
  const another = {
    ...DEVICES,
    name: 'account_minute',
    entity: 'account',
    measure: 'count',
    window: '1m',
    of: undefined,
  };
  const filed = await put({ ...DOCUMENT, features: [DEVICES, another] }, null);
  const version = Number(filed.body.version);
  const under = decided('under', 150);
  const moved = await ada.client.call('moveCatalogue', { body: { version, state: 'live' } });
  const all = [...(await under), ...(await decided('after', 20))];
  const before = (await catalogue()).versions.find((one) => one.version === 4)?.catalogueHash;
  for (const { transactionId, catalogueHash } of all) {
    const { features } = await ada.client.call('getTransaction', { params: { id: transactionId } });
    const value = features.find(({ name }) => name === another.name)?.value ?? null;
    if (transactionId.startsWith('after')) assert.equal(catalogueHash, moved.catalogueHash);
    assert.ok(catalogueHash === moved.catalogueHash || catalogueHash === before);
    assert.ok(value !== null, `Y41 ${transactionId} has a value, decided before or after`);
  }
  await decided('timed', 130);
  const { meanMicros } = (await catalogue()).features.find(({ name }) => name === another.name) ?? {};
  assert.ok(meanMicros && meanMicros < 1000, `Y29 what it takes is told: ${meanMicros}`);
  const back = await rita('POST', '/v1/catalogue/versions/4/draft', { seen: null });
  assert.equal((await move(ada, Number(back.body.version))).status, 200);
});

test('Y26 the API’s document names own fields, to whoever sends them or sees what they hold', async () => {
  const ownFields = async (who: Caller) => {
    const { body } = await who('GET', '/openapi.json');
    const { schemas } = body.components as {
      schemas: Record<string, { properties: Record<string, unknown> }>;
    };
    return (schemas.Transaction.properties.attributes as { properties?: Record<string, object> }).properties;
  };
  assert.deepEqual(await ownFields(rita), {
    customerId: { type: 'string', description: 'The customer', 'x-type': 'id', 'x-personal': true },
    'risk.deviceScore': { type: 'number', description: 'A score', 'x-type': 'number' },
  });
  assert.equal(await ownFields(caller(desk)), undefined);
});

test('Y24 what a rule or a model in service needs does not go: it is named, and nothing is half applied', async () => {
  const { features } = await catalogue();
  const used = features.find(({ rules }) => rules.length > 0);
  assert.ok(used);
  const standard = features.filter(({ own, name }) => !own && name !== used.name).map(({ name }) => name);
  const filed = await rita.client.call('writeCatalogueDraft', {
    body: { document: { ...DOCUMENT, standard }, seen: null },
  });
  const rules = filed.check.touched.filter(({ kind }) => kind === 'rule').map(({ name }) => name);
  assert.deepEqual(rules.toSorted(), [...used.rules].sort());
  const refused = await move(ada, filed.version);
  assert.equal(refused.status, 409);
  assert.match(String(refused.body.detail), new RegExp(`rule ${used.rules[0]} .*${used.name} would be gone`));
  const now = await catalogue();
  assert.deepEqual([now.live.state, now.draft?.version], ['live', filed.version]);
  assert.equal((await rita('DELETE', `/v1/catalogue/draft?seen=${filed.version}`)).status, 200);
});

test('Y24 a field renamed and a feature changed under a live rule are named; a history that is another is filled', async () => {
  const rule = async (id: string, expression: string): Promise<void> => {
    await rita.client.call('fileRule', { body: { id, expression, action: 'tag', text: 'own data' } });
    await ada.client.call('moveRule', { params: { id, version: 1 }, body: { state: 'live' } });
  };
  await rule('many-devices', 'features.customer_devices_7d > 3.0');
  await rule('high-score', 'transaction.attributes.risk.deviceScore > 0.9');
  const ids = (await catalogue()).features.find(({ name }) => name === DEVICES.name)?.rules;
  assert.deepEqual(ids, ['many-devices']);
  const renamed = {
    ...DOCUMENT,
    data: { fields: [FIELD, { ...SCORE, name: 'risk.score' }], entities: [CUSTOMER] },
  };
  const another = withFeature({ window: '30d' });
  const more = {
    ...DEVICES,
    name: 'customer_sum_1h',
    measure: 'sum',
    of: 'transaction.amount',
    window: '1h',
  };
  const begun = { ...DOCUMENT, features: [DEVICES, more] };
  for (const [document, told] of [
    [renamed, /rule high-score .*deviceScore/],
    [another, /rule many-devices .*customer_devices_7d would be another/],
  ] as const) {
    const { draft } = await catalogue();
    const filed = await put(document, draft?.version ?? null);
    assert.equal(filed.status, 200, JSON.stringify(filed.body));
    const refused = await move(ada, Number(filed.body.version));
    assert.equal(refused.status, 409);
    assert.match(String(refused.body.detail), told);
  }
  const { draft } = await catalogue();
  const filed = await put(begun, draft?.version ?? null);
  assert.equal((await move(ada, Number(filed.body.version))).status, 200);
  assert.deepEqual((await catalogue()).features.find(({ name }) => name === DEVICES.name)?.rules, [
    'many-devices',
  ]);
  for (const id of ['many-devices', 'high-score'])
    await ada.client.call('moveRule', { params: { id, version: 1 }, body: { state: 'retired' } });
});

test('Y25 a feature is switched off and on without a restart, with a line of the trail', async () => {
  assert.equal((await ann('PUT', `/v1/catalogue/features/${DEVICES.name}`, { on: false })).status, 403);
  assert.equal((await rita('PUT', '/v1/catalogue/features/nothing', { on: false })).status, 404);
  assert.equal((await rita('PUT', `/v1/catalogue/features/${DEVICES.name}`, { on: false })).status, 200);
  const off = (await catalogue()).features.filter(({ disabled }) => disabled).map(({ name }) => name);
  assert.deepEqual(off, [DEVICES.name]);
  const { items } = await ada.client.call('listAuditLines', { query: { subject: 'catalogue' } });
  assert.deepEqual([items[0].action, items[0].who], ['switched a feature', 'rita by name']);
  assert.equal((await rita('PUT', `/v1/catalogue/features/${DEVICES.name}`, { on: true })).status, 200);
  assert.deepEqual((await catalogue()).live.disabled, []);
});

test('Y22 the way back is a draft from a version that was', async () => {
  const begun = await rita('POST', '/v1/catalogue/versions/0/draft', { seen: null, note: 'back' });
  assert.equal(begun.status, 200);
  const version = Number(begun.body.version);
  assert.equal((await move(ada, version)).status, 200);
  const now = await catalogue();
  assert.ok(now.features.every(({ own }) => !own));
  const again = await rita('POST', '/v1/catalogue/versions/4/draft', { seen: null });
  assert.equal((await move(ada, Number(again.body.version))).status, 200);
  const { document } = await rita.client.call('getCatalogueVersion', { params: { version: 4 } });
  assert.deepEqual(document.features, DOCUMENT.features);
});

test('Y28 after a restart the live catalogue serves with the histories of own features that it had', async () => {
  const pay = async (deviceId: string) => {
    const body = { ...smallest(`restart-${deviceId}`), deviceId, attributes: { customerId: 'c-restart' } };
    await ada.client.call('decide', { body });
    const { features } = await ada.client.call('getTransaction', { params: { id: body.id } });
    return features.find(({ name }) => name === DEVICES.name)?.value;
  };
  assert.deepEqual([await pay('d1'), await pay('d2')], [1, 2]);
  const { live } = await catalogue();
  await desk.stop();
  desk = await startDesk(folder.path, ['--no-simulator']);
  [ada, rita] = [await signIn('ada@bank.example'), await signIn('rita')];
  assert.equal((await catalogue()).live.version, live.version);
  assert.equal(await pay('d3'), 3);
});
