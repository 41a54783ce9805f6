// What is said of the processes of one kind: which of them stands still, which were started again.
import type { ProcessReport } from '../adapters/redis/process-registry.ts';
import type { PartHealth } from '../ports/desk.ts';
import { restartsText } from '../ports/restarts.ts';
import type { Still } from './still.ts';

type Trouble = NonNullable<PartHealth['trouble']>;

/** A process and the partitions that it has. */
export type Holder = ProcessReport & { readonly holds: readonly number[] };

/** So many records wait that a part is called degraded. */
export const LAGGING_RECORDS = 20_000;

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Of those that were started again, the one it happened to most. */
export function startedAgain(processes: readonly ProcessReport[]): string[] {
  const most = processes.reduce<ProcessReport | undefined>(
    (so, each) => ((each.restarts ?? 0) > (so?.restarts ?? 0) ? each : so),
    undefined,
  );
  if (!most) return [];
  return [`${most.pid} was ${restartsText({ count: most.restarts, lastExit: most.lastExit })}`];
}

/** What a process that has the partition said last, or that none has it. */
export function whyStill(partition: number, processes: readonly Holder[], kind: string): string {
  const holder = processes.find(({ holds }) => holds.includes(partition));
  if (!holder) return `no ${kind} has partition ${partition}`;
  const { trouble, pid } = holder;
  return `partition ${partition} stands still in process ${pid}${trouble ? `: ${trouble.text}` : ''}`;
}

/** What stands still says more than that nobody reports. */
export function troubleOf(
  still: Still | undefined,
  silent: Trouble | undefined,
): { readonly trouble?: Trouble } {
  const trouble = still?.trouble ?? silent;
  return trouble ? { trouble } : {};
}

/** Partitions that no process has. */
export const missingText = (missing: number, partitions: number): string[] =>
  missing > 0 ? [`${missing} of ${partitions} partitions without one`] : [];

/** What is counted of processes of every kind. */
export const processFigures = (processes: readonly ProcessReport[]) => ({
  processes: processes.length,
  restarts: sum(processes.map(({ restarts = 0 }) => restarts)),
  errors_at_last_resort: sum(processes.map(({ caught = 0 }) => caught)),
});
