// What others write to the topics of a distributed installation: records that cannot be read, ids that are used twice, amounts
// of other currencies, card numbers.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type KafkaClient, openKafkaClient } from '../src/adapters/kafka/client.ts';
import { partitionOf } from '../src/adapters/kafka/partition-of.ts';
import { openRecordProducer } from '../src/adapters/kafka/producer.ts';
import { encodeHeaders, produceApi } from '../src/adapters/kafka/record-batch.ts';
import { openPostgres } from '../src/adapters/postgres/session.ts';
import { folderForPostgres } from '../src/stack/services.ts';
import {
  type Distributed, openDistributed, PARTITIONS, send, sleep, startAll, storyOf, transaction, until,
} from './distributed.ts'; // biome-ignore format: a list
import { clientOf } from './people.ts';

let world: Distributed;
let all: Awaited<ReturnType<typeof startAll>>;
let url: string;
let pool: Awaited<ReturnType<typeof openPostgres>>['pool'];
let client: KafkaClient;
let topic: string;
before(async () => {
  world = await openDistributed('records');
  all = await startAll(world);
  url = all.url;
  pool = (await openPostgres({ url: world.env.DATABASE_URL, connections: 2 })).pool;
  client = openKafkaClient(world.installation.settings.kafka, 'test');
  topic = world.installation.settings.topics.transactions;
});
after(async () => {
  await client?.close();
  await pool?.end();
  await all?.stop();
  await world?.stop();
});

/** Writes to the partition of a key, as others do. */
async function produce(
  key: string,
  records: readonly { readonly value: string | Buffer; readonly headers?: readonly [string, string][] }[],
): Promise<void> {
  const info = await client.topic(topic);
  assert.ok(info);
  const partition = partitionOf(Buffer.from(key), PARTITIONS);
  await client.request(info.leaders[partition], produceApi, 5000, [
    {
      topic,
      partition,
      timestampMs: Date.now(),
      records: records.map(({ value, headers = [] }) => ({
        key: Buffer.from(key),
        value: Buffer.from(value),
        headers: encodeHeaders(headers),
      })),
    },
  ]);
}

function filesUnder(path: string): string[] {
  return (
    readdirSync(path, { recursive: true, withFileTypes: true })
      // Kafka's indexes are large and hold numbers of its own alone.
      .filter((entry) => entry.isFile() && !/\.(time)?index$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
  );
}

test('W6 a record that cannot be read goes to the dead letters with its reason, and the stream goes on', async () => {
  const bad: [value: string | Buffer, headers: [string, string][], reason: RegExp][] = [
    [Buffer.from([0xff, 0xfe, 0x00]), [], /not UTF-8/],
    [Buffer.from('{'), [], /Not valid JSON/],
    [
      Buffer.from(JSON.stringify(transaction('wrong-version'))),
      [['schema-version', '9']],
      /schema-version is "9"/,
    ],
    [Buffer.from(JSON.stringify(transaction('wrong-key'))), [], /key is "a"; it must be the account/],
    [Buffer.from(JSON.stringify(transaction('x', { city: 'y'.repeat(70_000) }))), [], /at most 65536/],
    [Buffer.from(JSON.stringify({ id: 'only' })), [], /required/],
    [Buffer.from('{}'), [['kind', 'surprise']], /must be "transaction", "event" or "label"/],
  ];
  await produce(
    'a',
    bad.map(([value, headers]) => ({ value, headers })),
  );
  const rows = await until('all are dead letters', async () => {
    const found = await pool.query(
      `select problems, source from dead_letters where source like 'stream%' order by id`,
    );
    return found.rows.length >= bad.length ? found.rows : undefined;
  });
  bad.forEach(([, , reason], i) => {
    assert.match(JSON.parse(rows[i].problems)[0].message, reason);
    assert.match(rows[i].source, /partition \d, offset \d+/);
  });
  assert.equal((await send(url, '/v1/decisions', transaction('goes-on', { accountId: 'a' }))).status, 200);
});

test('W8 an id that another account has used is told, and the stream goes on', async () => {
  const accounts = Array.from({ length: 8 }, (_, i) => `twin-${i}`);
  const twins = accounts.map((accountId) => transaction('twin', { accountId }));
  // As other producers write: the API would tell who sends it.
  for (const twin of twins) await produce(twin.accountId, [{ value: JSON.stringify(twin) }]);
  const problems = await until('all but one are dead letters', async () => {
    const { rows } = await pool.query(`select problems from dead_letters where raw like '%"id":"twin"%'`);
    return rows.length === twins.length - 1 ? rows.map((row) => row.problems) : undefined;
  });
  for (const problem of problems) assert.match(problem, /used before, with other content, by account twin-/);
  const { rows } = await pool.query(`select count(*)::int as n from transactions where id = 'twin'`);
  assert.equal(rows[0].n, 1);
  const told = await send(url, '/v1/transactions', [transaction('twin', { accountId: 'twin-8' })]);
  assert.deepEqual([told.status, JSON.stringify(told.body).includes('409')], [422, true]);
  assert.equal((await send(url, '/v1/decisions', transaction('after-twins'))).status, 200);
});

test('T12 F8 the stream counts in one currency, by rates that reach the workers', async () => {
  const rates = await fetch(`${url}/v1/exchange-rates`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: 'Date,JPY\n2026-10-30,200\n',
  });
  assert.equal(rates.status, 200, await rates.text());
  const paid = (id: string, amountMinor: number, currency: string, more = {}) =>
    transaction(id, { accountId: 'money', amountMinor, currency, ...more });
  // Each worker looks for rates every two seconds, at a time of its own: accounts of every partition ask.
  let asked = 0;
  await until('the imported rate is in service at every worker', async () => {
    const ids = Array.from({ length: 16 }, () => `yen-${asked++}`);
    const sources = await Promise.all(
      ids.map(async (id) => {
        const own = { ...paid(id, 20_000, 'JPY'), accountId: `money-${id}` };
        assert.equal((await send(url, '/v1/decisions', own)).status, 200);
        const { transaction: stored } = await until('it is stored', () => storyOf(url, id));
        return Object(stored.base).source;
      }),
    );
    return sources.every((source) => source === 'imported') || undefined;
  });
  assert.equal((await send(url, '/v1/decisions', paid('money-1', 20_000, 'JPY'))).status, 200);
  assert.equal((await send(url, '/v1/decisions', paid('money-2', 1000, 'EUR'))).status, 200);
  const told = await until('it is stored', () => storyOf(url, 'money-2'));
  assert.equal(told.features.find(({ name }) => name === 'account_amount_sum_24h')?.value, 110);
  const { rows } = await pool.query(`select base_amount_minor, base from transactions where id = 'money-1'`);
  assert.equal(Number(rows[0].base_amount_minor), 10_000);
  assert.equal(JSON.parse(rows[0].base).rateDate, '2026-10-30');
  // Others write to the topic themselves: what has no rate, and what says itself what it counts as.
  const producer = openRecordProducer(client, topic);
  await producer.append(
    [
      paid('money-clf', 1, 'CLF'),
      paid('money-base', 1, 'JPY', { base: { amountMinor: 1, currency: 'EUR' } }),
    ].map((record) => ({
      key: Buffer.from('money'),
      value: Buffer.from(JSON.stringify(record)),
      kind: 'transaction' as const,
    })),
    10_000,
  );
  const letters = await until('both are dead letters', async () => {
    const found = await pool.query(`select problems from dead_letters where raw like '%"id":"money-%'`);
    return found.rows.length === 2 ? found.rows.map((row) => String(row.problems)).join('\n') : undefined;
  });
  assert.match(letters, /no exchange rate from CLF to EUR/);
  assert.match(letters, /base is worked out by the desk/);
});

test('T5 no server of an installation keeps a card number, however its record came in', async () => {
  const [ours, theirs] = ['4012888888881881', '5555555555554444'];
  const spaced = (card: string): string => card.replaceAll(/(\d{4})(?=\d)/g, '$1 ');
  const full = (id: string, card: string, more: Record<string, unknown> = {}): Record<string, unknown> =>
    transaction(id, { accountId: card, deviceId: card, city: `kept-beside ${card}`, merchant: { id: card, name: card }, counterpartyId: card, ...more }); // biome-ignore format: a record
  for (const card of [ours, spaced(ours)]) {
    assert.equal((await send(url, '/v1/decisions', full(`card ${card}`, card))).status, 200);
  }
  // Written in two ways it was one transaction.
  const bulk = [full(`bulk ${ours}`, spaced(ours)), full('bulk refused', ours, { cvv: '8765432' })];
  const taken = await send(url, '/v1/transactions', bulk);
  assert.deepEqual([taken.body.accepted, taken.body.rejected], [1, 1]);
  const label = { transactionId: `card ${ours}`, fraud: true, fraudType: `stolen ${ours}` };
  assert.equal((await send(url, '/v1/labels', label)).status, 202);
  // Others write to the topic themselves, by keys of their own.
  const values = [
    JSON.stringify(full(`foreign ${theirs}`, theirs)),
    JSON.stringify(full('foreign twice', theirs)).replace('{', `{"city":"${theirs}",`),
    JSON.stringify(full('foreign refused', theirs, { track2: '8765432', cardNumber: theirs })),
    JSON.stringify(full(`foreign ${theirs}`, theirs)).slice(0, -1),
  ];
  await produce(
    theirs,
    values.map((value) => ({ value, headers: [['traceparent', theirs]] })),
  );
  const rows = await until('all are stored', async () => {
    const found = await pool.query(
      `select account_id, count(*)::int as n from transactions where account_id like '%~%' group by 1 order by 1`,
    );
    const dead = await pool.query(`select raw from dead_letters where raw like '%xxxxxx%'`);
    return found.rows.reduce((sum, { n }) => sum + n, 0) === 3 && dead.rows.length === 4
      ? found.rows
      : undefined;
  });
  assert.deepEqual(
    rows.map(({ account_id, n }) => [account_id.slice(0, 17), n]),
    [
      ['401288xxxxxx1881~', 2],
      ['555555xxxxxx4444~', 1],
    ],
  );
  const query = { accountId: spaced(theirs) };
  const { items } = await clientOf({ url }).call('listTransactions', { query });
  assert.equal(items.length, 1, 'found by the number');
  await pool.query('checkpoint');
  // Redis writes its file every second.
  await sleep(1500);
  const services = join(world.folder, 'services');
  const searched = [services, folderForPostgres(join(services, 'postgres')), join(world.folder, 'logs')];
  const found: string[] = [];
  const beside = new Set<string>();
  for (const file of searched.flatMap(filesUnder)) {
    const content = readFileSync(file);
    const isForeign = file.includes(`${topic}-`);
    for (const text of [ours, spaced(ours), ...(isForeign ? [] : [theirs, spaced(theirs), '8765432'])]) {
      if (content.includes(text)) found.push(`${file}: ${text}`);
    }
    if (content.includes('kept-beside') || content.includes('401288xxxxxx1881'))
      beside.add(file.split('/')[file.split('/').indexOf('services') + 1] ?? file);
  }
  assert.deepEqual(found, []);
  // Where the search finds what stood beside the numbers, it would have found the numbers.
  assert.ok(beside.has('kafka') && beside.has('redis') && beside.size >= 3, [...beside].join(', '));
});

test('Y33 events go by the topics and are stored once; an id of two customers is told', async () => {
  const event = (id: string, more: object = {}) => ({
    id,
    kind: 'failed_login',
    occurredAt: new Date(Date.now() - 60_000).toISOString(),
    accountId: 'events-a',
    ...more,
  });
  const post = async (body: unknown) => {
    const answer = await fetch(`${url}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as { accepted: number; repeated: number } };
  };
  const desk = clientOf({ url });
  const idsOf = async (): Promise<string[]> => {
    const { items } = await desk.call('listEvents', { query: { accountId: 'events-a' } });
    return items.map(({ id }) => id).sort();
  };
  const own = event('e-own', { accountId: undefined, attributes: { customerId: 'c1' } });
  const taken = await post([event('e1'), event('e1'), event('e2', { attributes: { tries: 3 } }), own]);
  assert.deepEqual([taken.status, taken.body.accepted, taken.body.repeated], [200, 3, 1]);
  await until('the events are stored', async () => ((await idsOf()).length === 2 ? true : undefined));
  const asEvent: [string, string][] = [['kind', 'event']];
  // What others write beside the desk: a repetition, another account's event of the same id, one about nobody.
  await produce('events-a', [
    { value: JSON.stringify(event('e2', { attributes: { tries: 3 } })), headers: asEvent },
    { value: JSON.stringify(event('e3')), headers: asEvent },
  ]);
  await produce('events-b', [
    { value: JSON.stringify(event('e1', { accountId: 'events-b' })), headers: asEvent },
    { value: JSON.stringify(event('nobody', { accountId: undefined })), headers: asEvent },
  ]);
  await until('the third is stored', async () => ((await idsOf()).length === 3 ? true : undefined));
  assert.deepEqual(await idsOf(), ['e1', 'e2', 'e3']);
  const { rows } = await pool.query(`select kind, account_id from events where id = 'e-own'`);
  assert.deepEqual(rows, [{ kind: 'failed_login', account_id: null }]);
  await until('the letters are there', async () => {
    const { items } = await desk.call('listDeadLetters', { query: { limit: 20 } });
    const said = items.map(({ problems }) => problems[0].message).join('\n');
    const isThere = /used before, with other content.*in histories/.test(said) && /about nobody/.test(said);
    return isThere || undefined;
  });
  const after = transaction('after-events', { accountId: 'events-a' });
  assert.equal((await send(url, '/v1/decisions', after)).status, 200);
});
