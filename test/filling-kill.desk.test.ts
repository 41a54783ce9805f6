// A desk that is killed with SIGKILL while its catalogue is filled and changed, at each step and at any moment: against one that had the
// catalogue from the first record on, and that nothing happens to.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '../src/domain/random.ts';
import type { EmbeddedDesk } from '../src/runtimes/embedded.ts';
import { makeFolder } from './desk-process.ts';
import { assertAlike, openFilling, send, serve } from './filling/desks.ts';
import { documentOf, OWN, traffic } from './filling/traffic.ts';

const SEED = 11;
const RECORDS = 9000;
const BEFORE = 6000;
const STEPS = [
  'before it is filled',
  'before the first record',
  'before the book says so',
  'before it serves',
  'as soon as it serves',
] as const;

const folder = makeFolder();
let whole: EmbeddedDesk;
before(async () => {
  whole = await openFilling(join(folder.path, 'whole'));
  await serve(whole, documentOf(OWN));
  await send(whole, traffic(SEED, RECORDS));
  await whole.settled();
  const changed = await openFilling(join(folder.path, 'before'));
  await send(changed, traffic(SEED, RECORDS).slice(0, BEFORE));
  await changed.settled();
  await changed.close();
});
after(async () => {
  await whole.close();
  folder.remove();
});

const SCRIPT = resolve(import.meta.dirname, 'filling/changing-desk.ts');

/** Runs it until it is done or dies; `afterMs` from when it begins to change. True where it came to its end. */
async function run(name: string, step = '', afterMs?: number): Promise<boolean> {
  const args = [
    '--disable-warning=ExperimentalWarning',
    SCRIPT,
    join(folder.path, name),
    String(SEED),
    String(RECORDS),
    step,
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  if (afterMs !== undefined) {
    await Promise.race([once(child.stdout, 'data'), exited]);
    await sleep(afterMs);
    child.kill('SIGKILL');
  }
  const [code, signal] = await exited;
  assert.ok(code === 0 || signal === 'SIGKILL', said);
  return code === 0;
}

async function assertWhole(name: string): Promise<void> {
  const desk = await openFilling(join(folder.path, name));
  assert.equal(desk.catalogue.filling(), undefined);
  await assertAlike(whole, desk, name);
  await desk.close();
}

for (const step of STEPS) {
  test(`Y42: killed ${step}, a desk decides with one catalogue or the other, and nothing is lost or doubled`, async () => {
    cpSync(join(folder.path, 'before'), join(folder.path, step), { recursive: true });
    assert.equal(await run(step, step), false, 'it died there');
    assert.equal(await run(step), true);
    await assertWhole(step);
  });
}

test('Y42: killed again and again while it is filled, a desk goes on as if nothing had been', async () => {
  const random = createRandom(SEED);
  cpSync(join(folder.path, 'before'), join(folder.path, 'often'), { recursive: true });
  for (let kills = 0; kills < 6; kills++) await run('often', '', random.below(1200));
  assert.equal(await run('often'), true);
  await assertWhole('often');
});
