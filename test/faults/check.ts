// After a round: is every accepted transaction decided exactly once, in Kafka and in PostgreSQL, and as an
// uninterrupted run would have?

import { openKafkaClient } from '../../src/adapters/kafka/client.ts';
import { endOffsets } from '../../src/adapters/kafka/offsets.ts';
import { openKafkaSource } from '../../src/adapters/kafka/source.ts';
import type { Postgres } from '../../src/adapters/postgres/session.ts';
import { createModelRegistry } from '../../src/adapters/sql/models.ts';
import type { SqlSession } from '../../src/adapters/sql/session.ts';
import { createEngine, type Decided } from '../../src/engine/process-batch.ts';
import { STANDARD } from '../../src/features/standard.ts';
import type { StreamRecord } from '../../src/ports/stream/stream.ts';
import { compileRuleset } from '../../src/rules/ruleset.ts';
import { STARTER_RULES } from '../../src/rules/starter-rules.ts';
import { readServing } from '../../src/runtimes/service-watch.ts';
import type { StreamSettings } from '../../src/runtimes/stream-settings.ts';
import { decodeMessage } from '../../src/stream/message-codec.ts';
import { decodeRecord } from '../../src/stream/record-codec.ts';
import { findPoison } from './poison.ts';
import type { Sent } from './traffic.ts';

export type Findings = {
  readonly accepted: number;
  readonly lost: string[];
  readonly doubled: string[];
  readonly different: string[];
  readonly compared: number;
  readonly deadLetters: number;
  readonly poisons: number;
  /** What is not right about records that cannot be dealt with. */
  readonly poisonTrouble: readonly string[];
};

/** All records of a topic from offsets on, partition by partition. */
export async function readTopic(
  settings: StreamSettings,
  topic: string,
  from: readonly number[],
): Promise<StreamRecord[][]> {
  const client = openKafkaClient(settings.kafka, 'check');
  const ends = await endOffsets(client, topic);
  await client.close();
  const source = openKafkaSource({ client: openKafkaClient(settings.kafka, 'check-source'), topic });
  const all = await Promise.all(
    ends.map(async (end, partition) => {
      const records: StreamRecord[] = [];
      if (end <= (from[partition] ?? 0)) return records;
      const input = source.open(partition, from[partition] ?? 0);
      while ((records.at(-1)?.offset ?? -1) < end - 1) records.push(...(await input.take(5000)));
      return records;
    }),
  );
  await source.close();
  return all;
}

/** What one engine decides when nothing goes wrong; accounts of a round have no history before it. */
async function uninterrupted(
  session: SqlSession,
  input: readonly StreamRecord[][],
  /** Not decided, and in no history. */
  undecided: (transactionId: string) => boolean,
): Promise<Map<string, Decided>> {
  const serving = await readServing(createModelRegistry(session), STANDARD, undefined, () => undefined);
  if (!serving) throw new Error('there is no model');
  const state = STANDARD.createState();
  const engine = createEngine(state, {
    catalogue: STANDARD,
    serving: serving,
    ruleset: compileRuleset(STARTER_RULES, STANDARD),
  });
  const seen = new Map<string, Decided>();
  const labels = new Map<string, boolean>();
  for (const [partition, records] of input.entries()) {
    for (const raw of records) {
      const decoded = decodeRecord(raw, { nowMs: Date.now() });
      if (!decoded.ok) continue;
      const { record } = decoded;
      if (record.kind === 'transaction' && seen.has(record.transaction.id)) continue;
      if (record.kind === 'transaction' && undecided(record.transaction.id)) continue;
      const output = engine.processBatch(
        partition,
        { firstOffset: raw.offset, nextOffset: raw.offset + 1, records: [record] },
        { label: (id) => labels.get(id) },
        0,
      );
      for (const item of output.decided) seen.set(item.transaction.id, item);
      for (const { label } of output.labelled) labels.set(label.transactionId, label.fraud);
    }
  }
  return seen;
}

const essence = ({ decision, vector, contentHash }: Decided): string => {
  const { decidedAtMs, ...rest } = decision;
  return JSON.stringify([rest, Buffer.from(vector).toString('base64'), contentHash]);
};

export async function checkRound(
  settings: StreamSettings,
  { session, pool }: Postgres,
  round: string,
  { accepted, poisoned }: Pick<Sent, 'accepted' | 'poisoned'>,
  from: { readonly transactions: readonly number[]; readonly decisions: readonly number[] },
): Promise<Findings> {
  const input = await readTopic(settings, settings.topics.transactions, from.transactions);
  const output = await readTopic(settings, settings.topics.decisions, from.decisions);
  const published = new Map<string, Decided[]>();
  for (const { value } of output.flat()) {
    const message = value && decodeMessage(value);
    if (message?.kind !== 'decision') continue;
    const { id } = message.decided.transaction;
    published.set(id, [...(published.get(id) ?? []), message.decided]);
  }
  const { rows } = await pool.query(
    `select id, count(*)::int as n from transactions where id like $1 group by id`,
    [`${round}-%`],
  );
  const stored = new Map(rows.map((row) => [String(row.id), Number(row.n)]));
  const lost: string[] = [];
  const doubled: string[] = [];
  for (const id of accepted) {
    if (!published.has(id)) lost.push(`${id} has no decision in Kafka`);
    if (!stored.has(id)) lost.push(`${id} is not in PostgreSQL`);
  }
  for (const [id, list] of published)
    if (list.length > 1) doubled.push(`${id}: ${list.length} times in Kafka`);
  for (const [id, n] of stored) if (n > 1) doubled.push(`${id}: ${n} rows in PostgreSQL`);
  const expected = await uninterrupted(session, input, (id) => poisoned.get(id) === 'deciding');
  const different: string[] = [];
  let compared = 0;
  for (const [id, [item]] of published) {
    const { merchant, deviceId, ip, counterpartyId } = item.transaction;
    if (merchant || deviceId || ip || counterpartyId) continue;
    const other = expected.get(id);
    compared++;
    if (!other || essence(other) !== essence(item)) different.push(id);
  }
  const dead = await pool.query('select count(*)::int as n from dead_letters');
  const { poisons, wrong } = await findPoison(pool, round, poisoned, published);
  return {
    accepted: accepted.size,
    lost,
    doubled,
    different,
    compared,
    deadLetters: Number(dead.rows[0].n),
    poisons,
    poisonTrouble: wrong,
  };
}
