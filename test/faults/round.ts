// One round: an installation at work, faults at random moments, and then the question whether all is right.
import { setTimeout as sleep } from 'node:timers/promises';
import { openKafkaClient } from '../../src/adapters/kafka/client.ts';
import { endOffsets } from '../../src/adapters/kafka/offsets.ts';
import { openPostgres, type Postgres } from '../../src/adapters/postgres/session.ts';
import { createRandom } from '../../src/domain/random.ts';
import type { StreamSettings } from '../../src/runtimes/stream-settings.ts';
import { checkRound, type Findings } from './check.ts';
import { type Fault, inflict } from './inflict.ts';
import type { Installation } from './installation.ts';
import { mendDatabase, type Poison, poisonDatabase } from './poison.ts';
import { type ProcessOptions, startProcesses } from './processes.ts';
import { type Sent, sendTraffic } from './traffic.ts';

const SETTLED_MS = 120_000;

export type RoundOptions = ProcessOptions & {
  readonly seed: number;
  readonly faults: readonly Fault[];
  readonly perSecond: number;
  readonly seconds: number;
  readonly onNotice: (message: string) => void;
};

export type RoundResult = Findings & { readonly sent: Sent };

export async function runRound(installation: Installation, options: RoundOptions): Promise<RoundResult> {
  const { services, settings } = installation;
  const { round, cluster, onNotice } = options;
  const random = createRandom(options.seed, 5);
  const processes = await startProcesses(installation, options);
  const from = await ends(settings);
  const postgres = await openPostgres({ url: services.env.DATABASE_URL, connections: 2 });
  const { pool } = postgres;
  await poisonDatabase(pool);
  // On a cluster engines are started by executors, which have an environment of their own.
  const poisons: readonly Poison[] = cluster ? ['storing'] : ['deciding', 'storing'];
  const sending = sendTraffic({ ...options, poisons, settings, url: processes.url });
  const disturbing = (async () => {
    for (const fault of options.faults) {
      await sleep((random.next() * options.seconds * 1000) / options.faults.length);
      onNotice(`${round}: ${fault}`);
      await inflict(fault, { services, settings, processes, random, cluster });
    }
  })();
  const [sent] = await Promise.all([sending, disturbing]);
  await settle(pool, round, sent);
  const findings = await checkRound(settings, postgres, round, sent, from);
  await mendDatabase(pool);
  await pool.end();
  await processes.stop();
  return { ...findings, sent };
}

/** Where the topics end now: what comes after is of this round. */
async function ends({ kafka, topics }: StreamSettings) {
  const client = openKafkaClient(kafka, 'round');
  const from = {
    transactions: await endOffsets(client, topics.transactions),
    decisions: await endOffsets(client, topics.decisions),
  };
  await client.close();
  return from;
}

/** Until all that was sent is stored or set aside, or nobody can wait any longer. */
async function settle(pool: Postgres['pool'], round: string, sent: Sent): Promise<void> {
  const own = [`${round}-%`];
  for (const until = Date.now() + SETTLED_MS; Date.now() <= until; await sleep(500)) {
    const stored = await pool.query('select count(*)::int as n from transactions where id like $1', own);
    const letters = await pool.query(
      'select count(*)::int as n from dead_letters where transaction_id like $1 and step is not null',
      own,
    );
    if (stored.rows[0].n >= sent.accepted.size && letters.rows[0].n >= sent.poisoned.size) break;
  }
  // One more look after a moment: what is doubled may come late.
  await sleep(1500);
}
