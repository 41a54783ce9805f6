// Guessing, passwords, names and the last administrator, over the API and the commands of a running desk.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { type DeskProcess, makeFolder, startDesk } from './desk-process.ts';
import { type Caller, caller, cookieOf, firstLink, PASSWORD } from './people.ts';

const GOSHAWK = resolve(import.meta.dirname, '../goshawk');
const folder = makeFolder();
let desk: DeskProcess;
let ada: Caller;
let adasCookies = '';

before(async () => {
  desk = await startDesk(folder.path, ['--no-simulator', '--behind-proxy']);
});
after(async () => {
  await desk.stop();
  folder.remove();
});

const tokenOf = (path: string): string => new URL(path, 'http://desk').searchParams.get('token') ?? '';
const invite = (id: string, name: string) => ada('POST', '/v1/people', { id, name, roles: ['viewer'] });
/** Invites somebody; gives the token of their link. */
async function invitedToken(id: string, name: string): Promise<string> {
  const { link } = await ada.client.call('invitePerson', { body: { id, name, roles: ['viewer'] } });
  return tokenOf(link.path);
}
const goshawk = (...args: string[]) =>
  spawnSync(GOSHAWK, [...args, '--data-dir', join(folder.path, 'var')], { encoding: 'utf8' });
/** As from another address: the desk is behind a proxy. */
const from = (address: string) => caller(desk, { 'x-forwarded-for': `6.6.6.6, ${address}` });

test('O7 at an open desk the first account is an administrator’s, and the first link works until somebody can administer', async () => {
  const local = caller(desk);
  const viewer = await local('POST', '/v1/people', { id: 'bob', name: 'Bob', roles: ['viewer'] });
  assert.equal(viewer.status, 409);
  assert.match(String(viewer.body.detail), /first account must be an administrator/);
  const invited = await local('POST', '/v1/people', { id: 'eve', name: 'Eve', roles: ['administrator'] });
  assert.equal(invited.status, 201);
  assert.equal((await local('GET', '/v1/people')).status, 401, 'from now on everybody signs in');
  const token = tokenOf(firstLink(desk));
  const taken = await local('POST', '/v1/welcome', { token, id: 'eve', password: PASSWORD });
  assert.equal(taken.status, 400, 'Eve’s name is Eve’s');
  const answer = await local('POST', '/v1/welcome', { token, id: 'ada', name: 'Ada', password: PASSWORD });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  ada = caller(desk, { cookie: cookieOf(answer.headers) });
  adasCookies = answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  for (const [part, body] of [
    ['roles', { roles: ['viewer'] }],
    ['disabled', { disabled: true }],
  ] as const) {
    const refused = await ada('PUT', `/v1/people/ada/${part}`, body);
    assert.equal(refused.status, 409, 'Eve never came in');
    assert.match(String(refused.body.detail), /last administrator who can sign in/);
  }
});

test('O5 whoever guesses locks out their own place: another one, and a browser that is known, come in', async () => {
  const wrong = { id: 'ada', password: 'wrong wrong wrong' };
  const statuses = await Promise.all(
    Array.from({ length: 12 }, async () => (await from('203.0.113.9')('POST', '/v1/sign-in', wrong)).status),
  );
  assert.equal(statuses.filter((status) => status === 401).length, 5);
  const right = { id: 'ada', password: PASSWORD };
  assert.equal((await from('203.0.113.9')('POST', '/v1/sign-in', right)).status, 429);
  assert.equal((await from('203.0.113.10')('POST', '/v1/sign-in', right)).status, 200);
  const known = caller(desk, { 'x-forwarded-for': '203.0.113.9', cookie: adasCookies });
  assert.equal((await known('POST', '/v1/sign-in', right)).status, 200);
  const { items } = await ada.client.call('listAuditLines', { query: { action: 'was locked out' } });
  assert.equal(items[0].detail?.address, '203.0.113.9', 'what the proxy saw, not what it was told');
});

test('O5 a wrong password of now counts, too: the right one after five is locked', async () => {
  const body = { current: 'wrong wrong wrong', next: 'a quite different sentence' };
  const answers = await Promise.all(Array.from({ length: 8 }, () => ada('POST', '/v1/password', body)));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [400, 400, 400, 400, 400, 429, 429, 429]);
  assert.equal((await ada('POST', '/v1/password', { ...body, current: PASSWORD })).status, 429);
});

test('O11 passwords that are guessed first are refused, and none is cut off', async () => {
  const token = await invitedToken('bert', 'Bert Broadbent');
  const welcome = (password: string) => caller(desk)('POST', '/v1/welcome', { token, password });
  for (const common of [
    'password1234',
    '123456789012',
    'qwertyuiop12',
    'goshawk12345',
    'Password123!',
    'iloveyou1234',
    'Broadbent1971',
    'broadbent bert',
    'aaaabbbbcccc',
    'P@ssw0rdP@ssw0rd',
    '1qaz2wsx3edc',
    'correct horse battery staple',
  ]) {
    const { status, body } = await welcome(common);
    assert.equal(status, 400, common);
    assert.match(String(body.detail), /guessed first|repeats|must not contain/, common);
  }
  const longest = 'kettle orange staircase '.repeat(9).slice(0, 199).concat('X');
  assert.equal((await welcome(`${longest}EXTRA`)).status, 400);
  const came = await welcome(longest);
  assert.equal(came.status, 200, JSON.stringify(came.body));
  const signIn = { id: 'bert', password: `${longest}EXTRA` };
  assert.equal((await from('203.0.113.20')('POST', '/v1/sign-in', signIn)).status, 400);
});

test('O11 nobody is called what others take for somebody else', async () => {
  for (const [id, name] of [
    ['аda', 'Somebody Else'],
    ['ａｄａ', 'Somebody Else'],
    ['àda', 'Somebody Else'],
    ['local', 'Lo Cal'],
    ['constructor', 'Con Structor'],
    ['__proto__', 'Pro To'],
    ['cleo', 'Ada'],
    ['cleo', 'АDA'],
    ['cleo', 'bert'],
    ['bert-broadbent', 'Cleo'],
    ['bėrt', 'Cleo'],
    ['cleo', 'key core banking'],
    ['cleo', 'Goshawk'],
    ['pауpal', 'Cleo'],
  ]) {
    const { status } = await invite(id, name);
    assert.ok(status === 400 || status === 409, `${id} ${name}: ${status}`);
  }
  assert.equal((await invite('анна', 'Анна Иванова')).status, 201, 'a name in one alphabet is a name');
});

test('O6 a link of somebody who is shut out opens nothing, and is not used up', async () => {
  const token = await invitedToken('dora', 'Dora');
  await ada('PUT', '/v1/people/dora/disabled', { disabled: true });
  assert.equal((await caller(desk)('GET', `/v1/welcome?token=${token}`)).status, 404);
  assert.equal((await caller(desk)('POST', '/v1/welcome', { token, password: PASSWORD })).status, 404);
  await ada('PUT', '/v1/people/dora/disabled', { disabled: false });
  const dora = (await ada.client.call('listPeople')).people.find(({ id }) => id === 'dora');
  assert.equal(dora?.hasPassword, false);
  assert.equal((await caller(desk)('POST', '/v1/welcome', { token, password: PASSWORD })).status, 200);
});

test('O7 whoever has the machine makes an administrator, of a desk that runs or not', async () => {
  const made = goshawk('people', 'make-administrator', 'dora');
  assert.equal(made.status, 0, made.stderr);
  const [, path] = /(\/welcome\?token=\S+)/.exec(made.stdout) ?? [];
  const came = await caller(desk)('POST', '/v1/welcome', { token: tokenOf(path), password: PASSWORD });
  assert.equal(came.status, 200, JSON.stringify(came.body));
  const dora = caller(desk, { cookie: cookieOf(came.headers) });
  const { items } = await dora.client.call('listAuditLines', {
    query: { action: 'made an administrator' },
  });
  assert.match(items[0].who, /at the machine$/);
  assert.equal(items[0].subject, 'person dora');
  assert.match(goshawk('people', 'make-administrator', 'àda').stderr, /would be taken for/);
  await desk.stop();
  assert.equal(goshawk('people', 'make-administrator', 'frank').status, 0);
  assert.match(goshawk('people', 'list').stdout, /frank\tfrank\tadministrator\tinvited/);
});
