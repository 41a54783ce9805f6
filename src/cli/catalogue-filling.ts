// A version that is being filled, as the terminal follows it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../client/client.ts';
import { InputError } from '../domain/input-error.ts';
import { createProgress } from './progress.ts';

const LOOK_EVERY_MS = 500;
/** Of several servers each takes a version that is live within seconds. */
const TAKEN_WITHIN_MS = 30_000;

type Desk = Pick<Client, 'call'>;

function remainingWords(seconds: number | null): string {
  if (seconds === null) return '';
  return seconds < 120 ? `, ${seconds} s to go` : `, ${Math.round(seconds / 60)} min to go`;
}

/** Waits until a version serves. Throws InputError with why it does not. */
export async function untilFilled(desk: Desk, version: number): Promise<void> {
  const progress = createProgress(`Filling version ${version}`);
  let lookedMs = 0;
  for (;;) {
    const { filling, live } = await desk.call('getCatalogueFilling');
    if (filling?.version !== version) {
      if (live === version) break;
      const { versions, draft } = await desk.call('getCatalogue');
      const filed = [draft, ...versions].find((one) => one?.version === version);
      const problem = filed?.problem;
      if (filed?.state === 'live' && !problem && lookedMs < TAKEN_WITHIN_MS) {
        lookedMs += LOOK_EVERY_MS;
        await sleep(LOOK_EVERY_MS);
        continue;
      }
      progress.end('not filled');
      throw new InputError(
        `Version ${version} was not put into service. ${problem ?? 'Somebody ended its filling.'}`,
      );
    }
    const { records, of, perSecond, remainingSeconds } = filling;
    progress.update(
      records,
      of,
      `${records} of ${of} records, ${perSecond}/s${remainingWords(remainingSeconds)}`,
    );
    await sleep(LOOK_EVERY_MS);
  }
  progress.end();
}

/** Ends the filling that is under way. */
export async function endFilling(desk: Desk): Promise<number> {
  const { filling } = await desk.call('getCatalogueFilling');
  if (!filling) throw new InputError('No version is being filled.');
  const { version } = await desk.call('cancelCatalogueFilling', { query: { version: filling.version } });
  return version;
}
