// The clients of the API, built of its document: those of TypeScript and Python do the same against a running desk.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { webhookSignature } from '../src/server/notifications/signed-webhook.ts';
import { type DeskProcess, makeFolder, startDesk } from './desk-process.ts';

const ROOT = resolve(import.meta.dirname, '..');
const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes, yes').toString('base64')}`;
const BODY = '{"type":"alert.opened","data":{"id":17,"who":"Zoë"}}';

let folder: ReturnType<typeof makeFolder>;
let desk: DeskProcess;

before(async () => {
  const built = spawnSync(process.execPath, [resolve(ROOT, 'sdk/generate/main.ts')], { encoding: 'utf8' });
  assert.equal(built.status, 0, built.stderr + built.stdout);
  folder = makeFolder();
  desk = await startDesk(folder.path, ['--no-simulator']);
});
after(async () => {
  await desk?.stop();
  folder?.remove();
});

/** A desk that is busy twice before it decides; it says how often it was asked, and whether always for the same. */
async function busyDesk(): Promise<{ url: string; asked: string[]; close(): void }> {
  const asked: string[] = [];
  const server = createServer((request, reply) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      asked.push(body);
      const isBusy = asked.length < 3;
      const answer = isBusy ? { status: 503, detail: 'Busy.' } : { transactionId: JSON.parse(body).id };
      reply.writeHead(isBusy ? 503 : 200, {
        'content-type': 'application/json',
        ...(isBusy && { 'retry-after': '0' }),
      });
      reply.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => server.close(),
  };
}

/** Runs the contract with a client; gives what it printed. */
async function run(command: string, args: readonly string[], kind: string): Promise<unknown> {
  const busy = await busyDesk();
  const timestamp = Math.floor(Date.now() / 1000);
  const signature = webhookSignature(SECRET, 'msg_1', timestamp, BODY);
  const child = spawn(
    command,
    [...args, desk.url, busy.url, SECRET, 'msg_1', String(timestamp), signature, BODY, kind],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, PYTHONPATH: resolve(ROOT, 'sdk/python') },
    },
  );
  let output = '';
  for await (const chunk of child.stdout) output += chunk;
  busy.close();
  assert.equal(busy.asked.length, 3, 'what is busy is asked again');
  assert.equal(new Set(busy.asked).size, 1, 'with the same id');
  return JSON.parse(output);
}

const EXPECTED = {
  decided: true,
  same: true,
  story: true,
  conflict: { status: 409, pointers: [] },
  invalid: { status: 422, pointers: ['/amountMinor'] },
  missing: { status: 404, pointers: [] },
  away: { status: 0, pointers: [] },
  taken: [
    { accepted: 1000, rejected: 0, errors: [] },
    { accepted: 999, rejected: 1, errors: [1701] },
    { accepted: 500, rejected: 0, errors: [] },
  ],
  labelled: 1,
  observed: 1,
  found: true,
  afterBusy: 'busy',
  webhook: { none: true },
  forged: { error: 'No signature of the webhook is by this secret.' },
};

/** Clients say alike what is too old, but for the apostrophe. */
function check(told: unknown): void {
  const { old, ...rest } = told as { old: { error: string } };
  assert.deepEqual(rest, EXPECTED);
  assert.match(old.error, /more than five minutes from now/);
}

test('A19 the client for TypeScript keeps the contract', async () => {
  check(await run(process.execPath, [resolve(ROOT, 'test/sdk/contract.ts')], 'typescript'));
});

test('A19 the client for Python keeps it, in turn and awaited, and its types hold', async () => {
  const found = spawnSync(resolve(ROOT, 'scripts/python.sh'), { encoding: 'utf8' });
  assert.equal(found.status, 0, found.stderr);
  const python = found.stdout.trim();
  const contract = resolve(ROOT, 'test/sdk/contract.py');
  check(await run(python, [contract], 'sync'));
  check(await run(python, [contract], 'async'));
  const types = spawnSync(
    python,
    ['-m', 'mypy', '--strict', '--cache-dir=/dev/null', resolve(ROOT, 'sdk/python/goshawk_client')],
    {
      encoding: 'utf8',
    },
  );
  assert.equal(types.status, 0, types.stdout);
});
