import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify from 'fastify';
import { type Boundary, createBoundary, owningBoundary } from '../../ports/boundary.ts';
import type { TenantDesk } from './tenant-place.ts';
import { serveTenants } from './tenants.ts';

type TestDesk = TenantDesk & { readonly number: number; fail(error: Error): void };

/** Tenants whose desks only say which one they are; `fails` makes an opening fail. */
async function openTenants(t: TestContext, fails: (name: string, opened: number) => boolean = () => false) {
  const desks = new Map<string, TestDesk>();
  const opened = new Map<string, number>();
  const closed: string[] = [];
  const said: string[] = [];
  const started: string[] = [];
  const server = await serveTenants<TestDesk>({
    names: ['a', 'b'],
    behindProxy: false,
    firstPauseMs: 400,
    say: (name, text) => said.push(`${name}: ${text}`),
    async open(name, onFailure) {
      const number = (opened.get(name) ?? 0) + 1;
      opened.set(name, number);
      if (fails(name, number)) throw new Error(`the folder of ${name} cannot be read`);
      const boundary: Boundary = createBoundary(Date.now, (text) => said.push(text));
      const app = Fastify();
      app.get('/', async () => ({ name, number, own: owningBoundary() === boundary }));
      const desk: TestDesk = {
        app: { server: app },
        boundary,
        number,
        fail: onFailure,
        async close() {
          closed.push(`${name}${number}`);
          await app.close();
        },
      };
      desks.set(name, desk);
      return desk;
    },
    onOpen: async (name, { number }) => {
      started.push(`${name}${number}`);
    },
  });
  t.after(() => server.close());
  await server.listen({ port: 0, host: '127.0.0.1' });
  await server.begin();
  const { port } = server.address() as AddressInfo;
  async function ask(name: string): Promise<{ status: number; retryAfter?: string; body: string }> {
    const sent = request({ host: '127.0.0.1', port, headers: { host: `${name}.localhost` } }).end();
    const [response] = await once(sent, 'response');
    let body = '';
    for await (const chunk of response) body += chunk;
    return { status: response.statusCode, retryAfter: response.headers['retry-after'], body };
  }
  const until = async (fits: () => Promise<boolean> | boolean): Promise<void> => {
    for (let i = 0; i < 200 && !(await fits()); i++) await sleep(10);
    assert.ok(await fits(), said.join('\n'));
  };
  return { server, desks, closed, said, started, ask, until };
}

test('A10 a tenant whose desk fails answers 503 with why, is opened again, and the other goes on', async (t) => {
  const { server, desks, closed, said, started, ask, until } = await openTenants(t);
  assert.deepEqual(JSON.parse((await ask('a')).body), { name: 'a', number: 1, own: true });
  desks.get('a')?.fail(new Error('the database thread ended with 1'));
  await until(async () => (await ask('a')).status === 503);
  const refused = await ask('a');
  assert.match(refused.body, /closed since .*: Error: the database thread ended with 1\./);
  assert.ok(Number(refused.retryAfter) >= 1);
  assert.deepEqual(JSON.parse((await ask('b')).body), { name: 'b', number: 1, own: true });
  await until(async () => (await ask('a')).status === 200);
  assert.equal(JSON.parse((await ask('a')).body).number, 2);
  assert.deepEqual(closed, ['a1']);
  assert.deepEqual(started, ['a1', 'b1', 'a2']);
  assert.match(said[0], /^a: the desk is closed: the database thread ended with 1\. It is opened again in/);
  await server.close();
  assert.deepEqual(closed.sort(), ['a1', 'a2', 'b1']);
});

test('A10 a tenant that cannot be opened at first does not keep the other from opening', async (t) => {
  const { ask, until, said } = await openTenants(t, (name, opened) => name === 'a' && opened < 3);
  assert.equal((await ask('b')).status, 200);
  await until(async () => (await ask('a')).status === 200);
  assert.equal(said.filter((text) => /cannot be read/.test(text)).length, 2);
});

test('A10 where no tenant can be opened, the process says so and ends', async (t) => {
  await assert.rejects(
    openTenants(t, () => true),
    /the folder of a cannot be read/,
  );
});

test('A10 what is thrown while a connection is handed over is its tenant’s and ends this connection', async (t) => {
  const { desks, ask } = await openTenants(t);
  const desk = desks.get('a');
  assert.ok(desk);
  desk.app.server.server.prependListener('request', () => {
    throw new TypeError('in a listener');
  });
  await assert.rejects(ask('a'), /hang up|reset/);
  assert.equal(desk.boundary.count, 1);
  assert.equal(desks.get('b')?.boundary.count, 0);
  assert.equal((await ask('b')).status, 200);
});
