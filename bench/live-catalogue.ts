// A catalogue document put live in an installation: when workers decide by it.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '../src/client/client.ts';
import { OPERATIONS, placesOf } from '../src/protocol/operations.ts';

const LOOK_MS = 200;
const LONGEST_MS = 600_000;

/** Gives the seconds until every worker decided by it. */
export async function putLive(url: string, file: string): Promise<number> {
  const client = createClient({ places: placesOf(OPERATIONS), url, headers: { origin: url } });
  const started = performance.now();
  const body = { document: JSON.parse(readFileSync(file, 'utf8')), seen: null };
  const { version } = await client.call('writeCatalogueDraft', { body });
  await client.call('moveCatalogue', { body: { version, state: 'live' } });
  const isDecidedBy = async (): Promise<boolean> => {
    const { services } = await client.call('getPipeline');
    const engine = services.find(({ name }) => name === 'engine');
    return new RegExp(`catalogue ${version}(?!.*catalogue 0)`).test(engine?.detail ?? '');
  };
  while (!(await isDecidedBy())) {
    if (performance.now() - started > LONGEST_MS) throw new Error(`version ${version} does not decide`);
    await sleep(LOOK_MS);
  }
  return (performance.now() - started) / 1000;
}
