// Durable throughput: the handbook file through an embedded desk, every decision committed.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { HANDBOOK_FILE, needHandbook } from '../test/reference.ts';
import { count, type Row } from './report.ts';

const MAIN = resolve(import.meta.dirname, '../src/cli/main.ts');

export function benchReplay(): Row[] {
  needHandbook();
  const args = ['replay', HANDBOOK_FILE, '--mapping', 'handbook', '--until', '2018-05-20', '--json'];
  const run = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (run.status !== 0) throw new Error(`replay ended with ${run.status}`);
  const { sent, perSecond, engineMs } = JSON.parse(run.stdout) as {
    sent: number;
    perSecond: number;
    engineMs: { p50: number; p99: number };
  };
  return [
    {
      what: `embedded replay of ${count(sent)} handbook rows, durable`,
      figure: `${count(perSecond)} transactions/s (engine p50 ${(engineMs.p50 * 1000).toFixed(0)} µs)`,
      goal: '≥ 8,000/s',
    },
  ];
}
