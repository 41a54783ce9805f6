// CPU time and memory of processes and all they started, read from /proc.
import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

type Reading = { readonly parent: number; readonly cpuSeconds: number; readonly rssMegabytes: number };

function readAll(): Map<number, Reading> {
  const all = new Map<number, Reading>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      // After the command in brackets, which may hold anything.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const pages = Number(readFileSync(`/proc/${name}/statm`, 'utf8').split(' ')[1]);
      all.set(Number(name), {
        parent: Number(fields[1]),
        cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
        rssMegabytes: (pages * 4096) / 1e6,
      });
    } catch {
      // It ended while we looked.
    }
  }
  return all;
}

export type Usage = { readonly cpuSeconds: number; readonly rssMegabytes: number };

/** Usage of each named process, its children counted in that have no name of their own. */
export function usageOf(pids: Readonly<Record<string, number>>): Map<string, Usage> {
  const all = readAll();
  const children = Map.groupBy(all.keys(), (pid) => all.get(pid)?.parent ?? 0);
  const named = new Set(Object.values(pids));
  const sum = (pid: number): Usage => {
    const own = all.get(pid);
    const total = { cpuSeconds: own?.cpuSeconds ?? 0, rssMegabytes: own?.rssMegabytes ?? 0 };
    for (const child of children.get(pid) ?? []) {
      if (named.has(child)) continue;
      const { cpuSeconds, rssMegabytes } = sum(child);
      total.cpuSeconds += cpuSeconds;
      total.rssMegabytes += rssMegabytes;
    }
    return total;
  };
  return new Map(Object.entries(pids).map(([name, pid]) => [name, sum(pid)]));
}
