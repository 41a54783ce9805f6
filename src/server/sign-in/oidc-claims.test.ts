import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../domain/input-error.ts';
import { type Claims, claimAt, identityOf, rolesOf, type Userinfo } from './oidc-claims.ts';
import { oidcSettings } from './oidc-settings.ts';

const ENV = {
  OIDC_ISSUER: 'https://id.bank.example',
  OIDC_CLIENT_ID: 'goshawk',
  OIDC_CLIENT_SECRET: 'a-secret',
  OIDC_ROLE_MAP:
    '{"fraud-team":["analyst"],"/risk/models":["model_approver"],"Heads of desk":["administrator"],"__proto__":["auditor"]}',
};
const settingsOf = (more: Readonly<Record<string, string>> = {}) => {
  const settings = oidcSettings({ ...ENV, ...more });
  assert.ok(settings);
  return settings;
};
const rolesBy = (claims: Claims, claim = 'groups') => {
  const said = rolesOf(settingsOf({ OIDC_GROUPS_CLAIM: claim }), claims);
  return said && 'roles' in said ? said.roles : said && 'unknown';
};

test('O15 groups come as texts, as objects with a name, as paths, alone or in a list', () => {
  for (const group of [
    'fraud-team',
    '/fraud-team',
    { name: 'fraud-team' },
    { id: '1', name: '/fraud-team' },
    { id: '1', displayName: 'fraud-team' },
    { id: '1', name: null, path: '/fraud-team' },
    { value: '7', display: 'fraud-team' },
    { id: 'fraud-team' },
  ]) {
    assert.deepEqual(rolesBy({ groups: [group] }), ['analyst'], JSON.stringify(group));
    assert.deepEqual(rolesBy({ groups: group }), ['analyst'], JSON.stringify(group));
    assert.deepEqual(rolesBy({ groups: ['of no entry', group, 'risk/models'] }), [
      'analyst',
      'model_approver',
    ]);
  }
  assert.deepEqual(rolesBy({ groups: 'Heads of desk' }), ['administrator']);
  assert.deepEqual(rolesBy({ groups: ['__proto__'] }), ['auditor']);
});

test('O15 nobody gets the roles of a group by a part of its path, its case, or the name that they gave another one', () => {
  for (const group of [
    '/models',
    'models',
    '/bank/fraud-team',
    '//fraud-team',
    'Fraud-Team',
    'constructor',
    'not fraud-team',
    { id: 'fraud-team', name: 'my own' },
  ]) {
    assert.deepEqual(rolesBy({ groups: [group] }), [], JSON.stringify(group));
  }
  assert.deepEqual(rolesBy({ groups: [] }), []);
});

test('O9 what is no list of groups, or may be read in two ways, is unknown', () => {
  for (const groups of [
    null,
    0,
    200,
    true,
    '',
    ' ',
    {},
    { 'fraud-team': true },
    { name: ['fraud-team'] },
    [null],
    ['fraud-team', 1],
    ['fraud-team', ''],
    ['fraud-team', {}],
    [['fraud-team']],
    'fraud-team,of no entry',
    'a fraud-team',
    '["fraud-team"]',
  ]) {
    assert.equal(rolesBy({ groups }), 'unknown', JSON.stringify(groups));
  }
  assert.equal(rolesBy({}), 'unknown');
  assert.equal(rolesBy({ hasgroups: true }), 'unknown');
  const elsewhere = { _claim_names: { groups: 'src1' } };
  assert.equal(rolesBy(elsewhere), 'unknown');
  assert.equal(rolesBy({ ...elsewhere, groups: [] }), 'unknown');
  assert.equal(rolesBy({ ...elsewhere, groups: ['fraud-team'] }), 'unknown');
  assert.deepEqual(rolesBy({ ...elsewhere, roles: ['fraud-team'] }, 'roles'), ['analyst']);
  assert.equal(rolesOf({ roleMap: undefined, groupsClaim: 'groups' }, {}), undefined, 'roles are given here');
});

test('O15 a claim is that of the very name, else what lies at the path', () => {
  const claims = {
    realm_access: { roles: ['of the path'] },
    resource_access: { 'goshawk.desk': { roles: ['of a client with a dot'] } },
    'https://bank.example/groups': ['of an address'],
    'https://bank.example/claims': { groups: ['within an address'] },
    teams: [
      { id: '1', of: { name: 'a' } },
      { id: '2', of: { name: 'b' } },
    ],
    'teams.id': ['of the name'],
    text: 'abc',
  };
  assert.deepEqual(claimAt(claims, 'realm_access.roles'), ['of the path']);
  assert.deepEqual(claimAt(claims, 'resource_access.goshawk.desk.roles'), ['of a client with a dot']);
  assert.deepEqual(claimAt(claims, 'https://bank.example/groups'), ['of an address']);
  assert.deepEqual(claimAt(claims, 'https://bank.example/claims.groups'), ['within an address']);
  assert.deepEqual(claimAt(claims, 'teams.of.name'), ['a', 'b']);
  assert.deepEqual(claimAt(claims, 'teams.id'), ['of the name']);
  for (const path of ['text.length', 'realm_access.constructor', '.', 'none', ''])
    assert.equal(claimAt(claims, path) ?? undefined, undefined, path);
  assert.equal(rolesBy({ groups: [{ id: 'fraud-team' }, {}] }, 'groups.id'), 'unknown');
  assert.deepEqual(rolesBy({ groups: [{ id: 'fraud-team', name: 'x' }] }, 'groups.id'), ['analyst']);
});

test('O15 userinfo is asked once, and only for what the ID token lacks', async () => {
  let times = 0;
  const identity = (token: Claims, answer: Userinfo, more = {}) => {
    times = 0;
    return identityOf(settingsOf(more), token, async () => {
      times++;
      return answer;
    });
  };
  const whole = { email: 'Olu@Bank.example', email_verified: true, groups: ['fraud-team'] };
  const none = await identity(whole, { groups: ['Heads of desk'] });
  assert.deepEqual([none.email, none.roles, times], ['olu@bank.example', { roles: ['analyst'] }, 0]);
  assert.equal(await none.vouches(), true);
  assert.equal(times, 0);
  for (const token of [
    {},
    { email: '', groups: 'fraud-team' },
    { email: ['olu@bank.example'], groups: null },
  ]) {
    const { email, roles, vouches } = await identity(token, whole);
    assert.deepEqual([email, roles], ['olu@bank.example', { roles: ['analyst'] }], JSON.stringify(token));
    assert.equal(await vouches(), true);
    assert.equal(times, 1);
  }
  const empty = await identity({ email: 'olu@bank.example', groups: [] }, whole);
  assert.deepEqual([empty.roles, times], [{ roles: [] }, 0]);
  assert.equal(await empty.vouches(), true, 'whose the address is, the ID token did not say');
  assert.equal(times, 1);
  const neither = await identity({ email: 'olu@bank.example' }, { groups: 3 });
  assert.match(
    JSON.stringify(neither.roles),
    /in the ID token there is no claim .*; at userinfo .* is a number/,
  );
  const broken = await identity({}, 'failed');
  assert.deepEqual([broken.email, broken.asked, await broken.vouches()], [undefined, 'not all', false]);
  // Without an address there is nothing to vouch for.
  const bare = await identity({ email_verified: true, groups: [] }, undefined);
  assert.deepEqual([bare.email, bare.asked, await bare.vouches()], [undefined, 'all', false]);
  await identity({ email: 'olu@bank.example', email_verified: true }, whole, { OIDC_ROLE_MAP: '' });
  assert.equal(times, 0, 'of groups nobody asks where an administrator gives roles');
});

test('O15 scopes and the claim of groups are settings; empty ones are not set', () => {
  const { scopes, groupsClaim, name } = settingsOf({
    OIDC_SCOPES: ' ',
    OIDC_GROUPS_CLAIM: '',
    OIDC_NAME: '',
  });
  assert.deepEqual([scopes, groupsClaim, name], ['openid profile email', 'groups', 'id.bank.example']);
  assert.equal(settingsOf({ OIDC_SCOPES: 'openid  groups' }).scopes, 'openid groups');
  for (const text of ['profile email', 'openid,groups', 'openid "groups"'])
    assert.throws(() => settingsOf({ OIDC_SCOPES: text }), InputError, text);
});
