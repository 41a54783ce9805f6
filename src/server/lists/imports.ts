// Imports of lists and of names: read by a thread of their own, written a little at a time between decisions. They can be looked
// at and cancelled, and end when their sender goes.
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../ports/clock.ts';
import { type AboutImport, beginning, checkBytes, ImportEnded, type ImportStatus } from './import-status.ts';
import type { ImportWork } from './import-worker.ts';
import { type ImportJob, type Reading, runImport } from './run-import.ts';

const AT_ONCE = 2;
const REMEMBERED = 20;

export type Imports = {
  all(): readonly ImportStatus[];
  find(id: string): ImportStatus | undefined;
  /** False when it is not running any more. */
  cancel(id: string): boolean;
  /**
   * Reads a body and has `write` write it; resolves when it is written. Throws ImportEnded when it is cancelled, its sender
   * goes, or it cannot be read.
   */
  run(
    about: AboutImport,
    work: ImportWork,
    body: IncomingMessage,
    write: (reading: Reading) => Promise<void>,
  ): Promise<ImportStatus>;
  close(): Promise<void>;
};

export function createImports(clock: Clock): Imports {
  const jobs = new Map<string, ImportJob>();
  const running = (): ImportJob[] => [...jobs.values()].filter(({ status }) => status.state === 'running');

  /** Throws ImportEnded where another one is in its way. */
  function refuseBeside(about: AboutImport): void {
    const under = running();
    if (under.some(({ status }) => status.of === about.of && status.name === about.name)) {
      throw new ImportEnded(
        'failed',
        `An import into ${about.name} is under way. Wait for it, or cancel it.`,
        409,
      );
    }
    if (under.length >= AT_ONCE) {
      throw new ImportEnded('failed', `${AT_ONCE} imports are under way. Wait for one, or cancel it.`, 409);
    }
  }

  function begin(about: AboutImport, work: ImportWork, body: IncomingMessage): ImportJob {
    refuseBeside(about);
    const length = Number(body.headers['content-length']);
    checkBytes(about, length);
    const ofBytes = Number.isFinite(length) ? length : undefined;
    const status = beginning(about, clock.nowMs(), ofBytes);
    const job = { status, over: new AbortController(), work, body };
    jobs.set(status.id, job);
    for (const [id, known] of jobs) {
      if (jobs.size <= REMEMBERED) break;
      if (known.status.state !== 'running') jobs.delete(id);
    }
    return job;
  }

  return {
    all: () => [...jobs.values()].map(({ status }) => status).reverse(),
    find: (id) => jobs.get(id)?.status,
    cancel(id) {
      const job = jobs.get(id);
      if (job?.status.state !== 'running') return false;
      job.over.abort(new ImportEnded('cancelled', 'The import was cancelled.'));
      return true;
    },
    run: async (about, work, body, write) => runImport(begin(about, work, body), write, clock),
    async close() {
      for (const { over } of running()) over.abort(new ImportEnded('cancelled', 'The desk is stopping.'));
    },
  };
}
