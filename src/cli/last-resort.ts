// What a process does with an error that nobody caught: it is logged and counted at whom it belongs to. A desk goes on, since its
// decisions are made behind boundaries of their own; a process that only moves records ends in order and is started again: all it
// has under way is kept elsewhere, and half of a process is worse than none.
import { constants } from 'node:os';
import { owningBoundary } from '../ports/boundary.ts';

/** What a command ends with when it was asked for something that another try would not change: an option, a port in use. */
export const USAGE_EXIT_CODE = 2;

const KEEPER_CHECK_MS = 250;

/** Errors that say that Node itself is not sound any more. */
const isUnsound = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_INTERNAL_ASSERTION';

/** Once a process. `caught` hears of what belongs to no desk; `end` ends the process in order, always or only where it must. */
export function catchAtLastResort(
  caught: (what: string, error: unknown) => void,
  end: (error: Error) => void,
  ends: 'always' | 'when unsound',
): void {
  const catchIt = (what: string, error: unknown): void => {
    const owner = owningBoundary();
    if (owner) owner.caught(what, error);
    else caught(what, error);
    if (ends === 'always' || isUnsound(error)) {
      end(error instanceof Error ? error : new Error(String(error)));
    }
  };
  process.on('uncaughtException', (error) => catchIt('an uncaught error', error));
  process.on('unhandledRejection', (reason) => catchIt('a promise that nobody waited for', reason));
  // Who read the output is gone; that is no reason to stop deciding.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

/** Whoever keeps this process running names itself; when it is gone, `stop` hears of it, so that no process is left behind. */
export function stopWithKeeper(stop: () => void): void {
  const keeper = Number(process.env.GOSHAWK_KEPT_BY);
  if (keeper !== process.ppid) return;
  const timer = setInterval(() => {
    if (process.ppid === keeper) return;
    clearInterval(timer);
    stop();
  }, KEEPER_CHECK_MS);
  timer.unref();
}

/** The first process of a container is not ended by a signal that it does not listen to; whoever has nothing to close ends at once. */
export function endAsFirstProcess(): void {
  if (process.pid !== 1) return;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) process.exit(128 + constants.signals[signal]);
    });
  }
}
