// Keeps the desk of one tenant open: when it fails it is closed, and opened again, later each time.
import { shownError } from '../../ports/boundary.ts';
import { createRestartPolicy } from '../../ports/restart-policy.ts';
import { closedPlace, type Place, type TenantDesk } from './tenant-place.ts';

/** A desk that takes longer to close is not opened again: two must not work in one folder. */
const CLOSE_MS = 60_000;

export type Opening<Desk extends TenantDesk> = {
  /** Opens a desk; `onFailure` hears when it can go on no longer. */
  readonly open: (name: string, onFailure: (error: Error) => void) => Promise<Desk>;
  /** Once begun, of every desk that is opened: at first and again. */
  readonly onOpen: (name: string, desk: Desk) => Promise<void>;
  readonly say: (name: string, text: string) => void;
  /** Before a desk that failed is opened again; doubled while it keeps failing. */
  readonly firstPauseMs?: number;
};

export type Keeping<Desk extends TenantDesk> = {
  readonly opening: Opening<Desk>;
  readonly places: Map<string, Place<Desk>>;
  readonly begun: Promise<void>;
  /** Hears of each desk that is opened; the promise resolves when `onOpen` was told of it. */
  readonly opened: (told: Promise<void>) => void;
  readonly stopping: AbortSignal;
  /** Resolves when all are to stop. */
  readonly stopped: Promise<undefined>;
};

/** Whether it was done in time; a closing that fails is done, too. */
async function within(work: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((done) => {
    timer = setTimeout(() => done(false), ms);
  });
  const done = work.then(
    () => true,
    () => true,
  );
  return Promise.race([done, late]).finally(() => clearTimeout(timer));
}

type End = { readonly error: Error | undefined; readonly isClosed: boolean };

/** Opens a desk and closes it when it fails, or all stop; resolves with what it failed of. */
async function openOnce<Desk extends TenantDesk>(
  name: string,
  { opening, places, begun, opened, stopping, stopped }: Keeping<Desk>,
  first: (error: Error | undefined) => void,
): Promise<End> {
  const failure = Promise.withResolvers<Error>();
  try {
    const desk = await opening.open(name, failure.resolve);
    await desk.app.server.ready();
    places.set(name, { kind: 'open', desk });
    first(undefined);
    const told = begun.then(() => (stopping.aborted ? undefined : opening.onOpen(name, desk)));
    told.catch(failure.resolve);
    opened(told);
    const error = await Promise.race([failure.promise, stopped]);
    places.set(name, closedPlace(error));
    return { error, isClosed: await within(desk.close(), CLOSE_MS) };
  } catch (caught) {
    const error = caught instanceof Error ? caught : new Error(shownError(caught));
    first(error);
    return { error, isClosed: true };
  }
}

/** Resolves when all stop, or its desk can be opened no more; `first` hears how its first opening went. */
export async function keepOpen<Desk extends TenantDesk>(
  name: string,
  keeping: Keeping<Desk>,
  first: (error: Error | undefined) => void,
): Promise<void> {
  const { opening, places, stopping, stopped } = keeping;
  const policy = createRestartPolicy(opening.firstPauseMs);
  while (!stopping.aborted) {
    const startedMs = performance.now();
    const { error, isClosed } = await openOnce(name, keeping, first);
    if (stopping.aborted || !error) return;
    if (!isClosed) {
      places.set(name, closedPlace(error));
      opening.say(
        name,
        `the desk failed (${error.message}) and could not be closed; start the process again`,
      );
      return;
    }
    const { pauseMs, isLoop, deaths } = policy.died(performance.now() - startedMs);
    places.set(name, closedPlace(error, Date.now() + pauseMs));
    const often = isLoop
      ? `, ${deaths} times in a row soon after it was opened; it needs somebody's look`
      : '';
    opening.say(
      name,
      `the desk is closed: ${error.message}${often}. It is opened again in ${pauseMs / 1000} s; the other tenants go on`,
    );
    await Promise.race([stopped, new Promise((done) => setTimeout(done, pauseMs).unref())]);
  }
}
