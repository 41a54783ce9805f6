// Coming in by an OpenID provider: what it says of a person, in the ID token or at userinfo, what it does not say, and what is
// said where desk and provider do not agree about who the provider is.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PERMISSIONS_OF, type Permission } from '../src/domain/access.ts';
import { freePort } from '../src/stack/free-port.ts';
import { type DeskProcess, makeFolder } from './desk-process.ts';
import { comeIn, startOidcDesk, startProvider, type TestProvider } from './openid-provider.ts';
import { type Caller, caller, clientOf, firstAdministrator, invite, PASSWORD } from './people.ts';

const OLU = { email: 'olu@bank.example', email_verified: true, name: 'Olu Ade' };
const folder = makeFolder();
let deskUrl: string;
let provider: TestProvider;
let desk: DeskProcess;
let ada: Caller;

before(async () => {
  deskUrl = `http://127.0.0.1:${await freePort()}`;
  provider = await startProvider(deskUrl);
  desk = await startOidcDesk(folder.path, deskUrl, {
    OIDC_ISSUER: provider.issuer,
    OIDC_SCOPES: 'openid  email teams',
    OIDC_ROLE_MAP:
      '{"fraud-team":["analyst"],"risk":["model_approver"],"/bank/heads":["administrator"],"audit":["auditor"]}',
  });
});
after(async () => {
  provider.close();
  await desk.stop();
  folder.remove();
});

const person = async (id: string) =>
  (await ada.client.call('listPeople')).people.find((one) => one.id === id);
const lastLines = async (id: string) =>
  (await ada.client.call('listAuditLines', { query: { subject: `person ${id}` } })).items;

/** What the desk's log says, as it was written. */
const logOf = (of: DeskProcess): string => of.output().replaceAll('\\"', '"');

test('O9 people come in by an OpenID provider, with the roles of their groups', async () => {
  provider.say({ token: { ...OLU, groups: ['fraud-team'] } });
  const { cookie, problem } = await comeIn(deskUrl, 'olu');
  assert.equal(problem, null);
  const { actor, oidc } = await clientOf(desk, { cookie }).call('getMe');
  assert.deepEqual(
    { ...actor, permissions: undefined, oidc },
    { kind: 'person', id: 'olu@bank.example', name: 'Olu Ade', permissions: undefined, oidc: 'Bank ID' },
  );
  assert.equal((await caller(desk, { cookie })('POST', '/v1/models/retrain', {})).status, 403);
  const { paths, scope } = provider.asked();
  assert.ok(!paths.includes('/me'), 'userinfo is not asked for what the ID token says');
  assert.equal(scope, 'openid email teams');
  provider.say({ token: { ...OLU, groups: ['risk'] } });
  const second = await comeIn(deskUrl, 'olu');
  const again = await clientOf(desk, { cookie: second.cookie }).call('getMe');
  assert.deepEqual([...(again.actor?.permissions ?? [])].sort(), [...PERMISSIONS_OF.model_approver].sort());
  const forged = await caller(desk)('GET', '/v1/oidc/callback?code=x&state=y', undefined, {
    cookie: 'goshawk_oidc=a.b.c',
  });
  assert.equal(forged.headers.get('location'), '/sign-in?problem=failed', 'a code, and no text of anybody');
});

test('O9 groups that are not said leave roles as they are; trail, log and page say so; an empty list is none', async () => {
  ada = await firstAdministrator(desk);
  const sources = { _claim_names: { groups: 'a' }, _claim_sources: { a: { endpoint: 'https://x.example' } } };
  for (const [groups, reason] of [
    [{}, /no claim "groups"/],
    [sources, /too many.*_claim_names/],
    [{ ...sources, groups: ['fraud-team'] }, /too many.*_claim_names/],
    [{ groups: 17 }, /is a number/],
    [{ groups: { 'fraud-team': true } }, /is an object without a name/],
    [{ groups: ['fraud-team', ['risk']] }, /holds a list/],
    [{ groups: 'fraud-team, risk' }, /one text that may be several/],
  ] as const) {
    provider.say({ token: { ...OLU, ...groups } });
    assert.equal((await comeIn(deskUrl, 'olu')).problem, 'roles-kept', String(reason));
    assert.deepEqual((await person('olu@bank.example'))?.roles, ['model_approver'], String(reason));
    const line = (await lastLines('olu@bank.example')).find(({ action }) => action === 'kept roles');
    assert.match(String(line?.detail?.reason), reason);
    assert.deepEqual(line?.detail?.roles, ['model_approver']);
    assert.match(logOf(desk), reason);
  }
  provider.say({ token: { email: 'new@bank.example', email_verified: true } });
  assert.deepEqual(await comeIn(deskUrl, 'new'), { cookie: '', problem: 'groups-unknown' });
  assert.equal(await person('new@bank.example'), undefined);
  provider.say({ token: { ...OLU, groups: [] } });
  assert.equal((await comeIn(deskUrl, 'olu')).problem, null);
  assert.deepEqual((await person('olu@bank.example'))?.roles, []);
});

test('O15 userinfo is asked for the address or the groups that the ID token leaves out, and is of the same person', async () => {
  const said = { email: 'ui@bank.example', email_verified: true, name: 'Ui Info', groups: ['fraud-team'] };
  provider.asked();
  provider.say({ token: {}, userinfo: said });
  assert.equal((await comeIn(deskUrl, 'u1-3f2b')).problem, null);
  const { paths } = provider.asked();
  assert.equal(paths.filter((path) => path === '/me').length, 1);
  const { name, roles } = (await person('ui@bank.example')) ?? {};
  assert.deepEqual({ name, roles }, { name: 'Ui Info', roles: ['analyst'] });
  // What the ID token says is not overruled; what it says in a shape that nobody understands is asked for.
  provider.say({ token: { email: said.email, groups: ['risk'] }, userinfo: said });
  await comeIn(deskUrl, 'u1-3f2b');
  assert.deepEqual((await person('ui@bank.example'))?.roles, ['model_approver']);
  provider.say({ token: { email: said.email, groups: [true] }, userinfo: said });
  await comeIn(deskUrl, 'u1-3f2b');
  assert.deepEqual((await person('ui@bank.example'))?.roles, ['analyst']);
  provider.say({
    token: { email: said.email },
    userinfo: { ...said, sub: 'somebody', groups: ['/bank/heads'] },
  });
  assert.deepEqual(await comeIn(deskUrl, 'u1-3f2b'), { cookie: '', problem: 'other-subject' });
  assert.deepEqual((await person('ui@bank.example'))?.roles, ['analyst']);
  assert.match(logOf(desk), /of the subject "somebody", the ID token of "u1-3f2b"/);
  provider.say({ token: {}, userinfo: 'broken' });
  assert.equal((await comeIn(deskUrl, 'u1-3f2b')).problem, 'roles-kept');
  provider.say({ token: { groups: ['fraud-team'] }, userinfo: 'broken' });
  assert.deepEqual(await comeIn(deskUrl, 'u2-77aa'), { cookie: '', problem: 'failed' });
  assert.equal(await person('u2-77aa'), undefined, 'no account by another name than the address');
  assert.match(logOf(desk), /Userinfo, which was asked for .* could not be read.*status 500/);
});

test('O9 an account here is linked where token or userinfo vouches for its address, and gets the roles of its groups', async () => {
  await invite(desk, ada, 'kim@bank.example', ['viewer']);
  const token = { email: 'kim@bank.example', groups: ['fraud-team'] };
  for (const userinfo of [
    { email: 'kim@bank.example' },
    { email: 'other@bank.example', email_verified: true },
    { email: 'kim@bank.example', email_verified: 'false' },
  ]) {
    provider.say({ token, userinfo });
    assert.deepEqual(await comeIn(deskUrl, 'kim'), { cookie: '', problem: 'not-vouched' });
  }
  const vouched = { email: 'Kim@bank.example', email_verified: true };
  provider.say({ token: { ...token, email_verified: false }, userinfo: vouched });
  assert.equal((await comeIn(deskUrl, 'kim')).problem, 'not-vouched', 'a no of the ID token is a no');
  provider.say({ token: { email: token.email }, userinfo: vouched });
  assert.equal((await comeIn(deskUrl, 'kim')).problem, 'roles-kept');
  assert.deepEqual((await person('kim@bank.example'))?.roles, ['viewer']);
  await invite(desk, ada, 'lee@bank.example', ['viewer']);
  provider.say({
    token: { email: 'lee@bank.example', groups: [{ id: '1', name: '/fraud-team' }] },
    userinfo: { email: 'lee@bank.example', email_verified: 'true' },
  });
  assert.equal((await comeIn(deskUrl, 'lee')).problem, null);
  assert.deepEqual((await person('lee@bank.example'))?.roles, ['analyst']);
});

test('O7 signing in by a provider takes nothing from the last administrator, and from the last but one it does', async () => {
  const head = { email: 'ada@bank.example', email_verified: true };
  const administers = async (cookie: string): Promise<boolean> =>
    (await caller(desk, { cookie })('GET', '/v1/people')).status === 200;
  for (const [groups, code] of [
    [['bank/heads'], null],
    [undefined, 'roles-kept'],
    [['fraud-team'], 'last-administrator'],
    [[], 'last-administrator'],
    [['heads'], 'last-administrator'],
    [['/bank/heads', 'audit'], null],
    [[], 'last-administrator'],
  ] as const) {
    provider.say({ token: { ...head, ...(groups && { groups }) } });
    const { cookie, problem } = await comeIn(deskUrl, 'the-head');
    assert.equal(problem, code, JSON.stringify(groups));
    assert.ok(await administers(cookie), JSON.stringify(groups));
  }
  assert.deepEqual((await person('ada@bank.example'))?.roles, ['administrator', 'auditor']);
  const [line] = (await lastLines('ada@bank.example')).filter(({ action }) => action === 'kept roles');
  assert.match(String(line.detail?.reason), /no administrator any more, but nobody else could administer/);
  const signedIn = await caller(desk)('POST', '/v1/sign-in', { id: head.email, password: PASSWORD });
  assert.equal(signedIn.status, 200);
  // Two of them go at once: one stays.
  await invite(desk, ada, 'bo@bank.example', ['administrator']);
  provider.say({ token: { email: 'bo@bank.example', email_verified: true, groups: ['/bank/heads'] } });
  await comeIn(deskUrl, 'bo');
  provider.say({ token: { ...head, groups: ['fraud-team'] } });
  const { cookie, problem } = await comeIn(deskUrl, 'the-head');
  assert.equal(problem, null);
  assert.ok(!(await administers(cookie)));
});

/** What a desk with other settings answers to somebody who comes, and what its log says. */
async function tried(
  settings: Readonly<Record<string, string>>,
  change?: (callback: URL) => void,
): Promise<{ problem: string | null; output: string; permissions: readonly Permission[] }> {
  const home = makeFolder();
  const url = `http://127.0.0.1:${await freePort()}`;
  const own = await startProvider(url);
  own.say({
    token: {
      ...OLU,
      groups: ['risk'],
      realm_access: { roles: ['fraud-team'] },
      'https://bank.example/groups': ['risk'],
    },
  });
  const filled = Object.entries(settings).map(([name, value]) => [
    name,
    value.replace('ISSUER', own.issuer).replace('ODD', own.oddConfiguration),
  ]);
  const other = await startOidcDesk(home.path, url, {
    OIDC_ISSUER: own.issuer,
    OIDC_ROLE_MAP: '{"fraud-team":["analyst"],"risk":["model_approver"]}',
    ...Object.fromEntries(filled),
  });
  try {
    const { problem, cookie } = await comeIn(url, 'olu', change);
    const { actor } = await clientOf(other, { cookie }).call('getMe');
    const output = logOf(other).replaceAll(own.issuer, 'ISSUER');
    return { problem, output, permissions: problem === null ? (actor?.permissions ?? []) : [] };
  } finally {
    own.close();
    await other.stop();
    home.remove();
  }
}

test('O15 the claim of groups is found by a path', async () => {
  const { problem, permissions } = await tried({ OIDC_GROUPS_CLAIM: 'realm_access.roles' });
  assert.equal(problem, null);
  assert.deepEqual([...permissions].sort(), [...PERMISSIONS_OF.analyst].sort());
});

test('O15 a provider that calls itself otherwise than the desk was told: both names are said, and what to do', async () => {
  const discovered = await tried({ OIDC_ISSUER: 'ISSUER/' });
  assert.equal(discovered.problem, 'other-issuer');
  assert.match(
    discovered.output,
    /OIDC_ISSUER is "ISSUER\/", but the provider there says that it is "ISSUER"/,
  );
  assert.match(discovered.output, /slash at the end, and it counts\. .*set OIDC_ISSUER to "ISSUER"/);
  const token = await tried({ OIDC_ISSUER: 'ODD' }, (callback) => callback.searchParams.delete('iss'));
  assert.equal(token.problem, 'other-issuer');
  assert.match(token.output, /a token of the issuer "ISSUER", but is "ISSUER\/".*slash at the end/);
  const answer = await tried({}, (callback) => callback.searchParams.set('iss', 'https://evil.example'));
  assert.equal(answer.problem, 'other-issuer');
  assert.match(answer.output, /an answer of the issuer "https:\/\/evil\.example", but Bank ID is "ISSUER"/);
});

test('O15 a provider that is away is told from one that is none', async () => {
  const away = await tried({ OIDC_ISSUER: `http://127.0.0.1:${await freePort()}` });
  assert.equal(away.problem, 'provider-away');
  assert.match(away.output, /does not answer: .*ECONNREFUSED/);
  const none = await tried({ OIDC_ISSUER: 'ISSUER/nothing/here' });
  assert.equal(none.problem, 'not-a-provider');
  assert.match(none.output, /is no OpenID provider: .*status 404/);
});
