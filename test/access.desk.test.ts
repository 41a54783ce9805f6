// Who comes in and may do what, over the API of a running desk: links, roles, keys, sessions, the audit trail.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import WebSocket from 'ws';
import { openEmbeddedDatabase } from '../src/adapters/embedded/database.ts';
import { verifyAudit } from '../src/adapters/sql/audit.ts';
import { PERMISSIONS_OF, ROLES, type Role } from '../src/domain/access.ts';
import { freePort } from '../src/stack/free-port.ts';
import { documentRoutes } from './api-document.ts';
import { type DeskProcess, makeFolder, smallest, startDesk } from './desk-process.ts';
import { type Caller, caller, cookieOf, firstAdministrator, firstLink, invite, PASSWORD } from './people.ts';

const GOSHAWK = resolve(import.meta.dirname, '../goshawk');
const folder = makeFolder();
let desk: DeskProcess;
let ada: Caller;
const people = new Map<Role, Caller>();

before(async () => {
  desk = await startDesk(folder.path, ['--no-simulator']);
});
after(async () => {
  await desk.stop();
  folder.remove();
});

type Route = { readonly method: string; readonly path: string; readonly permissions: readonly string[] };
/** Every route of the document, with what it says it needs. */
async function routes(): Promise<Route[]> {
  const { body } = await caller(desk)('GET', '/openapi.json');
  return documentRoutes(body).map(({ method, path, description }) => ({
    method: method.toUpperCase(),
    path: path.replace('{version}', 'none').replace(/\{\w+\}/g, '1'),
    permissions: [...(/Needs permission to .*$/.exec(description)?.[0] ?? '').matchAll(/\((\w+)\)/g)].map(
      ([, permission]) => permission,
    ),
  }));
}

test('O1 at the machine everybody may do everything until somebody has an account; then everybody signs in', async () => {
  const stranger = caller(desk);
  const me = await stranger('GET', '/v1/me');
  assert.deepEqual(me.body, {
    signInNeeded: false,
    oidc: null,
    actor: { kind: 'local', id: 'local', name: 'local', permissions: [...PERMISSIONS_OF.administrator] },
  });
  assert.equal((await stranger('POST', '/v1/decisions', smallest('open-1', 'account-0001'))).status, 200);
  const path = firstLink(desk);
  const token = path.split('=')[1];
  const weak = await stranger('POST', '/v1/welcome', { token, id: 'ada', password: 'short' });
  assert.equal(weak.status, 400);
  assert.match(String(weak.body.detail), /at least 12/);
  ada = await firstAdministrator(desk);
  assert.equal((await ada('GET', '/v1/people')).status, 200);
  const again = await stranger('POST', '/v1/welcome', { token, id: 'eve', password: PASSWORD });
  assert.equal(again.status, 404, 'a link works once');
  assert.equal((await stranger('GET', '/v1/stats')).status, 401);
});

test('O2 every route refuses who is not signed in, and each role what it may not do', async () => {
  for (const role of ROLES) people.set(role, await invite(desk, ada, `${role}@bank.example`, [role]));
  const all = await routes();
  assert.ok(all.length > 30, `${all.length} routes`);
  const open = all
    .filter(({ permissions }) => permissions.length === 0)
    .map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(open.sort(), [
    'GET /healthz',
    'GET /readyz',
    'GET /v1/me',
    'GET /v1/oidc/callback',
    'GET /v1/oidc/start',
    'GET /v1/welcome',
    'POST /v1/sign-in',
    'POST /v1/sign-out',
    'POST /v1/welcome',
  ]);
  for (const { method, path, permissions } of all) {
    if (permissions.length === 0) continue;
    const body = method === 'GET' || method === 'DELETE' ? undefined : {};
    const nobody = await caller(desk)(method, path, body);
    assert.equal(nobody.status, 401, `${method} ${path}`);
    for (const role of ROLES) {
      if (role === 'administrator') continue;
      const as = people.get(role);
      assert.ok(as);
      const { status } = await as(method, path, body);
      const may = permissions.every((one) => PERMISSIONS_OF[role].some((held) => held === one));
      assert.equal(status === 403, !may, `${role}: ${method} ${path} (${permissions}) answered ${status}`);
    }
  }
});

test('O3 a session needs its own page: no other origin, and none that is not said', async () => {
  const body = { id: 'x', name: 'x', roles: ['viewer'] };
  assert.equal((await ada('POST', '/v1/people', body, { origin: 'https://evil.example' })).status, 403);
  const answer = await caller(desk)('POST', '/v1/sign-in', { id: 'ada@bank.example', password: PASSWORD });
  const cookie = answer.headers.get('set-cookie') ?? '';
  assert.match(cookie, /HttpOnly/);
  assert.match(cookie, /SameSite=Strict/);
  const bare = await fetch(`${desk.url}/v1/people`, {
    method: 'POST',
    headers: { cookie: cookieOf(answer.headers), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.equal(bare.status, 403);
  assert.match(await bare.text(), /Origin/);
  const signedIn = caller(desk, { cookie: cookieOf(answer.headers) });
  assert.equal((await signedIn('POST', '/v1/sign-out', {})).status, 200);
  assert.equal((await signedIn('GET', '/v1/stats')).status, 401);
});

test('O4 identifiers are hidden from those who need not know them, on the feed too', async () => {
  const viewer = people.get('viewer');
  const analyst = people.get('analyst');
  assert.ok(viewer && analyst);
  const opened = { params: { id: 'open-1' } };
  const { transaction: hidden } = await viewer.client.call('getTransaction', opened);
  assert.match(String(hidden.accountId), /^••••[0-9a-z]{7}$/);
  const { transaction: shown } = await analyst.client.call('getTransaction', opened);
  assert.equal(shown.accountId, 'account-0001');
  const signIn = await caller(desk)('POST', '/v1/sign-in', { id: 'viewer@bank.example', password: PASSWORD });
  const cookie = cookieOf(signIn.headers);
  const socket = new WebSocket(`${desk.url.replace('http', 'ws')}/v1/feed`, {
    headers: { cookie, origin: desk.url },
  });
  const texts: string[] = [];
  socket.on('message', (data) => texts.push(String(data)));
  const closed = once(socket, 'close');
  while (!texts.some((text) => text.includes('"snapshot"')))
    await new Promise((done) => setTimeout(done, 20));
  assert.ok(texts.some((text) => text.includes(String(hidden.accountId))));
  assert.ok(!texts.some((text) => text.includes('-0001')));
  // Whoever signs out hears no more.
  await caller(desk, { cookie })('POST', '/v1/sign-out', {});
  const [code] = await closed;
  assert.equal(code, 4401);
  const refused = new WebSocket(`${desk.url.replace('http', 'ws')}/v1/feed`);
  const [error] = await once(refused, 'error');
  assert.match(String(error), /401/);
});

test('O5 of thirty wrong tries at once five are looked at, whether the name is there or not', async () => {
  for (const id of ['viewer@bank.example', 'nobody@bank.example']) {
    const answers = await Promise.all(
      Array.from({ length: 30 }, () =>
        caller(desk)('POST', '/v1/sign-in', { id, password: 'wrong wrong wrong' }),
      ),
    );
    assert.equal(answers.filter(({ status }) => status === 401).length, 5, id);
    assert.equal(answers.filter(({ status }) => status === 429).length, 25, id);
  }
  const right = await caller(desk)('POST', '/v1/sign-in', { id: 'viewer@bank.example', password: PASSWORD });
  assert.equal(right.status, 429, 'the right password is locked out, too');
  const { items } = await ada.client.call('listAuditLines', {
    query: { subject: 'person viewer@bank.example' },
  });
  const counted = items.flatMap(({ detail }) => (detail?.failures === undefined ? [] : [detail.failures]));
  assert.deepEqual(counted.sort(), [1, 2, 3, 4, 5]);
});

test('O6 a key may do what it was made for, until it is revoked; only its hash is kept', async () => {
  const made = await ada('POST', '/v1/keys', {
    name: 'core banking',
    permissions: ['decide'],
    expiresInDays: 1,
  });
  assert.equal(made.status, 201);
  const key = String(made.body.key);
  const service = caller(desk, { authorization: `Bearer ${key}` });
  assert.equal((await service('POST', '/v1/decisions', smallest('key-1'))).status, 200);
  assert.equal((await service('GET', '/v1/transactions')).status, 403);
  assert.equal(
    (await caller(desk, { authorization: `bearer ${key}` })('GET', '/v1/transactions')).status,
    403,
  );
  assert.equal((await caller(desk, { authorization: `Bearer ${key}x` })('GET', '/v1/stats')).status, 401);
  const [listed] = (await ada.client.call('listKeys')).keys;
  assert.ok(listed.lastUsedAt);
  const secret = key.split('_')[2];
  const stored = spawnSync(
    GOSHAWK,
    ['sql', 'select * from api_keys', '--data-dir', join(folder.path, 'var')],
    { encoding: 'utf8' },
  );
  assert.ok(stored.stdout.includes(listed.id) && !stored.stdout.includes(secret), stored.stdout);
  assert.equal((await ada('DELETE', `/v1/keys/${listed.id}`)).status, 200);
  assert.equal((await service('POST', '/v1/decisions', smallest('key-2'))).status, 401);
});

test('O7 the last administrator stays; rights that change take effect at once', async () => {
  const other = await invite(desk, ada, 'second@bank.example', ['analyst']);
  await ada('PUT', '/v1/people/administrator@bank.example/roles', { roles: ['viewer'] });
  const last = await ada('PUT', '/v1/people/ada@bank.example/roles', { roles: ['analyst'] });
  assert.equal(last.status, 409);
  assert.equal((await ada('PUT', '/v1/people/ada@bank.example/disabled', { disabled: true })).status, 409);
  // Letting in whoever is in already takes nothing from them.
  assert.equal((await ada('PUT', '/v1/people/ada@bank.example/disabled', { disabled: false })).status, 200);
  assert.equal((await ada('GET', '/v1/people')).status, 200);
  assert.equal((await other('GET', '/v1/audit')).status, 403);
  await ada('PUT', '/v1/people/second@bank.example/roles', { roles: ['auditor'] });
  assert.equal((await other('GET', '/v1/audit')).status, 200);
  await ada('PUT', '/v1/people/second@bank.example/disabled', { disabled: true });
  assert.equal((await other('GET', '/v1/audit')).status, 401);
});

const verify = (more: readonly string[] = []) =>
  spawnSync(GOSHAWK, ['audit', 'verify', '--data-dir', join(folder.path, 'var'), ...more], {
    encoding: 'utf8',
  });
test('O8 who saw and changed what is in a chain that shows every later change', async () => {
  const auditor = people.get('auditor');
  assert.ok(auditor);
  const { items } = await auditor.client.call('listAuditLines', { query: { limit: 500 } });
  const told = items.map(({ who, action, subject }) => `${who} ${action} ${subject}`);
  for (const line of [
    'ada@bank.example became the first administrator person ada@bank.example',
    'Ada invited person viewer@bank.example',
    'viewer@bank.example by name saw transaction open-1',
    'viewer@bank.example was locked out person viewer@bank.example',
    'Ada changed roles person second@bank.example',
    'Ada shut out person second@bank.example',
  ]) {
    assert.ok(told.includes(line), line);
  }
  const whole = verify();
  assert.equal(whole.status, 0, whole.stderr);
  const [, head] = /Head: (\d+ [0-9a-f]{64})/.exec(whole.stdout) ?? [];
  const anchorFile = join(folder.path, 'heads');
  writeFileSync(anchorFile, `${head}\n`);
  const sql = (text: string): string =>
    spawnSync(GOSHAWK, ['sql', text, '--data-dir', join(folder.path, 'var')], { encoding: 'utf8' }).stderr;
  for (const text of [
    "update users set roles = '[]'",
    'alter table audit_log disable trigger all',
    'drop table sessions',
    "select append_audit('{}')",
    'select next_list_revision()',
    "copy users to '/pglite/data/out'",
  ]) {
    assert.match(sql(text), /read-only|permission denied|must be owner/, text);
  }
  sql('commit');
  assert.match(sql('delete from audit_log'), /read-only|permission denied/);
  await desk.stop();
  assert.match(sql('delete from audit_log'), /read-only|permission denied/, 'of a desk that is stopped, too');
  // Whoever owns the database can do anything to it, by other programs than ours; the chain tells.
  const database = openEmbeddedDatabase(join(folder.path, 'var/database'), () => undefined);
  try {
    const tamper = (statement: string) => database.query(statement, []);
    const anchors = head ? [{ seq: Number(head.split(' ')[0]), hash: head.split(' ')[1] }] : [];
    const problem = async (known: typeof anchors = []): Promise<string> => {
      const check = await verifyAudit((text) => database.query(text, []), known);
      return check.ok ? 'none' : check.problem;
    };
    await assert.rejects(tamper("update audit_log set line = '{}' where seq = 3"), /append-only/);
    await tamper('alter table audit_log disable trigger all');
    await tamper(`update audit_log set line = replace(line, 'bank.example', 'evil.example') where seq = 9`);
    assert.match(await problem(), /line 9 was changed/);
    await tamper(`update audit_log set line = replace(line, 'evil.example', 'bank.example') where seq = 9`);
    assert.equal(await problem(anchors), 'none');
    await tamper('delete from audit_log where seq = 7');
    assert.match(await problem(), /after line 6 comes line 8/);
    await tamper('delete from audit_log where seq >= 7');
    assert.match(await problem(), /ends at line 6, its head says/);
    await tamper('update audit_head set seq = 6, hash = (select hash from audit_log where seq = 6)');
    assert.match(await problem(anchors), /ends at line 6, but line \d+ was there/);
  } finally {
    await database.close();
  }
  const cut = verify(['--anchors', anchorFile]);
  assert.equal(cut.status, 1);
  assert.match(cut.stderr, /ends at line 6, but line \d+ was there/);
});

test('O1 where others can reach the desk, nobody comes in without an account', async () => {
  const open = makeFolder();
  const port = await freePort();
  const reachable = await startDesk(open.path, [
    '--no-simulator',
    '--host',
    '0.0.0.0',
    '--port',
    String(port),
  ]);
  const at = { ...reachable, url: `http://127.0.0.1:${port}` };
  assert.equal((await caller(at)('GET', '/v1/stats')).status, 401);
  assert.match(reachable.output(), /This link makes the first administrator, once.*http:\/\/localhost:/);
  const administrator = await firstAdministrator(at);
  assert.equal((await administrator('GET', '/v1/stats')).status, 200);
  await reachable.stop();
  open.remove();
});
