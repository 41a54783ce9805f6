// Where errors end that nobody waits for: of listeners, timers, streams and threads. A boundary logs, counts and shows them, and
// ends what they belong to (a socket, a tick of a timer) and nothing else. Each desk has one, so that of several in one process
// none hears of another's.
import { AsyncLocalStorage } from 'node:async_hooks';
import { maskCardNumbers } from '../domain/card-number.ts';

export type Caught = { readonly what: string; readonly text: string; readonly atMs: number };

/**
 * **Contract**
 * - BOUND1 A listener that throws, now or later, ends what it belongs to and nothing else.
 * - BOUND2 The same error is counted each time and told once a minute.
 * - BOUND3 Nothing that is thrown can make the boundary throw.
 * - BOUND4 A timer goes on after a run that failed, and never runs twice at once.
 * - BOUND5 What a desk starts belongs to it, whenever it fails.
 * - BOUND6 What is shown of an error has no long numbers and nothing long that it quotes.
 */
export type Boundary = {
  /** Logs and counts an error that nobody waited for; never throws. */
  caught(what: string, error: unknown): void;
  /** A listener whose errors end here, now or in its promise; `end` then ends what it belongs to. */
  guarded<Given extends readonly unknown[]>(
    what: string,
    listener: (...given: Given) => unknown,
    end?: () => void,
  ): (...given: Given) => void;
  /** Runs something at intervals, never twice at once; a run that fails is caught, and the next one comes. Gives what stops it. */
  every(what: string, ms: number, run: () => unknown): () => void;
  /** What this starts, timers and promises, ends here where nobody else waits for it. */
  own<Made>(run: () => Made): Made;
  readonly count: number;
  readonly last: Caught | undefined;
};

const SHOWN_CHARACTERS = 200;
/** The same error is told once within this time, however often it comes. */
const TOLD_AGAIN_MS = 60_000;
const MAX_TOLD = 200;

const owners = new AsyncLocalStorage<Boundary>();

/** Whose boundary the code belongs to that is running now. */
export const owningBoundary = (): Boundary | undefined => owners.getStore();

/** An error in one line that may be shown: without what it quotes and without long numbers, which may be somebody's. */
export function shownError(error: unknown): string {
  return maskCardNumbers(nameAndMessage(error))
    .replace(/(["'`])(?:(?!\1).){25,}\1/gs, '…')
    .replace(/\d(?:[ -]?\d){5,}/g, '…')
    .replaceAll(/\s+/g, ' ')
    .slice(0, SHOWN_CHARACTERS);
}

function nameAndMessage(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } catch {
    return 'something that is no error was thrown';
  }
}

function withStack(error: unknown): string {
  const stack = error instanceof Error && typeof error.stack === 'string' ? error.stack : '';
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return [shownError(error), ...frames].join('\n');
}

/** `tell` gets what is to be logged: what failed, the error as it may be shown, and where in the program. */
export function createBoundary(nowMs: () => number, tell: (text: string) => void): Boundary {
  let count = 0;
  let last: Caught | undefined;
  const told = new Map<string, number>();

  function caught(what: string, error: unknown): void {
    count++;
    try {
      const atMs = nowMs();
      const text = shownError(error);
      last = { what, text, atMs };
      const key = `${what} ${text}`;
      if (atMs - (told.get(key) ?? Number.NEGATIVE_INFINITY) < TOLD_AGAIN_MS) return;
      if (told.size >= MAX_TOLD) told.clear();
      told.set(key, atMs);
      tell(`caught at last resort, ${what}: ${withStack(error)}`);
    } catch {
      // Whoever writes the log is broken: the count says that something was.
    }
  }

  const boundary: Boundary = {
    caught,
    guarded(what, listener, end) {
      const fail = (error: unknown): void => {
        caught(what, error);
        try {
          end?.();
        } catch (another) {
          caught(`${what}, on its way out`, another);
        }
      };
      return (...given) => {
        try {
          const made = listener(...given);
          if (made instanceof Promise) made.catch(fail);
        } catch (error) {
          fail(error);
        }
      };
    },
    every(what, ms, run) {
      let running = false;
      const tick = boundary.guarded(what, () => {
        if (running) return undefined;
        const made = run();
        if (!(made instanceof Promise)) return undefined;
        running = true;
        return made.finally(() => {
          running = false;
        });
      });
      const timer = setInterval(tick, ms);
      timer.unref();
      return () => clearInterval(timer);
    },
    own: (run) => owners.run(boundary, run),
    get count() {
      return count;
    },
    get last() {
      return last;
    },
  };
  return boundary;
}
