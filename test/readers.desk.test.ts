// Reads by people beside decisions: who passes whom, in steps of which size, and where a search goes on.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EmbeddedDatabase, openEmbeddedDatabase } from '../src/adapters/embedded/database.ts';
import { kyselyOver } from '../src/adapters/sql/kysely-session.ts';
import { migrate } from '../src/adapters/sql/migrations.ts';
import { createOffice } from '../src/adapters/sql/office.ts';
import type { SqlSession } from '../src/adapters/sql/session.ts';
import { createSqlStore } from '../src/adapters/sql/store.ts';
import { type Walk, walk } from '../src/adapters/sql/walk.ts';
import type { Store, TransactionFilter } from '../src/ports/store.ts';
import { createListsInMemory } from '../src/runtimes/lists-in-memory.ts';
import { makeFolder } from './desk-process.ts';

const ROWS = 12_000;
const START_MS = Date.UTC(2026, 10, 24);

const folder = makeFolder();
let database: EmbeddedDatabase;
let store: Store;
/** What the reads of the store asked, with how many rows came back. */
const asked: { sql: string; rows: number }[] = [];

before(async () => {
  database = openEmbeddedDatabase(join(folder.path, 'database'), (error) => {
    throw error;
  });
  const db = kyselyOver(database);
  await migrate(db, 'embedded');
  const noting: SqlSession = {
    ...database.unhurried,
    async query(sql, parameters) {
      const rows = await database.unhurried.query(sql, parameters);
      asked.push({ sql, rows: rows.length });
      return rows;
    },
  };
  store = createSqlStore(database, db, noting);
  await database.query(
    `insert into transactions (id, seq, account_id, occurred_at, received_at, decided_at, amount_minor, currency, type,
       merchant_id, country, outcome, score, model_version, ruleset_version, catalogue_hash, features, content_hash,
       engine_ms)
     select 't' || n, n * 2, 'a' || n % 40, at, at, at, 100, 'EUR', 'purchase', 'm' || n % 7,
       case when n % 5 = 0 then null else (array['DE', 'FR', 'PL'])[1 + n % 3] end,
       case when n % 97 = 0 then 'decline' when n % 31 = 0 then 'review' else 'approve' end, (n % 1000) / 1000.0, 'm', 'r',
       'c', '\\x00', 'h', 0
     from (select n, $2::timestamptz + n * interval '1 second' as at from generate_series(1, $1::int) n) rows`,
    [ROWS, new Date(START_MS).toISOString()],
  );
});
after(async () => {
  await database?.close();
  folder.remove();
});

test('A14 what decisions ask passes all that can wait, but for the one statement that is under way', async () => {
  const order: string[] = [];
  const slow = 'select count(*) from generate_series(1, 30000)';
  const waiting = Array.from({ length: 12 }, (_, i) =>
    database.unhurried.query(slow, []).then(() => order.push(`read ${i}`)),
  );
  await sleep(5);
  // As a decision asks: one after the other.
  for (let i = 0; i < 3; i++) await database.query('select 1', []).then(() => order.push(`decision ${i}`));
  await Promise.all(waiting);
  const last = order.indexOf('decision 2');
  assert.ok(last <= 4, order.join(', '));
  assert.deepEqual(
    order.filter((one) => one.startsWith('read')),
    Array.from({ length: 12 }, (_, i) => `read ${i}`),
  );
});

test('A14 where decisions never pause, reads get a turn now and then', async () => {
  let isOver = false;
  let decisions = 0;
  const stream = Promise.all(
    Array.from({ length: 3 }, async () => {
      while (!isOver) {
        await database.query('select 1', []);
        decisions++;
      }
    }),
  );
  const started = performance.now();
  for (let i = 0; i < 3; i++) await database.unhurried.query('select 1', []);
  const tookMs = performance.now() - started;
  isOver = true;
  await stream;
  assert.ok(decisions > 30, `${decisions} decisions`);
  assert.ok(tookMs < 5000, `${tookMs} ms`);
});

test('A14 a statement that can wait is answered when the database closes', async () => {
  const other = openEmbeddedDatabase(join(folder.path, 'other'), () => undefined);
  const answers = [1, 2, 3].map(() => other.unhurried.query('select 1 as one', []));
  await other.close();
  assert.deepEqual(
    (await Promise.all(answers)).map(([row]) => row.one),
    [1, 1, 1],
  );
  await assert.rejects(other.unhurried.query('select 1', []), /closed/);
});

const FILTERS: readonly Omit<TransactionFilter, 'after'>[] = [
  {},
  { country: 'DE' },
  { country: 'ZZ' },
  { accountId: 'a7' },
  { accountId: 'a7', country: 'FR' },
  { outcome: 'review' },
  { outcome: 'approve', merchantId: 'm3' },
  { outcome: 'decline', country: 'PL' },
  { merchantId: 'nobody' },
  { minScore: 0.995 },
  { fromMs: START_MS + 4_000_000, untilMs: START_MS + 4_100_000 },
  { untilMs: START_MS + 500_000, country: 'DE' },
];

/** What the rows say without any step or index. */
async function plainly(filter: TransactionFilter): Promise<number[]> {
  const { accountId, merchantId, outcome, country, minScore, fromMs, untilMs } = filter;
  const time = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());
  const rows = await database.query(
    `select seq from transactions where ($1::text is null or account_id = $1) and ($2::text is null or merchant_id = $2)
       and ($3::text is null or outcome = $3) and ($4::text is null or country = $4)
       and ($5::double precision is null or score >= $5) and ($6::timestamptz is null or decided_at >= $6)
       and ($7::timestamptz is null or decided_at < $7) order by seq desc`,
    [
      accountId ?? null,
      merchantId ?? null,
      outcome ?? null,
      country ?? null,
      minScore ?? null,
      time(fromMs),
      time(untilMs),
    ],
  );
  return rows.map(({ seq }) => Number(seq));
}

test('A14 pages of a search are all that fits, each row once, whatever the filter; no statement gives many rows', async () => {
  for (const filter of FILTERS) {
    const wanted = await plainly(filter);
    asked.length = 0;
    const found: number[] = [];
    for (let before: number | undefined, pages = 0; ; pages++) {
      const page = await store.search({ ...filter, ...(before !== undefined && { before }) }, 170);
      found.push(...page.items.map(({ offset }) => offset));
      if (page.next === undefined) break;
      before = page.next;
      assert.ok(pages < 200);
    }
    assert.deepEqual(found, wanted, JSON.stringify(filter));
    assert.ok(
      asked.every(({ rows }) => rows <= 100),
      JSON.stringify(filter),
    );
    assert.deepEqual(
      (await store.transactions(filter, 50)).map(({ offset }) => offset),
      wanted.slice(0, 50),
    );
  }
});

test('A14 FOUND1 A search that meets its bound says how far it looked, and the next goes on from there; without a next all was looked at', async () => {
  const asks: Walk = {
    table: 'transactions',
    columns: 'seq',
    keys: [['seq', 'bigint']],
    down: true,
    among: [],
    filters: [($) => `merchant_id = ${$('m3')}`, ($) => `score < ${$(0.01)}`],
  };
  const bound = { rows: 3000, ms: 60_000 };
  const whole = await walk(database.unhurried, asks, undefined, 1000);
  assert.equal(whole.place, undefined);
  const found: unknown[] = [];
  let stops = 0;
  for (let place: readonly unknown[] | undefined; ; stops++) {
    const part = await walk(database.unhurried, asks, place, 1000, bound);
    assert.ok(part.looked <= 3000);
    found.push(...part.rows.map(({ seq }) => seq));
    place = part.place;
    if (place === undefined) break;
  }
  assert.ok(stops >= 3, `${stops} stops`);
  assert.deepEqual(
    found,
    whole.rows.map(({ seq }) => seq),
  );
  const inTime = await walk(database.unhurried, asks, undefined, 1000, { rows: 1e9, ms: 0 });
  assert.equal(inTime.looked, 1000, 'one step is always taken');
});

test('A14 figures over many rows are those of one statement', async () => {
  const untilMs = START_MS + 9_000_000;
  const mature = await store.matureScores(untilMs, ROWS);
  const [row] = await database.query(
    `select count(*)::int as n, (count(*) filter (where outcome <> 'approve'))::int as flagged
     from transactions where decided_at < $1`,
    [new Date(untilMs).toISOString()],
  );
  assert.equal(mature.flagged.genuine + mature.passed.genuine, row.n);
  assert.equal(mature.flagged.genuine, row.flagged);
  const newest = await store.matureScores(START_MS + 1e9, 2500);
  assert.equal(
    newest.total.reduce((sum, n) => sum + n, 0),
    2500,
  );
  const { past } = createOffice(database.unhurried);
  const segments = await past.outcomes(START_MS + 1e9, ROWS);
  const channels = segments.filter(({ kind }) => kind === 'channel');
  assert.deepEqual(
    channels.map(({ rows }) => rows),
    [ROWS],
  );
  const countries = segments.filter(({ kind }) => kind === 'country');
  assert.equal(
    countries.reduce((sum, { rows }) => sum + rows, 0),
    ROWS,
  );
  assert.equal(countries.length, 4);
});

test('A14 names are made ready while the old ones serve; whoever waits for them gets the new', async () => {
  const { lists } = createOffice(database.unhurried);
  const memory = createListsInMemory(lists);
  const entry = {
    atMs: START_MS,
    actor: { kind: 'local', id: '', name: 'test' },
    action: 'imported names',
    subject: 'sanctions s',
  } as const;
  const fill = async (names: readonly string[]): Promise<number> => {
    const edition = await lists.beginNames('s');
    const listed = names.map((name, i) => ({ uid: String(i), name }));
    for (let i = 0; i < listed.length; i += 1000)
      await lists.addNames('s', edition, listed.slice(i, i + 1000));
    return edition;
  };
  const many = Array.from({ length: 20_000 }, (_, i) => `Person ${i.toString(36)} Zbruev`);
  const first = await fill(['Oleg Zbruev']);
  await lists.putNames('s', first, 1, entry);
  await memory.look();
  await memory.namesServe();
  assert.equal(memory.sanctionMatch('Oleg Zbruev'), 1);
  const second = await fill([...many, 'Anna Lang']);
  await memory.look();
  assert.equal(memory.sanctionMatch('Anna Lang') < 1, true, 'what is not in place does not count');
  await lists.putNames('s', second, many.length + 1, entry);
  assert.equal(await lists.putNames('s', first, 1, entry), false, 'an earlier edition does not come back');
  let longestMs = 0;
  let last = performance.now();
  const watch = setInterval(() => {
    longestMs = Math.max(longestMs, performance.now() - last);
    last = performance.now();
  }, 1);
  await memory.look();
  assert.equal(memory.sanctionMatch('Oleg Zbruev'), 1, 'the old ones serve');
  await memory.namesServe();
  clearInterval(watch);
  assert.equal(memory.sanctionMatch('Anna Lang'), 1);
  assert.ok(memory.sanctionMatch('Oleg Zbruev') < 1);
  assert.ok(longestMs < 250, `${longestMs.toFixed(0)} ms without a turn`);
  await lists.sweepNames('s');
  const [{ n }] = await database.query('select count(*)::int as n from sanctions_names', []);
  assert.equal(n, many.length + 1);
});
