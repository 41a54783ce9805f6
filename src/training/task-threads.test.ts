import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { runOnThreads } from './task-threads.ts';

const file = join(tmpdir(), `goshawk-dying-thread-${process.pid}.mjs`);
writeFileSync(
  file,
  `import { parentPort } from 'node:worker_threads';
parentPort.on('message', ({ kind, task }) => {
  if (kind !== 'task') return;
  if (task === 'exit') process.exit(3);
  if (task === 'throw') throw new Error('in the thread');
  if (task === 'reject') Promise.reject(new Error('nobody waited'));
  else parentPort.postMessage(task);
});`,
);
after(() => rmSync(file));

const run = (tasks: readonly string[]): Promise<number> =>
  runOnThreads({ module: pathToFileURL(file), work: {}, tasks, threads: 2, onMessage: () => true });

test('A10 whatever a thread dies of, it fails the work it was given and nothing else', {
  timeout: 30_000,
}, async () => {
  await assert.rejects(run(['fine', 'exit', 'fine']), /ended with 3 before its work/);
  await assert.rejects(run(['fine', 'throw']), /in the thread/);
  await assert.rejects(run(['reject', 'fine']), /nobody waited/);
  assert.equal(await run(['fine', 'fine', 'fine']), 2);
});
