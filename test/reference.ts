// The Python libraries that results are compared with, and the real data; both only in tests and benches.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
export const HANDBOOK_FILE = resolve(ROOT, '../shared/data/handbook-transactions.csv.gz');
export const HANDBOOK_BASELINE = resolve(ROOT, '../shared/baselines/handbook_sklearn.py');

/** Runs Python code with the reference libraries; gives what it printed. Throws with its error output. */
export function runPython(code: string, args: readonly string[]): string {
  const found = spawnSync(resolve(ROOT, 'scripts/python.sh'), {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (found.status !== 0) throw new Error('the reference Python is not available');
  const run = spawnSync(found.stdout.trim(), ['-c', code, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (run.status !== 0) throw new Error(`Python failed: ${run.stderr}`);
  return run.stdout;
}

/** Throws when the shared data is not beside the repository: nothing is skipped. */
export function needHandbook(): void {
  if (!existsSync(HANDBOOK_FILE)) throw new Error(`${HANDBOOK_FILE} is needed for this test`);
}
