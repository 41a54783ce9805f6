// What needs two people, over the API: on every road, by keys too, and what waits is carried out as it was asked for.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KEY_PERMISSIONS } from '../src/domain/access.ts';
import { parseModel, serializeModel } from '../src/models/model.ts';
import { type DeskProcess, makeFolder, smallest, startDesk } from './desk-process.ts';
import { type Caller, caller, firstAdministrator, invite } from './people.ts';

const folder = makeFolder();
let desk: DeskProcess;
let ada: Caller;
let bo: Caller;
let ann: Caller;
let abe: Caller;

before(async () => {
  desk = await startDesk(folder.path, ['--no-simulator']);
  ada = await firstAdministrator(desk);
  [bo, ann, abe] = await Promise.all([
    invite(desk, ada, 'bo', ['administrator']),
    invite(desk, ada, 'ann', ['analyst']),
    invite(desk, ada, 'abe', ['analyst']),
  ]);
});
after(async () => {
  await desk.stop();
  folder.remove();
});

async function keyOf(who: Caller, permissions: (typeof KEY_PERMISSIONS)[number][]): Promise<Caller> {
  const body = { name: permissions.join(' '), permissions };
  const { key } = await who.client.call('makeKey', { body });
  return caller(desk, { authorization: `Bearer ${key}` });
}
const LISTINGS = {
  settings: 'listSettingsProposals',
  lists: 'listListProposals',
  models: 'listModelProposals',
} as const;
const waiting = async (who: Caller, kind: keyof typeof LISTINGS) =>
  (await who.client.call(LISTINGS[kind])).proposals;
const settings = () => ada.client.call('getSettings');

test('O13 four eyes are switched on by one and off by two', async () => {
  assert.equal((await ada('PUT', '/v1/settings', { fourEyesRules: null })).status, 400);
  assert.equal((await ada('PUT', '/v1/settings', { fourEyesRules: true })).status, 200);
  for (const wrong of [null, 0, '', 'false', []]) {
    assert.equal((await ada('PUT', '/v1/settings', { fourEyesRules: wrong })).status, 400, String(wrong));
  }
  const off = await ada('PUT', '/v1/settings', { fourEyesRules: false, fourEyesCases: true });
  assert.equal(off.status, 202);
  assert.equal((await settings()).fourEyesRules, true, 'still on');
  const [proposal] = await waiting(ada, 'settings');
  assert.deepEqual(proposal.details.toSorted(), ['fourEyesCases: on', 'fourEyesRules: off']);
  const path = `/v1/proposals/settings/${proposal.id}`;
  const own = await ada('POST', `${path}/approve`, {});
  assert.equal(own.status, 403);
  assert.match(String(own.body.detail), /Somebody else/);
  assert.equal((await ann('POST', `${path}/approve`, {})).status, 403, 'not an administrator');
  const both = await Promise.all([bo('POST', `${path}/approve`, {}), bo('POST', `${path}/approve`, {})]);
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 404], 'once');
  const now = await settings();
  assert.deepEqual([now.fourEyesRules, now.fourEyesCases], [false, true]);
  const { items: told } = await ada.client.call('listAuditLines', { query: { subject: 'settings' } });
  assert.deepEqual(
    told.slice(0, 3).map(({ action, who }) => `${who} ${action}`),
    ['bo by name changed settings', 'bo by name approved a change', 'Ada proposed to change settings'],
  );
  await ada('PUT', '/v1/settings', { fourEyesRules: true, fourEyesModels: true });
});

test('O13 a key counts as the person who made it, and is never the second one', async () => {
  const rule = {
    id: 'by-one',
    expression: 'transaction.amount > 5000.0',
    action: 'review',
    text: 'A large amount',
  };
  const adasKey = await keyOf(ada, ['edit_rules', 'approve_rules', 'edit_lists']);
  const bosKey = await keyOf(bo, ['approve_rules']);
  assert.equal((await ada('POST', '/v1/rules', rule)).status, 201);
  const move = (who: Caller, version = 1) =>
    who('POST', `/v1/rules/by-one/${version}/state`, { state: 'live' });
  assert.equal((await move(adasKey)).status, 409, 'her own key');
  assert.equal((await move(bosKey)).status, 409, 'somebody else’s key is no person');
  assert.equal((await move(ada)).status, 409);
  // What the key wrote is hers, too; and whoever looked at the version before does not approve this one.
  const again = await adasKey('POST', '/v1/rules', { ...rule, expression: 'transaction.amount > 1.0' });
  assert.equal(again.body.version, 2);
  assert.equal((await move(ada, 2)).status, 409);
  assert.equal((await move(bo, 1)).status, 404);
  assert.equal((await move(bo, 2)).status, 200);
});

test('O13 a list by which live rules approve is changed by two, whatever way the change comes', async () => {
  const outcome = async (id: string, accountId: string) =>
    (await ada.client.call('decide', { body: smallest(id, accountId, 900_000) })).outcome;
  const path = '/v1/lists/trusted-accounts';
  const put = { entries: [{ value: 'mule-1', note: 'a friend' }] };
  assert.equal((await ann('POST', `${path}/entries`, put)).status, 202);
  assert.equal(
    (
      await ann('POST', `${path}/import`, 'mule-2\n', {
        'content-type': 'text/csv',
      })
    ).status,
    409,
  );
  const { lists: listed } = await ann.client.call('listLists');
  assert.deepEqual(
    listed.filter(({ needsTwo }) => needsTwo).map(({ name }) => name),
    ['trusted-accounts'],
  );
  assert.deepEqual((await ann('GET', `${path}/entries`)).body.entries, [], 'nothing is in it yet');
  assert.notEqual(await outcome('m1', 'mule-1'), 'approve');
  const [proposal] = await waiting(abe, 'lists');
  assert.deepEqual(
    [proposal.subject, proposal.details, proposal.own],
    ['trusted-accounts', ['+ mule-1, a friend'], false],
  );
  const approve = `/v1/proposals/lists/${proposal.id}/approve`;
  assert.equal((await ann('POST', approve, {})).status, 403);
  assert.equal((await (await keyOf(bo, ['edit_lists']))('POST', approve, {})).status, 403, 'a key');
  assert.equal((await abe('POST', approve, {})).status, 200);
  assert.equal(await outcome('m2', 'mule-1'), 'approve');
  // Taking out waits as well: a rule may approve what is not in a list.
  assert.equal((await abe('DELETE', `${path}/entries`, { values: ['mule-1'] })).status, 202);
  const [out] = await waiting(ann, 'lists');
  assert.equal((await ann('DELETE', `/v1/proposals/lists/${out.id}`)).status, 200);
  assert.deepEqual(await waiting(ann, 'lists'), []);
  assert.equal((await ann('POST', `/v1/proposals/lists/${out.id}/approve`, {})).status, 404);
  // Lists that only block are changed by one, at once.
  assert.equal((await ann('POST', '/v1/lists/blocked-accounts/entries', put)).status, 200);
});

test('L6 a list is kept as long as a rule in service reads it, however the rule is written', async () => {
  for (const [i, call] of [
    'inList( "ws-list"  , transaction.accountId)',
    "inList('ws-list', transaction.accountId)",
    'inList(\n"ws-list",transaction.accountId)',
    'inList("ws\\u002dlist", transaction.accountId)',
  ].entries()) {
    const id = `reads-${i}`;
    await ann('POST', '/v1/lists', { name: 'ws-list', kind: 'account', purpose: 'block' });
    const filed = await ada('POST', '/v1/rules', {
      id,
      expression: call,
      action: 'decline',
      text: 'Blocked',
    });
    assert.equal(filed.status, 201, JSON.stringify(filed.body));
    assert.equal((await bo('POST', `/v1/rules/${id}/1/state`, { state: 'live' })).status, 200);
    const kept = await ann('DELETE', '/v1/lists/ws-list');
    assert.equal(kept.status, 409, call);
    assert.match(String(kept.body.detail), new RegExp(id));
    await ada('POST', `/v1/rules/${id}/1/state`, { state: 'retired' });
    assert.equal((await ann('DELETE', '/v1/lists/ws-list')).status, 200);
  }
});

test('O13 a model decides, for all or for some, when a second person agrees, with or without the gate', async () => {
  const [{ version }] = (await ada.client.call('listModels')).models;
  const { text } = (await ada('GET', `/v1/models/${version}/artefact`)).body;
  const model = parseModel(String(text), 'artefact');
  const twin = serializeModel({ ...model, info: { ...model.info, version: 'twin' } });
  const filed = await ada('POST', '/v1/models', twin, { 'content-type': 'application/octet-stream' });
  assert.equal(filed.status, 201, JSON.stringify(filed.body));
  const move = (state: string, more: object = {}) =>
    ada('POST', '/v1/models/twin/state', { state, override: 'a test', ...more });
  assert.equal((await move('shadow')).status, 200, 'a shadow decides nothing');
  assert.equal((await move('challenger', { share: 0.99 })).status, 202);
  assert.equal((await move('champion')).status, 202);
  const serving = async () =>
    (await ada.client.call('listModels')).models.find(({ state }) => state === 'champion')?.version;
  assert.equal(await serving(), version);
  const [challenger, champion] = await waiting(bo, 'models');
  assert.deepEqual(challenger.details, [
    'moved: challenger for 99 % of the accounts',
    'although the gate does not open: a test',
  ]);
  assert.equal((await ada('POST', `/v1/proposals/models/${champion.id}/approve`, {})).status, 403);
  assert.equal((await bo('POST', `/v1/proposals/models/${champion.id}/approve`, {})).status, 200);
  assert.equal(await serving(), 'twin');
  const stale = await bo('POST', `/v1/proposals/models/${challenger.id}/approve`, {});
  assert.equal(stale.status, 409, 'the champion is no challenger');
  assert.equal((await waiting(bo, 'models')).length, 1, 'and it waits on');
  assert.equal((await bo('POST', '/v1/models/rollback', {})).status, 202, 'a rollback needs two as well');
});

test('O13 where nobody else can administer, one switches it off alone', async () => {
  await ada('PUT', '/v1/people/bo/disabled', { disabled: true });
  assert.equal(
    (await ada('PUT', '/v1/settings', { fourEyesRules: false, fourEyesModels: false })).status,
    200,
  );
});
