// The Python libraries that results are compared with, and the real data; both only in tests and benches.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
/** The simulated payments of the Fraud Detection Handbook in one file, as docs/replay.md says; not part of the repository. */
export const HANDBOOK_FILE =
  process.env.HANDBOOK_FILE ?? resolve(ROOT, '../shared/data/handbook-transactions.csv.gz');
export const hasHandbook = (): boolean => existsSync(HANDBOOK_FILE);

/** Runs a Python file with the reference libraries; gives what it printed. Throws with its error output. */
export const runPythonFile = (file: string, args: readonly string[]): string => python([file, ...args]);

/** Runs Python code with the reference libraries; gives what it printed. Throws with its error output. */
export const runPython = (code: string, args: readonly string[]): string => python(['-c', code, ...args]);

function python(args: readonly string[]): string {
  const found = spawnSync(resolve(ROOT, 'scripts/python.sh'), {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (found.status !== 0) throw new Error('the reference Python is not available');
  const run = spawnSync(found.stdout.trim(), args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (run.status !== 0) throw new Error(`Python failed: ${run.stderr}`);
  return run.stdout;
}

/** For benches, whose figures are of that file. */
export function needHandbook(): void {
  if (!hasHandbook())
    throw new Error(
      `${HANDBOOK_FILE} is not there; docs/replay.md says where to get it. Name it with HANDBOOK_FILE.`,
    );
}
