// Imports of files under way and over: one at a time, its report kept as it goes on, trials in memory alone.
import { randomUUID } from 'node:crypto';
import type { Mapping } from '../adapters/files/mapping.ts';
import type { FileSource } from '../adapters/files/open-rows.ts';
import { InputError } from '../domain/input-error.ts';
import type { Boundary } from '../ports/boundary.ts';
import type { Desk } from '../ports/desk.ts';
import type { FileImport, ImportFile, ImportOrder, ImportState } from '../ports/file-importer.ts';
import { ClosingError, runImport } from './import-run.ts';
import { createImportTally, type ImportTally } from './import-tally.ts';

const KEEP_EVERY_MS = 5000;
/** Kept so long ago, an import that says it is under way belongs to a process that ended. */
const SILENT_MS = 30_000;
/** Trials are looked at once. */
const TRIALS_REMEMBERED = 20;
const INTERRUPTED =
  'The desk stopped meanwhile. Bring the file again: the import goes on, and what was decided counts.';

type Ending = { readonly state: ImportState; readonly problem?: string; readonly endedAtMs?: number };

type Job = {
  readonly about: Omit<
    FileImport,
    'state' | 'problem' | 'endedAtMs' | 'bytes' | keyof ReturnType<ImportTally['figures']>
  >;
  readonly tally: ImportTally;
  readonly over: AbortController;
  bytes: number;
  ending: Ending;
  done: Promise<void>;
};

/** Somebody does not want it any more. */
class CancelledError extends Error {}

const statusOf = ({ about, tally, bytes, ending }: Job): FileImport => ({
  ...about,
  ...tally.figures(),
  bytes,
  state: ending.state,
  problem: ending.problem,
  endedAtMs: ending.endedAtMs,
});

const isRunning = ({ ending }: Job): boolean => ending.state === 'running';

export type Wanted = {
  readonly file: ImportFile;
  readonly source: FileSource;
  readonly mapping: Mapping | undefined;
  readonly order: ImportOrder;
  readonly who: string;
};

export type ImportJobs = {
  /** Throws InputError where another one is under way. */
  begin(wanted: Wanted): Promise<FileImport>;
  /** Newest first. */
  all(): Promise<readonly FileImport[]>;
  cancel(id: string): boolean;
  close(): Promise<void>;
};

function endingOf(error: unknown, endedAtMs: number): Ending {
  const problem = error instanceof Error ? error.message : String(error);
  if (error instanceof CancelledError) return { state: 'cancelled', problem, endedAtMs };
  return { state: error instanceof ClosingError ? 'interrupted' : 'failed', problem, endedAtMs };
}

function newJob({ file, order, who }: Wanted, nowMs: number, sinceMs: number): Job {
  const { isTrial, delayDays } = order;
  return {
    about: {
      id: randomUUID(),
      fileName: file.name,
      sha256: file.sha256,
      who,
      isTrial,
      delayDays,
      startedAtMs: nowMs,
      sinceMs,
      ofBytes: file.bytes,
      mapping: file.detection ? order.mapping : undefined,
    },
    tally: createImportTally(),
    over: new AbortController(),
    bytes: 0,
    ending: { state: 'running' },
    done: Promise.resolve(),
  };
}

export function createImportJobs(desk: Desk, boundary: Boundary): ImportJobs {
  const { clock, office } = desk;
  const jobs = new Map<string, Job>();
  const running = (): Job | undefined => [...jobs.values()].find(isRunning);

  async function kept(): Promise<readonly FileImport[]> {
    const nowMs = clock.nowMs();
    return (await office.fileImports.all()).map(({ one, keptAtMs }) => {
      const job = jobs.get(one.id);
      if (job) return statusOf(job);
      const isSilent = one.state === 'running' && nowMs - keptAtMs > SILENT_MS;
      return isSilent ? { ...one, state: 'interrupted', problem: INTERRUPTED } : one;
    });
  }

  /** Since when what was decided is of this import: earlier where one of the same file was cut short. */
  async function sinceOf(sha256: string, nowMs: number): Promise<number> {
    const [before] = (await kept()).filter((one) => one.sha256 === sha256);
    return before && before.state !== 'done' ? before.sinceMs : nowMs;
  }

  async function run(job: Job, { source, mapping }: Wanted): Promise<void> {
    const { isTrial, delayDays, sinceMs, ofBytes } = job.about;
    const keep = async (): Promise<void> => {
      if (!isTrial) await office.fileImports.keep(statusOf(job), clock.nowMs());
    };
    const stopKeeping = boundary.every('what an import has done', KEEP_EVERY_MS, keep);
    const { tally, over } = job;
    const onBytes = (bytes: number): void => {
      job.bytes = bytes;
    };
    try {
      await runImport({
        desk,
        source,
        mapping,
        isTrial,
        delayDays,
        sinceMs,
        tally,
        onBytes,
        over: over.signal,
      });
      job.bytes = ofBytes;
      job.ending = { state: 'done', endedAtMs: clock.nowMs() };
    } catch (error) {
      job.ending = endingOf(error, clock.nowMs());
      if (job.ending.state === 'failed' && !(error instanceof InputError))
        boundary.caught('import of a file', error);
    } finally {
      stopKeeping();
      await keep();
      forgetTrials();
    }
  }

  function forgetTrials(): void {
    const over = [...jobs.values()].filter((job) => job.about.isTrial && !isRunning(job));
    for (const { about } of over.slice(0, -TRIALS_REMEMBERED)) jobs.delete(about.id);
  }

  return {
    async begin(wanted) {
      const nowMs = clock.nowMs();
      const job = newJob(wanted, nowMs, await sinceOf(wanted.file.sha256, nowMs));
      if (running()) throw new InputError('An import is under way. Wait for it, or end it.');
      jobs.set(job.about.id, job);
      if (!job.about.isTrial) await office.fileImports.keep(statusOf(job), nowMs);
      job.done = run(job, wanted).catch((error) => boundary.caught('import of a file', error));
      return statusOf(job);
    },
    async all() {
      const trials = [...jobs.values()].filter(({ about }) => about.isTrial).map(statusOf);
      return [...(await kept()), ...trials].sort((a, b) => b.startedAtMs - a.startedAtMs);
    },
    cancel(id) {
      const job = jobs.get(id);
      if (!job || !isRunning(job)) return false;
      job.over.abort(new CancelledError('It was ended by somebody. What was decided until then stays.'));
      return true;
    },
    async close() {
      const job = running();
      job?.over.abort(new ClosingError(INTERRUPTED));
      await job?.done;
    },
  };
}
