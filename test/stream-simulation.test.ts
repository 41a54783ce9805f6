// The workers' runtime under ten thousand seeds of crashes, sleeps, lost answers and repetitions.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Faults, type Outcome, simulate } from './simulation/stream-world.ts';

const SEEDS = Number(process.env.SIMULATION_SEEDS ?? 10_000);
const CALM: Faults = { kills: false, pauses: false, errors: false, sabotage: 'none' };

/** What an uninterrupted run decides from the account's history alone. */
const byAccount = (outcome: Outcome): string =>
  JSON.stringify(
    [...outcome.stored.values()]
      .map(({ transaction, decision }) => [transaction.id, decision.outcome, decision.score])
      .sort(),
  );

/** What went wrong in a run, or nothing. */
function faultIn(outcome: Outcome, calm: Outcome): string | undefined {
  const { accepted, stored, published } = outcome;
  for (const id of accepted) {
    if (!stored.has(id)) return `${id} is lost: published ${published.get(id) ?? 0} times, not stored`;
    if (published.get(id) !== 1) return `${id} was published ${published.get(id)} times`;
  }
  if (stored.size !== accepted.length) return `${stored.size} decisions for ${accepted.length} transactions`;
  if (outcome.storedTwice > 0) return `${outcome.storedTwice} rows were stored twice`;
  if (outcome.storedDeadLetters !== outcome.deadLetters) {
    return `${outcome.storedDeadLetters} dead letters for ${outcome.deadLetters} bad records`;
  }
  if (byAccount(outcome) !== byAccount(calm)) return 'decisions are not those of an uninterrupted run';
  return undefined;
}

async function search(seeds: number, faults: Faults): Promise<string | undefined> {
  for (let seed = 1; seed <= seeds; seed++) {
    const [outcome, calm] = await Promise.all([simulate(seed, faults), simulate(seed, CALM)]);
    const fault = faultIn(outcome, calm);
    if (fault) return `seed ${seed}: ${fault}`;
  }
  return undefined;
}

test('W1 workers and sinks that die at any moment lose nothing, decide nothing twice and decide the same', async () => {
  const faults: Faults = { kills: true, pauses: false, errors: true, sabotage: 'none' };
  assert.equal(await search(SEEDS / 2, faults), undefined);
});

test('W2 a worker that sleeps past the loss of its partitions and wakes up late changes nothing', async () => {
  const faults: Faults = { kills: true, pauses: true, errors: true, sabotage: 'none' };
  assert.equal(await search(SEEDS / 2, faults), undefined);
});

for (const sabotage of [
  'no fence',
  'no outbox',
  'no look at the end of the outputs',
  'no claim',
  'no ids',
] as const) {
  test(`the simulation finds the fault when there is ${sabotage}`, async () => {
    const faults: Faults = { kills: true, pauses: true, errors: true, sabotage };
    assert.match((await search(300, faults)) ?? 'nothing found', /^seed/);
  });
}
