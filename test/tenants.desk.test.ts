// Two tenants behind one port: each finds its own, and nothing of the other on any route.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { documentRoutes } from './api-document.ts';
import { type DeskProcess, makeFolder, smallest, startDesk } from './desk-process.ts';
import { PASSWORD } from './people.ts';

const folder = makeFolder();
let desk: DeskProcess;
let port = 0;
type Answer = { status: number; headers: Record<string, string | string[] | undefined>; body: string };

/** Calls a tenant by its name; the name is in the Host header, as a browser sends it. */
function call(
  tenant: string,
  method: string,
  path: string,
  credentials: Record<string, string> = {},
  body?: unknown,
): Promise<Answer> {
  const host = `${tenant}.localhost:${port}`;
  const headers = {
    host,
    ...(method !== 'GET' && { origin: `http://${host}`, 'content-type': 'application/json' }),
    ...credentials,
  };
  return new Promise((done, failed) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () =>
        done({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      );
    });
    sent.on('error', failed);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const cookies = new Map<string, Record<string, string>>();
const keys = new Map<string, Record<string, string>>();

before(async () => {
  desk = await startDesk(folder.path, ['--no-simulator', '--tenants', 'bank-a,bank-b']);
  port = Number(new URL(desk.url).port);
  for (const tenant of ['bank-a', 'bank-b']) {
    const [, token] = new RegExp(`${tenant}: .*welcome\\?token=(\\S+)`).exec(desk.output()) ?? [];
    const welcome = await call(tenant, 'POST', '/v1/welcome', {}, { token, id: 'ada', password: PASSWORD });
    assert.equal(welcome.status, 200, welcome.body);
    const [cookie] = String(welcome.headers['set-cookie']).split(';');
    cookies.set(tenant, { cookie });
    const made = await call(
      tenant,
      'POST',
      '/v1/keys',
      { cookie },
      {
        name: 'all',
        permissions: [
          'read',
          'read_identifiers',
          'decide',
          'label',
          'edit_rules',
          'approve_rules',
          'edit_lists',
        ],
      },
    );
    keys.set(tenant, { authorization: `Bearer ${JSON.parse(made.body).key}` });
  }
});
after(async () => {
  await desk.stop();
  folder.remove();
});

test('O10 what one tenant sends, the other never sees', async () => {
  const ours = keys.get('bank-a') ?? {};
  for (let i = 0; i < 6; i++) {
    const sent = await call(
      'bank-a',
      'POST',
      '/v1/decisions',
      ours,
      smallest(`ours-${i}`, 'ours-account', 100),
    );
    assert.equal(sent.status, 200, sent.body);
  }
  assert.equal((await call('bank-a', 'GET', '/v1/transactions/ours-0', ours)).status, 200);
  const theirs = keys.get('bank-b') ?? {};
  assert.equal((await call('bank-b', 'GET', '/v1/transactions/ours-0', theirs)).status, 404);
  // The same id is a transaction of its own there.
  const other = await call('bank-b', 'POST', '/v1/decisions', theirs, smallest('ours-0', 'theirs', 999));
  assert.equal(other.status, 200);
  const document = JSON.parse((await call('bank-b', 'GET', '/openapi.json')).body);
  let looked = 0;
  for (const { method, path } of documentRoutes(document)) {
    if (method !== 'get') continue;
    const filled = path
      .replace('{version}', 'none')
      .replace('/accounts/{id}', '/accounts/ours-account')
      .replace('/transactions/{id}', '/transactions/ours-1')
      .replace(/\{\w+\}/g, '1');
    const answer = await call('bank-b', 'GET', filled, cookies.get('bank-b'));
    looked++;
    const told = answer.body
      .replaceAll('/accounts/ours-account', '')
      .replace('"accountId":"ours-account","links":[]', '');
    const itsOwn = told
      .replaceAll('"ours-0"', '')
      .replaceAll('ours-1', '')
      .replaceAll('links of account ours-account', '');
    assert.ok(!/ours-[2-9]|ours-account/.test(itsOwn), `${path}: ${answer.body.slice(0, 300)}`);
  }
  assert.ok(looked > 25, `${looked} routes`);
});

test('T5 tenants share no key: the same card is another token at each of them', async () => {
  const keyOf = (tenant: string): string =>
    readFileSync(join(folder.path, 'var/tenants', tenant, 'card-token.key'), 'utf8');
  assert.notEqual(keyOf('bank-a'), keyOf('bank-b'));
  const tokens = new Set<string>();
  for (const tenant of ['bank-a', 'bank-b']) {
    const card = smallest('card', '4012888888881881');
    const key = keys.get(tenant);
    assert.equal((await call(tenant, 'POST', '/v1/decisions', key, card)).status, 200);
    const { body } = await call(tenant, 'GET', '/v1/transactions/card', key);
    tokens.add(/401288xxxxxx1881~[a-z2-7]{20}/.exec(body)?.[0] ?? '');
  }
  assert.equal(tokens.size, 2);
  assert.ok(!tokens.has(''));
});

test('O10 a session or key of one tenant is nobody at the other, on every route', async () => {
  const document = JSON.parse((await call('bank-a', 'GET', '/openapi.json')).body);
  let tried = 0;
  for (const { method, path, description } of documentRoutes(document)) {
    if (!/Needs permission/.test(description)) continue;
    const filled = path.replace(/\{\w+\}/g, '1');
    const body = method === 'get' || method === 'delete' ? undefined : {};
    for (const credentials of [cookies.get('bank-a'), keys.get('bank-a')]) {
      const answer = await call('bank-b', method.toUpperCase(), filled, credentials, body);
      assert.equal(answer.status, 401, `${method} ${path}: ${answer.body.slice(0, 200)}`);
      tried++;
    }
  }
  assert.ok(tried > 100, `${tried} tries`);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/feed`, {
    headers: { host: `bank-b.localhost:${port}`, ...cookies.get('bank-a') },
  });
  const [error] = await once(socket, 'error');
  assert.match(String(error), /401/);
});

test('O10 a name that no tenant has is told, and its feed is not opened', async () => {
  for (const name of ['bank-c', '127', 'bank-a-b']) {
    assert.equal((await call(name, 'GET', '/v1/me')).status, 404, name);
  }
  const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/feed`);
  const [error] = await once(socket, 'error');
  assert.match(String(error), /404/);
  const own = new WebSocket(`ws://127.0.0.1:${port}/v1/feed`, {
    headers: { host: `bank-a.localhost:${port}`, ...cookies.get('bank-a') },
  });
  const [hello] = await once(own, 'message');
  assert.match(String(hello), /"hello"/);
  own.close();
});

test('A10 what one tenant sends over its feed ends that connection; the other decides on, and so does it', async () => {
  const [a, b] = ['bank-a', 'bank-b'].map((tenant) => keys.get(tenant) ?? {});
  for (const text of ['null', '[]', 'x', '{"type":"looking","alert":1e400}']) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/feed`, {
      headers: { host: `bank-a.localhost:${port}`, ...cookies.get('bank-a') },
    });
    await once(socket, 'message');
    socket.send(text);
    const [code] = await once(socket, 'close');
    assert.equal(code, 1007, text);
  }
  assert.equal((await call('bank-b', 'POST', '/v1/decisions', b, smallest('still-b'))).status, 200);
  assert.equal((await call('bank-a', 'POST', '/v1/decisions', a, smallest('still-a'))).status, 200);
});

test('A10 a tenant whose desk fails says why and comes back with what it had; the other decides on', {
  timeout: 90_000,
}, async () => {
  const [a, b] = ['bank-a', 'bank-b'].map((tenant) => keys.get(tenant) ?? {});
  const own = join(folder.path, 'var', 'tenants', 'bank-a');
  renameSync(own, `${own}-away`);
  // Nothing can be made where it leads.
  symlinkSync(join(folder.path, 'nowhere', 'at-all'), own);
  const until = async (status: number): Promise<Answer> => {
    for (const end = performance.now() + 40_000; ; await sleep(100)) {
      const answer = await call('bank-a', 'GET', '/v1/transactions/still-a', a);
      if (answer.status === status) return answer;
      assert.ok(performance.now() < end, `${answer.status}\n${desk.output().slice(-3000)}`);
    }
  };
  const refused = await until(503);
  assert.match(refused.body, /is closed since .*ENOENT/);
  for (let i = 0; i < 5; i++) {
    assert.equal((await call('bank-b', 'POST', '/v1/decisions', b, smallest(`beside-${i}`))).status, 200);
  }
  rmSync(own);
  renameSync(`${own}-away`, own);
  await until(200);
  assert.equal((await call('bank-a', 'POST', '/v1/decisions', a, smallest('again-a'))).status, 200);
  assert.equal(desk.child.exitCode, null);
});
