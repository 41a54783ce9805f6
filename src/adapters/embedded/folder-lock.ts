// One process per data folder: a lock file that names its owner and is ignored once the owner is gone.
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../domain/input-error.ts';

/** Start time of a process in clock ticks since boot, which tells it from a later one with the same number. */
function startTicks(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function isRunning(pid: number, ticks: string | undefined): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const now = startTicks(pid);
  return now === undefined || ticks === undefined || now === ticks;
}

/** Takes the folder, or throws InputError that names who has it. Gives the function that lets it go. */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'lock');
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const handle = openSync(file, 'wx');
      writeSync(handle, JSON.stringify({ pid: process.pid, ticks: startTicks(process.pid) }));
      closeSync(handle);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    let owner: { pid?: unknown; ticks?: unknown } = {};
    try {
      owner = JSON.parse(readFileSync(file, 'utf8'));
    } catch {
      // Cut off while it was written: nobody holds it.
    }
    const pid = Number(owner.pid);
    if (
      pid > 0 &&
      pid !== process.pid &&
      isRunning(pid, typeof owner.ticks === 'string' ? owner.ticks : undefined)
    ) {
      throw new InputError(
        `The data folder ${folder} is in use by process ${pid}. Stop that one, or start this one with another --data-dir.`,
      );
    }
    rmSync(file, { force: true });
  }
  throw new InputError(`The data folder ${folder} cannot be locked: another process is starting on it.`);
}
