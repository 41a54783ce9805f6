// Runs seeds until one shows a fault; on its own thread, so that all cores search.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { Decided } from '../../src/engine/process-batch.ts';
import { quarantinedEvent } from '../../src/ports/office/dead-letters.ts';
import { WITHOUT_HISTORIES } from '../../src/stream/without-histories.ts';
import type { Faults } from './faults.ts';
import { miscounted } from './own-catalogue.ts';
import { type Outcome, simulate } from './stream-world.ts';

const CALM: Faults = {
  kills: false,
  pauses: false,
  errors: false,
  loss: false,
  away: false,
  forgets: false,
  poison: 'none',
  sabotage: 'none',
};
/** What was decided and cannot be stored is in the histories all the same; what could not be decided is in none. */
const calmOf = ({ poison }: Faults): Faults => ({ ...CALM, poison: poison === 'none' ? 'none' : 'storing' });

const withoutHistories = ({ decision }: Decided): boolean =>
  decision.rules.some(({ id }) => id === WITHOUT_HISTORIES.id);

/** What an uninterrupted run decides from the account's history alone; `leftOut` had none at hand. */
const byAccount = (outcome: Outcome, leftOut: ReadonlySet<string>): string =>
  JSON.stringify(
    [...outcome.stored.values()]
      .filter(({ transaction }) => !leftOut.has(transaction.id))
      .map(({ transaction, decision }) => [transaction.id, decision.outcome, decision.score])
      .sort(),
  );

function historyFaultIn(outcome: Outcome, calm: Outcome, { loss }: Faults): string | undefined {
  for (const [account, bytes] of calm.histories) {
    const found = outcome.histories.get(account);
    // A partition to which nothing more comes is built again when something does.
    if (found !== bytes && !(loss && found === ''))
      return `the history of ${account} is not that of an uninterrupted run`;
  }
  return undefined;
}

function faultIn(outcome: Outcome, calm: Outcome, faults: Faults): string | undefined {
  const { accepted, stored, published } = outcome;
  for (const id of accepted) {
    if (published.get(id) !== 1) return `${id} was published ${published.get(id) ?? 0} times`;
    if (!stored.has(id)) return `${id} was published and is not stored`;
  }
  if (stored.size !== accepted.length) return `${stored.size} decisions for ${accepted.length} transactions`;
  const { acceptedEvents, storedEvents } = outcome;
  for (const id of acceptedEvents) {
    const times = published.get(quarantinedEvent(id)) ?? 0;
    if (times !== 1) return `event ${id} was published ${times} times`;
    if (!storedEvents.has(id)) return `event ${id} was published and is not stored`;
  }
  if (storedEvents.size !== acceptedEvents.length)
    return `${storedEvents.size} events are stored of ${acceptedEvents.length}`;
  const { poisoned, quarantined } = outcome;
  for (const [id, poison] of poisoned) {
    const letter = quarantined.get(id);
    const isStored = poison === 'storing';
    if (!letter) return `${id} (${poison}) is not in quarantine`;
    if (letter.quarantine?.step !== (isStored ? 'storing' : 'deciding'))
      return `${id} (${poison}) is in quarantine as ${letter.quarantine?.step}`;
    if ((published.get(id) ?? 0) !== (isStored ? 1 : 0))
      return `${id} (${poison}) was published ${published.get(id) ?? 0} times`;
    if (stored.has(id) || storedEvents.has(id.replace(quarantinedEvent(''), '')))
      return `${id} (${poison}) is in quarantine and stored`;
  }
  for (const id of quarantined.keys())
    if (!poisoned.has(id)) return `${id} is in quarantine and was no poison`;
  if (outcome.storedTwice > 0) return `${outcome.storedTwice} rows were stored twice`;
  if (outcome.storedDeadLetters !== outcome.deadLetters) {
    return `${outcome.storedDeadLetters} dead letters for ${outcome.deadLetters} bad records`;
  }
  const leftOut = new Set(
    [...outcome.stored.values()].filter(withoutHistories).map(({ transaction }) => transaction.id),
  );
  if (byAccount(outcome, leftOut) !== byAccount(calm, leftOut))
    return 'decisions are not those of an uninterrupted run';
  return historyFaultIn(outcome, calm, faults) ?? ownFaultIn(outcome, faults);
}

function ownFaultIn(
  { own, histories, withoutValues, stored }: Outcome,
  { loss, catalogue }: Faults,
): string | undefined {
  const wrong = catalogue ? miscounted([...stored.values()], withoutHistories) : [];
  if (wrong.length > 0) return `histories of accounts: ${wrong.join(', ')}`;
  if (withoutValues.length > 0) return `no values for the past of ${withoutValues.join(', ')}`;
  // A partition to which nothing more comes is built again when something does.
  if (loss && [...histories.values()].includes('')) return undefined;
  return own.found === own.expected ? undefined : `own histories are ${own.found}, not ${own.expected}`;
}

/** The first fault among the seeds from (inclusive) to (exclusive), or undefined. */
export async function searchSeeds(from: number, to: number, faults: Faults): Promise<string | undefined> {
  for (let seed = from; seed < to; seed++) {
    const fault = faultIn(await simulate(seed, faults), await simulate(seed, calmOf(faults)), faults);
    if (fault) return `seed ${seed}: ${fault}`;
  }
  return undefined;
}

type Task = { readonly from: number; readonly to: number; readonly faults: Faults };

/** The same on several threads, each with its own stretch of seeds. */
export async function searchOnThreads(
  seeds: number,
  faults: Faults,
  threads: number,
): Promise<string | undefined> {
  const size = Math.ceil(seeds / threads);
  const found = await Promise.all(
    Array.from({ length: threads }, (_, i) => {
      const workerData: Task = { from: 1 + i * size, to: 1 + Math.min(seeds, (i + 1) * size), faults };
      return new Promise<string | undefined>((resolve, reject) => {
        const worker = new Worker(new URL(import.meta.url), { workerData });
        worker.once('message', resolve);
        worker.once('error', reject);
      });
    }),
  );
  return found.find((fault) => fault !== undefined);
}

if (!isMainThread && parentPort) {
  const { from, to, faults } = workerData as Task;
  parentPort.postMessage(await searchSeeds(from, to, faults));
}
