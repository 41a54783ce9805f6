// A process of a distributed installation: starts when its services answer, says what it does, stops in order.
import { maskCardNumbers } from '../domain/card-number.ts';
import { InputError } from '../domain/input-error.ts';
import { type Boundary, createBoundary } from '../ports/boundary.ts';
import { systemClock } from '../ports/clock.ts';
import { restartsOf, restartsText } from '../ports/restarts.ts';
import { healthPort, startHealthEndpoint } from '../runtimes/health-endpoint.ts';
import { catchAtLastResort, stopWithKeeper, USAGE_EXIT_CODE } from './last-resort.ts';

const FIRST_RETRY_MS = 500;
const SLOWEST_RETRY_MS = 10_000;
/** What was not ended in order by then is ended all the same: nothing that was accepted is lost by it. */
const STOP_MS = 30_000;
/** As `STOP_MS`, of one that is not open yet and has nothing under way. */
const STOP_OPENING_MS = 3000;

export type Service = { stop(): Promise<void> };

type Open = (
  say: (text: string) => void,
  fail: (error: Error) => void,
  boundary: Boundary,
) => Promise<Service>;

/**
 * Opens the service, again and again while servers cannot be reached, and runs it until SIGINT or SIGTERM. Ends the
 * process: with 0 after a stop, with 1 after a fault, with 2 when the settings are wrong (InputError). One that answers people
 * goes on after an error that nobody caught; the others end by it.
 */
export async function runService(
  name: string,
  open: Open,
  {
    write = console.log,
    answersPeople = false,
    tellsHealth = true,
  }: {
    readonly write?: (line: string) => void;
    readonly answersPeople?: boolean;
    /** Whether it answers at HEALTH_PORT, where that is said. */
    readonly tellsHealth?: boolean;
  } = {},
): Promise<void> {
  const say = (text: string): void => write(`${new Date().toISOString()} ${name} ${maskCardNumbers(text)}`);
  const stopping = Promise.withResolvers<Error | undefined>();
  const boundary = createBoundary(systemClock.nowMs, say);
  catchAtLastResort(boundary.caught, stopping.resolve, answersPeople ? 'when unsound' : 'always');
  stopWithKeeper(() => stopping.resolve(undefined));
  const before = restartsText(restartsOf(process.env));
  if (before) say(before);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      stopping.resolve(undefined);
      process.once(signal, () => process.exit(130));
    });
  }
  let stopped = false;
  let service: Service | undefined;
  void stopping.promise.then((failure) => {
    stopped = true;
    const ms = service ? STOP_MS : STOP_OPENING_MS;
    setTimeout(() => {
      say(`still not stopped after ${ms / 1000} s: ended as it is`);
      process.exit(failure ? 1 : 0);
    }, ms).unref();
  });
  if (tellsHealth) await tellHealth(() => (stopped ? 'stopping' : service ? 'ready' : 'starting'));
  for (let wait = FIRST_RETRY_MS; !service && !stopped; wait = Math.min(wait * 2, SLOWEST_RETRY_MS)) {
    try {
      service = await open(say, (error) => stopping.resolve(error), boundary);
    } catch (error) {
      if (error instanceof InputError) {
        console.error(`goshawk: ${maskCardNumbers(error.message)}`);
        process.exit(USAGE_EXIT_CODE);
      }
      // Jitter, so that a fleet does not come back as one.
      const pause = wait * (0.5 + Math.random() / 2);
      say(`cannot start yet, trying again in ${(pause / 1000).toFixed(1)} s: ${(error as Error).message}`);
      await Promise.race([new Promise((resolve) => setTimeout(resolve, pause)), stopping.promise]);
    }
  }
  if (service) say('ready');
  const failure = await stopping.promise;
  say(failure ? `stopping: ${failure.stack ?? failure.message}` : 'stopping');
  await service?.stop().catch((error: Error) => say(`on the way out: ${error.message}`));
  say('stopped');
  process.exit(failure ? 1 : 0);
}

/** Where HEALTH_PORT asks for it. */
async function tellHealth(state: () => 'starting' | 'ready' | 'stopping'): Promise<void> {
  const port = healthPort(process.env);
  if (port !== undefined)
    await startHealthEndpoint(port, () => ({ ready: state() === 'ready', text: state() }));
}
