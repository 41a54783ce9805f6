import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../domain/input-error.ts';
import { healthPort, startHealthEndpoint } from './health-endpoint.ts';

test('B7: a process says whether it is ready, and lives before it is', async (t) => {
  let ready = false;
  const endpoint = await startHealthEndpoint(0, () => ({ ready, text: ready ? 'ready' : 'starting' }));
  t.after(() => endpoint.close());
  const ask = async (path: string): Promise<[number, string]> => {
    const response = await fetch(`http://127.0.0.1:${endpoint.port}${path}`);
    return [response.status, (await response.text()).trim()];
  };
  assert.deepEqual(await ask('/readyz'), [503, 'starting']);
  assert.deepEqual(await ask('/healthz'), [200, 'alive']);
  ready = true;
  assert.deepEqual(await ask('/readyz?verbose'), [200, 'ready']);
  assert.equal((await ask('/'))[0], 404);
  await assert.rejects(
    startHealthEndpoint(endpoint.port, () => ({ ready, text: '' })),
    (error) => error instanceof InputError && /HEALTH_PORT \d+ is in use/.test(error.message),
  );
});

test('B7: what HEALTH_PORT says is a port, or nothing', () => {
  assert.equal(healthPort({}), undefined);
  assert.equal(healthPort({ HEALTH_PORT: '' }), undefined);
  assert.equal(healthPort({ HEALTH_PORT: '8001' }), 8001);
  for (const wrong of ['0', '65536', 'x', '80a', '-1', '1e3', ' 80'])
    assert.throws(() => healthPort({ HEALTH_PORT: wrong }), InputError, wrong);
});
