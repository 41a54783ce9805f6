// One import at work: its body goes to a thread that reads it, and what that gives out is written; it ends when its sender goes.
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../ports/clock.ts';
import { checkBytes, ImportEnded, type ImportStatus } from './import-status.ts';
import type { FromImport, ImportWork, ToImport } from './import-worker.ts';

const WORKER = new URL('./import-worker.ts', import.meta.url);
/** The entries or names of the largest file; more is a mistake of this program. */
const WORKER_MEGABYTES = 1024;

/** What is given out of an import, a few at a time. */
export type Reading = {
  readonly status: ImportStatus;
  /** Throws ImportEnded when it is over before its end. */
  next(): Promise<FromImport>;
  check(): void;
};

const wentAway = (): ImportEnded =>
  new ImportEnded('abandoned', 'The sender went away before the import was over.');

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
    checkBytes(status, status.bytes);
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

export type ImportJob = {
  readonly status: ImportStatus;
  /** Aborted with why it is over before its end. */
  readonly over: AbortController;
  readonly work: ImportWork;
  readonly body: IncomingMessage;
};

/** Resolves when what is in the body is written. Throws ImportEnded when it is over before, or why it could not be written. */
export async function runImport(
  { status, over, work, body }: ImportJob,
  write: (reading: Reading) => Promise<void>,
  clock: Clock,
): Promise<ImportStatus> {
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
    feed(body, worker, status, over.signal).catch((error) =>
      over.abort(error instanceof ImportEnded || body.complete ? error : wentAway()),
    );
    await write({
      status,
      next: () => nextOf(worker, over.signal),
      check: () => over.signal.throwIfAborted(),
    });
    status.state = 'done';
    return status;
  } catch (error) {
    status.state = error instanceof ImportEnded ? error.state : 'failed';
    status.problem = (error as Error).message;
    throw error;
  } finally {
    status.endedAtMs = clock.nowMs();
    socket.off('close', gone);
    // What is still coming in is not read any more.
    body.resume();
    await worker.terminate();
  }
}
