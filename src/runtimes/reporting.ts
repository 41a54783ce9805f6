// A worker or a sink tells every second how it is.
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { ProcessRegistry, ProcessReport } from '../adapters/redis/process-registry.ts';
import type { Boundary } from '../ports/boundary.ts';
import { systemClock } from '../ports/clock.ts';
import type { Restarts } from '../ports/restarts.ts';

const REPORT_MS = 1000;

/** What failed and is tried again, told once, not with every try. */
export type Troubles = {
  readonly count: number;
  readonly last: ProcessReport['trouble'];
  add(text: string): void;
};

export function createTroubles(onNotice: (text: string) => void): Troubles {
  let count = 0;
  let last: ProcessReport['trouble'] = null;
  return {
    get count() {
      return count;
    },
    get last() {
      return last;
    },
    add(text) {
      count++;
      if (text !== last?.text) onNotice(text);
      last = { text, atMs: systemClock.nowMs() };
    },
  };
}

export type ReportParts = {
  readonly boundary: Boundary;
  readonly restarts: Restarts;
  readonly troubles: Troubles;
};

/** `describe` adds what only this process knows to what is the same for all; `stop` takes the report back. */
export function startReports<Report extends ProcessReport>(
  registry: ProcessRegistry<Report>,
  { boundary, restarts, troubles }: ReportParts,
  describe: (process: ProcessReport) => Report,
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
        errors: troubles.count,
        trouble: troubles.last,
        caught: boundary.count,
        restarts: restarts.count,
        lastExit: restarts.lastExit,
      }),
    );
  }
  // Redis away shows by the report growing old.
  const stop = boundary.every('report', REPORT_MS, () => report().catch(() => undefined));
  return {
    async stop() {
      stop();
      await registry.forget(id).catch(() => undefined);
    },
  };
}
