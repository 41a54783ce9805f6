// The life of a rule over the API of a running desk: written, tried on the past, in shadow, live; lists that rules ask.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Answer } from '../src/client/api.ts';
import { type DeskProcess, makeFolder, smallest, startDesk } from './desk-process.ts';
import { type Caller, caller, clientOf, cookieOf, firstAdministrator, invite, PASSWORD } from './people.ts';

const folder = makeFolder();
let desk: DeskProcess;
let ada: Caller;
let rule: Caller;

before(async () => {
  desk = await startDesk(folder.path, ['--no-simulator']);
  ada = await firstAdministrator(desk);
  rule = await invite(desk, ada, 'rita', ['rule_author']);
});
after(async () => {
  await desk.stop();
  folder.remove();
});

async function decide(id: string, amountMinor: number, more: object = {}) {
  const body = { ...smallest(id, `acc-${id}`, amountMinor), ...more };
  const { outcome, rules } = await ada.client.call('decide', { body });
  return { outcome, hits: rules.map((hit) => `${hit.id} ${hit.version}`) };
}
const draft = {
  id: 'paid-in-roundhill',
  expression: 'transaction.city == "Roundhill" && transaction.currency == "EUR"',
  action: 'review',
  text: 'Paid in Roundhill',
};

test('R5 a rule goes from draft to shadow to live, by two people where that is asked for, without a restart', async () => {
  const wrong = await rule('POST', '/v1/rules', { ...draft, expression: 'transaction.amont > 5.0' });
  assert.equal(wrong.status, 422);
  assert.match(JSON.stringify(wrong.body), /Did you mean amount\?.*characters 12 to 17/);
  const filed = await rule('POST', '/v1/rules', draft);
  assert.deepEqual([filed.status, filed.body.version], [201, 1]);
  assert.deepEqual((await decide('a1', 1000, { city: 'Roundhill' })).hits, [], 'a draft does nothing');

  const move = (who: Caller, version: number, state: string) =>
    who('POST', `/v1/rules/${draft.id}/${version}/state`, { state });
  assert.equal((await move(rule, 1, 'shadow')).status, 200);
  const inShadow = await decide('a2', 1000, { city: 'Roundhill' });
  assert.deepEqual(inShadow.hits, [], 'the caller hears nothing of a shadow rule');
  const story = await ada.client.call('getTransaction', { params: { id: 'a2' } });
  assert.deepEqual(
    story.rules.map(({ id, shadow, conditions }) => [
      id,
      shadow,
      conditions.map((one) => [one.text, one.holds]),
    ]),
    [
      [
        'paid-in-roundhill',
        true,
        [
          ['transaction.city == "Roundhill"', true],
          ['transaction.currency == "EUR"', true],
        ],
      ],
    ],
  );

  await ada('PUT', '/v1/settings', { fourEyesRules: true });
  const own = await move(rule, 1, 'live');
  assert.equal(own.status, 409);
  assert.match(String(own.body.detail), /Somebody else/);
  assert.equal((await move(ada, 1, 'live')).status, 200);
  const live = await decide('a3', 1000, { city: 'Roundhill' });
  assert.deepEqual(live, { outcome: 'review', hits: ['paid-in-roundhill 1'] });

  // A new version takes its place; the old one is retired.
  await rule('POST', '/v1/rules', {
    ...draft,
    expression: 'transaction.city == "Squarehill"',
    action: 'decline',
  });
  assert.equal((await move(ada, 2, 'live')).status, 200);
  assert.deepEqual((await decide('a4', 1000, { city: 'Roundhill' })).hits, []);
  assert.deepEqual(await decide('a5', 1000, { city: 'Squarehill' }), {
    outcome: 'decline',
    hits: ['paid-in-roundhill 2'],
  });
  const { rules } = await ada.client.call('listRules');
  assert.deepEqual(
    rules.filter(({ id }) => id === draft.id).map(({ version, state }) => [version, state]),
    [
      [2, 'live'],
      [1, 'retired'],
    ],
  );
  assert.equal((await move(ada, 2, 'retired')).status, 200);
  assert.deepEqual((await decide('a6', 1000, { city: 'Squarehill' })).hits, []);
  await ada('PUT', '/v1/settings', { fourEyesRules: false });
});

test('R6 a draft is tried on stored transactions before it goes live, and can be cancelled', async () => {
  for (let i = 0; i < 40; i++) await decide(`b${i}`, i < 10 ? 900_000 : 1000);
  for (const id of ['b0', 'b1', 'b2', 'b20'])
    await ada('POST', '/v1/labels', { transactionId: id, fraud: id !== 'b2' });
  const started = await rule('POST', '/v1/rules/backtest', { expression: 'transaction.amount > 8500.0' });
  assert.equal(started.status, 202, JSON.stringify(started.body));
  const backtest = (id: string) => rule.client.call('getBacktest', { params: { id } });
  let answer: Answer<'getBacktest'>;
  do {
    await new Promise((done) => setTimeout(done, 50));
    answer = await backtest(String(started.body.id));
  } while (answer.state === 'reading' || answer.state === 'running');
  assert.equal(answer.state, 'done', JSON.stringify(answer));
  assert.ok(answer.result);
  const { rows, labelled, frauds, hits, precision, recall, fraudMinor, caughtMinor, sample } = answer.result;
  assert.deepEqual(
    [rows, labelled, frauds, hits, fraudMinor, caughtMinor, sample.length],
    [46, 4, 3, 10, 1_801_000, 1_800_000, 10],
  );
  assert.ok(Math.abs(Number(precision) - 2 / 3) < 1e-9 && Math.abs(Number(recall) - 2 / 3) < 1e-9);
  const bad = await rule('POST', '/v1/rules/backtest', { expression: 'score > "x"' });
  assert.equal(bad.status, 422);
  const throws = await rule('POST', '/v1/rules/backtest', { expression: 'int(transaction.type) > 1' });
  const id = String(throws.body.id);
  await rule('DELETE', `/v1/rules/backtest/${id}`);
  let state = '';
  for (let i = 0; i < 100 && state !== 'cancelled' && state !== 'done'; i++) {
    await new Promise((done) => setTimeout(done, 50));
    state = (await backtest(id)).state;
  }
  assert.match(state, /cancelled|done/);
  assert.equal((await rule('GET', '/v1/rules/backtest/none')).status, 404);
});

test('L5 lists are filled by hand and by file, end when they say so, and are asked at once', async () => {
  assert.equal((await decide('c1', 1000, { deviceId: 'dev-9' })).outcome, 'approve');
  const put = (entries: object[]) => rule('POST', '/v1/lists/blocked-devices/entries', { entries });
  assert.deepEqual((await put([{ value: 'dev-9', note: 'stolen' }])).body, { added: 1, changed: 0 });
  assert.deepEqual(await decide('c2', 1000, { deviceId: 'dev-9' }), {
    outcome: 'decline',
    hits: ['blocked-device 1'],
  });
  await put([{ value: 'dev-9', expiresAt: new Date(Date.now() - 1000).toISOString() }]);
  assert.equal((await decide('c3', 1000, { deviceId: 'dev-9' })).outcome, 'approve', 'the entry has ended');
  // A trusted account lifts what the score says, not what is blocked.
  await rule('POST', '/v1/lists/trusted-accounts/entries', { entries: [{ value: 'acc-c4' }] });
  const trusted = await decide('c4', 900_000);
  assert.deepEqual(trusted, { outcome: 'approve', hits: ['trusted-account 1'] });

  const csv = 'value,until,note\n203.0.113.0/24,,"a net, of bots"\n10.0.0.300,,\n2001:db8::/32,2099-01-01,\n';
  const addresses = { name: 'blocked-addresses' };
  const service = clientOf(desk, { authorization: `Bearer ${await key()}` });
  const done = await service.call('importEntries', { params: addresses, body: csv, type: 'text/csv' });
  assert.deepEqual([done.added, done.refused, done.problems[0].line], [2, 1, 3]);
  assert.equal((await decide('c5', 1000, { ip: '203.0.113.77' })).outcome, 'decline');
  const { entries } = await rule.client.call('listEntries', { params: addresses });
  assert.equal(entries[0].note + entries[1].note, 'a net, of bots');
  const none = await put([{ value: 'x' }, { value: '' }]);
  assert.equal(none.status, 422, 'all or none');
  const twice = await put([{ value: 'twice' }, { value: ' twice ', note: 'the last word' }]);
  assert.deepEqual([twice.status, twice.body], [200, { added: 1, changed: 0 }]);
  const used = await rule('DELETE', '/v1/lists/blocked-devices');
  assert.match(String(used.body.detail), /blocked-device/);
  const unknown = await rule('POST', '/v1/rules/check', { expression: 'inList("nowhere", transaction.ip)' });
  assert.match(String(unknown.body.message), /There is no list "nowhere"/);
});

test('R3, R8 a check says what to write instead, and what also holds where a value is missing', async () => {
  const check = (expression: string) => rule.client.call('checkRule', { body: { expression } });
  const whole = await check('features.is_new_device == 1');
  assert.ok(!whole.ok);
  assert.deepEqual([whole.start, whole.end], [26, 27]);
  assert.deepEqual(whole.fix, { start: 26, end: 27, text: '1.0' });
  const other = await check('transaction.country != "DE"');
  assert.ok(other.ok);
  const [{ message, fix }] = other.warnings;
  assert.match(message, /also holds where transaction\.country is missing/);
  assert.equal(fix?.text, 'transaction.country != "" && transaction.country != "DE"');
  const mended = await check(fix.text);
  assert.ok(mended.ok);
  assert.deepEqual(mended.warnings, []);
});

async function key(): Promise<string> {
  const body = { name: 'lists', permissions: ['edit_lists' as const] };
  return (await ada.client.call('makeKey', { body })).key;
}

test('L4 a payee whose name fits a sanctions list is sent to review', async () => {
  const imported = await fetch(`${desk.url}/v1/sanctions/SDN`, {
    method: 'PUT',
    headers: { 'content-type': 'text/csv', authorization: `Bearer ${await key()}` },
    body: 'uid,name\n1,"IVANOV, Sergei Borisovich"\n',
  });
  assert.equal(imported.status, 200);
  const transfer = { type: 'transfer', counterpartyId: 'p', counterpartyName: 'Сергей Борисович Иванов' };
  const hit = await decide('d1', 1000, transfer);
  assert.deepEqual(hit.hits, ['sanctioned-name 1']);
  assert.notEqual(hit.outcome, 'approve');
  assert.deepEqual((await decide('d2', 1000, { ...transfer, counterpartyName: 'Anna Schmidt' })).hits, []);
});

test('rules and lists are there after a restart', async () => {
  await desk.stop();
  desk = await startDesk(folder.path, ['--no-simulator']);
  const signedIn = await caller(desk)('POST', '/v1/sign-in', { id: 'ada@bank.example', password: PASSWORD });
  ada = caller(desk, { cookie: cookieOf(signedIn.headers) });
  assert.deepEqual(await decide('e1', 1234, { ip: '203.0.113.5' }), {
    outcome: 'decline',
    hits: ['blocked-address 1'],
  });
});
