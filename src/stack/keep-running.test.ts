import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startProgram } from './goshawk-process.ts';
import { keepRunning, lastErrorLine } from './keep-running.ts';
import { makeTemporaryFolder } from './temporary-folder.ts';

const folder = makeTemporaryFolder('keep');
after(() => rmSync(folder, { recursive: true, force: true }));
let scripts = 0;

/** Keeps a shell script running that finds how often it was started in $GOSHAWK_RESTARTS. */
function keepScript(script: string) {
  const said: string[] = [];
  const logFile = join(folder, `${scripts++}.log`);
  writeFileSync(logFile, '');
  const kept = keepRunning({
    name: 'child',
    start: (env) => startProgram('/bin/sh', { name: 'child', args: ['-c', script], env, logFile }),
    say: (text) => said.push(text),
    advice: `see ${logFile}`,
    firstPauseMs: 2,
  });
  return { kept, said, log: () => readFileSync(logFile, 'utf8') };
}

test('A12 a process that dies is started again and told of it, until it ends in order', async () => {
  const { kept, said, log } = keepScript(
    'echo "start $GOSHAWK_RESTARTS, $GOSHAWK_LAST_EXIT"; [ "$GOSHAWK_RESTARTS" -ge 2 ] && exit 0; echo "Error: no luck" >&2; exit 3',
  );
  assert.equal(await kept.ended, 0);
  assert.deepEqual(log().match(/start .*/g), [
    'start 0, ',
    'start 1, exit code 3, Error: no luck',
    'start 2, exit code 3, Error: no luck',
  ]);
  assert.match(said[0], /^child ended \(exit code 3, Error: no luck\); it is started again in 0.002 s\.$/);
});

test('A12 one that is killed is started again, one that was asked for wrongly is not', async () => {
  const killed = keepScript('[ "$GOSHAWK_RESTARTS" = 1 ] && exit 0; kill -9 $$');
  assert.equal(await killed.kept.ended, 0);
  assert.match(killed.said[0], /killed by a signal/);
  const wrong = keepScript('echo "goshawk: Port 1 on 127.0.0.1 is in use." >&2; exit 2');
  assert.equal(await wrong.kept.ended, 2);
  assert.deepEqual(wrong.said, [
    'child cannot be started: goshawk: Port 1 on 127.0.0.1 is in use. It is not tried again.',
  ]);
});

test('A12 a crash loop is told as one, with what to look at, and is tried on slowly', async () => {
  const { kept, said } = keepScript(
    '[ "$GOSHAWK_RESTARTS" = 6 ] && exit 0; echo "FATAL ERROR: out of memory"; exit 134',
  );
  assert.equal(await kept.ended, 0);
  assert.equal(said.length, 6);
  assert.ok(said.slice(0, 4).every((text) => /it is started again in/.test(text)));
  assert.match(
    said[4],
    /keeps dying: 5 times in a row soon after its start, the last time by exit code 134, FATAL ERROR: out of memory\. .*see .*\.log\. It is tried again every 0.12 s\./,
  );
});

test('A12 one that is stopped stays stopped', async () => {
  const { kept, said } = keepScript('trap "exit 7" TERM; sleep 30 & wait');
  await new Promise((done) => setTimeout(done, 100));
  await kept.stop();
  assert.equal(await kept.ended, 7);
  assert.deepEqual(said, []);
});

test('A12 the last words of a process are those that tell why it ended', () => {
  const log =
    '2026-01-01 sink ready\n2026-01-01 sink stopping: Error: bigint out of range\n    at x\n2026-01-01 sink stopped\n';
  assert.match(lastErrorLine(log), /stopping: Error: bigint out of range/);
  assert.equal(lastErrorLine('one\ntwo\n\n'), 'two');
  assert.equal(lastErrorLine(''), '');
  assert.equal(
    lastErrorLine('java.lang.IllegalStateException: no\n\tat a.b\n'),
    'java.lang.IllegalStateException: no',
  );
});
