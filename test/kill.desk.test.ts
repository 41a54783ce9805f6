// The embedded desk killed with SIGKILL at random moments under load, against an uninterrupted run.
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Answer } from '../src/client/api.ts';
import { createRandom } from '../src/domain/random.ts';
import { transactionToJson } from '../src/domain/transaction.ts';
import { createClassicSimulator } from '../src/simulator/classic.ts';
import { type DeskProcess, makeFolder, startDesk } from './desk-process.ts';
import { clientOf } from './people.ts';

const TRANSACTIONS = 12_000;
const KILLS = 5;
const LINES_PER_POST = 100;

type Row = { id: string; score: number; outcome: string };

function transactions(seed: number): string[] {
  const simulator = createClassicSimulator({
    seed,
    rate: 50,
    startMs: Date.now() - 600_000,
    accounts: 6000,
    idPrefix: 'kill-',
  });
  return Array.from({ length: TRANSACTIONS }, () =>
    JSON.stringify(transactionToJson(simulator.next().transaction)),
  );
}

/** Sends a chunk until the desk says it has it; a chunk whose answer was lost is sent again. */
async function send(desk: () => DeskProcess, lines: readonly string[]): Promise<void> {
  let said = 'nothing';
  for (const until = Date.now() + 60_000; Date.now() < until; ) {
    try {
      const { accepted, repeated, rejected } = await clientOf(desk()).call('addTransactions', {
        body: lines.join('\n'),
        type: 'application/x-ndjson',
      });
      if (accepted + repeated === lines.length) return;
      said = `accepted ${accepted}, repeated ${repeated}, rejected ${rejected}`;
    } catch (error) {
      // Killed in the middle: what was accepted is in the log, and comes again as a repetition.
      said = String(error);
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`The desk did not take a chunk within a minute; it last said ${said}.`);
}

async function allDecisions(desk: DeskProcess): Promise<Map<string, Row>> {
  const client = clientOf(desk);
  for (;;) {
    const { services } = await client.call('getPipeline');
    if (services.find((service) => service.name === 'engine')?.waiting === 0) break;
    await new Promise((done) => setTimeout(done, 50));
  }
  const rows = new Map<string, Row>();
  let cursor: number | undefined;
  do {
    const page: Answer<'listTransactions'> = await client.call('listTransactions', {
      query: { limit: 500, cursor },
    });
    for (const { id, score, outcome } of page.items) {
      assert.ok(!rows.has(id), `${id} was decided twice`);
      rows.set(id, { id, score, outcome });
    }
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return rows;
}

test('D1 D3 nothing is lost, doubled or decided otherwise when the desk is killed again and again', async () => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
  const random = createRandom(seed);
  const lines = transactions(seed);
  const folder = makeFolder();
  const calm = makeFolder();
  try {
    // Both runs begin with the same model and the same histories.
    const first = await startDesk(folder.path, ['--no-simulator']);
    assert.equal(await first.stop(), 0);
    cpSync(join(folder.path, 'var'), join(calm.path, 'var'), { recursive: true });

    let desk = await startDesk(folder.path, ['--no-simulator']);
    const killAt = new Set(Array.from({ length: KILLS }, () => random.below(TRANSACTIONS / LINES_PER_POST)));
    for (let chunk = 0; chunk * LINES_PER_POST < TRANSACTIONS; chunk++) {
      const part = lines.slice(chunk * LINES_PER_POST, (chunk + 1) * LINES_PER_POST);
      const sent = send(() => desk, part);
      if (killAt.has(chunk)) {
        await new Promise((done) => setTimeout(done, random.next() * 40));
        await desk.kill();
        desk = await startDesk(folder.path, ['--no-simulator']);
      }
      await sent;
    }
    const killed = await allDecisions(desk);
    await desk.stop();

    const quiet = await startDesk(calm.path, ['--no-simulator']);
    for (let at = 0; at < lines.length; at += LINES_PER_POST)
      await send(() => quiet, lines.slice(at, at + LINES_PER_POST));
    const expected = await allDecisions(quiet);
    await quiet.stop();

    assert.equal(killed.size, TRANSACTIONS, `seed ${seed}`);
    assert.deepEqual(killed, expected, `seed ${seed}`);
  } finally {
    folder.remove();
    calm.remove();
  }
});
