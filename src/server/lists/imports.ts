// Imports of lists and of names: read by a thread of their own, written a little at a time between decisions. They can be looked
// at and cancelled, and end when their sender goes.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../ports/clock.ts';
import type { FromImport, ImportWork, ToImport } from './import-worker.ts';

export const MAX_IMPORT_BYTES = 100 << 20;
/** Lists of names as XML are larger than what is taken of them: OFAC's with all its papers is above 100 MB. */
export const MAX_NAMES_BYTES = 300 << 20;
const MAX_PROBLEMS = 100;
const AT_ONCE = 2;
const REMEMBERED = 20;
const WORKER = new URL('./import-worker.ts', import.meta.url);
/** The entries or names of the largest file; more is a mistake of this program. */
const WORKER_MEGABYTES = 1024;

export type RefusedLine = { readonly line: number; readonly problem: string };

export type ImportState = 'running' | 'done' | 'cancelled' | 'abandoned' | 'failed';
export type ImportStatus = {
  readonly id: string;
  readonly of: 'list' | 'sanctions';
  readonly name: string;
  readonly who: string;
  readonly startedAtMs: number;
  endedAtMs: number | undefined;
  state: ImportState;
  /** What came in so far, and how much of it was read; of how much, where the sender says so. */
  bytes: number;
  readBytes: number;
  readonly ofBytes: number | undefined;
  /** Lines or names that were worked off, of how many where that is known. */
  done: number;
  ofDone: number | undefined;
  taken: number;
  added: number;
  refused: number;
  readonly problems: RefusedLine[];
  problem: string | undefined;
};

/** Why an import ended before its end. */
export class ImportEnded extends Error {
  readonly state: Exclude<ImportState, 'running' | 'done'>;
  /** The caller's mistake, as opposed to somebody's wish. */
  readonly refusedWith: 409 | 413 | 422 | undefined;
  constructor(state: ImportEnded['state'], message: string, refusedWith?: ImportEnded['refusedWith']) {
    super(message);
    this.state = state;
    this.refusedWith = refusedWith;
  }
}

type Running = { readonly status: ImportStatus; readonly over: AbortController };

/** What is given out of an import, a few at a time. */
export type Reading = {
  readonly status: ImportStatus;
  /** Throws ImportEnded when it is over before its end. */
  next(): Promise<FromImport>;
  check(): void;
};

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
    about: Pick<ImportStatus, 'of' | 'name' | 'who'>,
    work: ImportWork,
    body: IncomingMessage,
    write: (reading: Reading) => Promise<void>,
  ): Promise<ImportStatus>;
  close(): Promise<void>;
};

export function createImports(clock: Clock): Imports {
  const jobs = new Map<string, Running>();
  const running = (): Running[] => [...jobs.values()].filter(({ status }) => status.state === 'running');

  function begin(about: Pick<ImportStatus, 'of' | 'name' | 'who'>, body: IncomingMessage): Running {
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
    const length = Number(body.headers['content-length']);
    if (length > maxBytes(about)) throw tooLarge(about);
    const job: Running = {
      over: new AbortController(),
      status: {
        ...about,
        id: randomUUID(),
        startedAtMs: clock.nowMs(),
        endedAtMs: undefined,
        state: 'running',
        bytes: 0,
        readBytes: 0,
        ofBytes: Number.isFinite(length) ? length : undefined,
        done: 0,
        ofDone: undefined,
        taken: 0,
        added: 0,
        refused: 0,
        problems: [],
        problem: undefined,
      },
    };
    jobs.set(job.status.id, job);
    for (const [id, { status }] of jobs) {
      if (jobs.size <= REMEMBERED) break;
      if (status.state !== 'running') jobs.delete(id);
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
    async run(about, work, body, write) {
      const job = begin(about, body);
      const { status, over } = job;
      const worker = new Worker(WORKER, {
        workerData: work,
        resourceLimits: { maxOldGenerationSizeMb: WORKER_MEGABYTES },
      });
      const { socket } = body;
      const gone = (): void => over.abort(wentAway());
      // The body is over before its socket closes, and the socket closes before there is an answer only when nobody waits for one.
      socket.once('close', gone);
      worker.on('error', (error) => over.abort(error));
      try {
        const reading = {
          status,
          next: () => nextOf(worker, over.signal),
          check: () => over.signal.throwIfAborted(),
        };
        feed(body, worker, status, over.signal).catch((error) =>
          over.abort(error instanceof ImportEnded || body.complete ? error : wentAway()),
        );
        await write(reading);
        status.state = 'done';
        return status;
      } catch (error) {
        const { state, message } =
          error instanceof ImportEnded
            ? error
            : { state: 'failed' as const, message: (error as Error).message };
        status.state = state;
        status.problem = message;
        throw error;
      } finally {
        status.endedAtMs = clock.nowMs();
        socket.off('close', gone);
        // What is still coming in is not read any more.
        body.resume();
        await worker.terminate();
      }
    },
    async close() {
      for (const { over } of running()) over.abort(new ImportEnded('cancelled', 'The desk is stopping.'));
    },
  };
}

const wentAway = (): ImportEnded =>
  new ImportEnded('abandoned', 'The sender went away before the import was over.');

const maxBytes = ({ of }: Pick<ImportStatus, 'of'>): number =>
  of === 'sanctions' ? MAX_NAMES_BYTES : MAX_IMPORT_BYTES;

const tooLarge = (about: Pick<ImportStatus, 'of'>): ImportEnded =>
  new ImportEnded(
    'failed',
    `A file has at most ${maxBytes(about) >> 20} MB. Cut it in several, or leave out what is not needed.`,
    413,
  );

/** Hands the body on as it comes. */
async function feed(
  body: IncomingMessage,
  worker: Worker,
  status: ImportStatus,
  over: AbortSignal,
): Promise<void> {
  const say = (message: ToImport): void => worker.postMessage(message);
  const pieces: AsyncIterable<Buffer> = body.iterator({ destroyOnReturn: false });
  for await (const piece of pieces) {
    if (over.aborted) return;
    status.bytes += piece.length;
    if (status.bytes > maxBytes(status)) throw tooLarge(status);
    say({ kind: 'bytes', bytes: piece });
  }
  if (!body.complete) throw wentAway();
  say({ kind: 'end' });
}

async function nextOf(worker: Worker, over: AbortSignal): Promise<FromImport> {
  over.throwIfAborted();
  worker.postMessage({ kind: 'next' } satisfies ToImport);
  try {
    const [message] = (await once(worker, 'message', { signal: over })) as [FromImport];
    if (message.kind === 'problem') throw new ImportEnded('failed', message.problem, 422);
    return message;
  } catch (error) {
    over.throwIfAborted();
    throw error;
  }
}

/** Keeps a line that was refused, as far as there is room. */
export function refuse(status: ImportStatus, line: RefusedLine): void {
  status.refused++;
  if (status.problems.length < MAX_PROBLEMS) status.problems.push(line);
}
