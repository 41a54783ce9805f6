// Holds a process to a share of a core by a control group of its own, where this machine lets us.
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';

const PERIOD_MICROS = 20_000;
const ROOT = '/sys/fs/cgroup';

export type Quota = { release(): void };

/** Undefined where control groups cannot be made here. Release it after the process has ended. */
export function holdToShare(pid: number, share: number): Quota | undefined {
  const unified = existsSync(`${ROOT}/cgroup.controllers`);
  const folder = `${unified ? ROOT : `${ROOT}/cpu`}/goshawk-bench-${pid}`;
  const quota = Math.round(share * PERIOD_MICROS);
  try {
    mkdirSync(folder);
    if (unified) writeFileSync(`${folder}/cpu.max`, `${quota} ${PERIOD_MICROS}`);
    else {
      writeFileSync(`${folder}/cpu.cfs_period_us`, String(PERIOD_MICROS));
      writeFileSync(`${folder}/cpu.cfs_quota_us`, String(quota));
    }
    writeFileSync(`${folder}/cgroup.procs`, String(pid));
  } catch {
    if (existsSync(folder)) rmdirSync(folder);
    return undefined;
  }
  return { release: () => rmdirSync(folder) };
}
