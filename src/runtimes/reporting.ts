// A worker or a sink tells every second how it is.
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { ProcessRegistry, ProcessReport } from '../adapters/redis/process-registry.ts';
import { systemClock } from '../ports/clock.ts';

const REPORT_MS = 1000;

/** `describe` adds what only this process knows to what is the same for all; `stop` takes the report back. */
export function startReports<Report extends ProcessReport>(
  registry: ProcessRegistry<Report>,
  describe: (process: Omit<ProcessReport, 'errors'>) => Report,
): { stop(): Promise<void> } {
  const id = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
  async function report(): Promise<void> {
    const { user, system } = process.cpuUsage();
    await registry.report(
      describe({
        id,
        atMs: systemClock.nowMs(),
        pid: process.pid,
        host: hostname(),
        rssMegabytes: process.memoryUsage.rss() / 1e6,
        cpuSeconds: (user + system) / 1e6,
      }),
    );
  }
  // Redis away shows by the report growing old.
  const timer = setInterval(() => report().catch(() => undefined), REPORT_MS);
  return {
    async stop() {
      clearInterval(timer);
      await registry.forget(id).catch(() => undefined);
    },
  };
}
