// ./goshawk replay as a person runs it: a labelled file, a report, and a desk that can be kept.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { transactionToJson } from '../src/domain/transaction.ts';
import { createSimulator } from '../src/simulator/simulator.ts';
import { makeFolder } from './desk-process.ts';

const GOSHAWK = resolve(import.meta.dirname, '../goshawk');
const ROWS = 30_000;
type Report = {
  sent: number;
  decided: number;
  duplicates: number;
  conflicts: number;
  labels: number;
  badRows: number;
  firstProblem: string;
  outcomes: { approve: number; review: number; decline: number };
  quality?: { rows: number; frauds: number; auc: number; recall: number };
};

test('replay sends a file through the engine, labels after their delay, and can go on in a kept desk', () => {
  const folder = makeFolder();
  try {
    const file = join(folder.path, 'history.ndjson');
    const simulator = createSimulator({
      seed: 8,
      rate: 0.02,
      startMs: Date.UTC(2026, 0, 1),
      fraudShare: 0.02,
      dayRhythm: true,
    });
    const lines = Array.from({ length: ROWS }, () => {
      const { transaction, fraudType } = simulator.next();
      return JSON.stringify({ ...transactionToJson(transaction), fraud: fraudType !== undefined });
    });
    lines.splice(100, 0, '{"id":"half');
    writeFileSync(file, lines.join('\n'));
    const replay = (...options: string[]): Report => {
      const run = spawnSync(GOSHAWK, ['replay', file, '--json', ...options], { encoding: 'utf8' });
      assert.equal(run.status, 0, run.stderr);
      return JSON.parse(run.stdout);
    };
    const kept = ['--data-dir', join(folder.path, 'var'), '--train-days', '10', '--delay-days', '2'];
    const first = replay(...kept);
    assert.deepEqual([first.sent, first.decided, first.duplicates, first.badRows], [ROWS, ROWS, 0, 1]);
    assert.match(first.firstProblem, /^line 101: /);
    const { approve, review, decline } = first.outcomes;
    assert.equal(approve + review + decline, ROWS);
    assert.ok(first.labels > 100);
    assert.ok(first.quality && first.quality.frauds > 50);
    assert.ok(first.quality.auc > 0.8, `AUC ${first.quality.auc}`);
    const again = replay(...kept);
    assert.deepEqual([again.sent, again.decided, again.duplicates], [ROWS, 0, ROWS]);
    const [line] = lines;
    const row: { amountMinor: number } = JSON.parse(line);
    writeFileSync(file, [line, JSON.stringify({ ...row, amountMinor: row.amountMinor + 1 })].join('\n'));
    const changed = replay(...kept);
    assert.deepEqual(
      [changed.decided, changed.duplicates, changed.conflicts],
      [0, 1, 1],
      'D1 other content is no repetition',
    );
    const wrong = spawnSync(GOSHAWK, ['replay', file, '--until', 'soon'], { encoding: 'utf8' });
    assert.equal(wrong.status, 1);
    assert.match(wrong.stderr, /--until is "soon"; it must be a date like/);
  } finally {
    folder.remove();
  }
});
