// Events besides payments at a desk of one process: taken in as transactions are, once in histories, whatever dies.
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Static } from 'typebox';
import { openEmbeddedDatabase } from '../src/adapters/embedded/database.ts';
import type { CustomerEvent } from '../src/domain/customer-event.ts';
import type { Transaction } from '../src/domain/transaction.ts';
import { ENTITY_KINDS } from '../src/features/feature-state.ts';
import { systemClock } from '../src/ports/clock.ts';
import { type DeadLetter, quarantinedIdOf } from '../src/ports/office/dead-letters.ts';
import type { CatalogueDocument } from '../src/protocol/catalogue-document.ts';
import type { EventsTaken } from '../src/protocol/events.ts';
import { type EmbeddedDesk, openDesk } from '../src/runtimes/embedded.ts';
import { trainFirstModel } from '../src/training/first-model.ts';
import { countEvents } from './counted-events.ts';
import { type DeskProcess, makeFolder, smallest, startDesk } from './desk-process.ts';
import { clientOf } from './people.ts';

type Answer = Static<typeof EventsTaken> & { readonly detail?: string };

const folder = makeFolder();
let desk: DeskProcess;
before(async () => {
  desk = await startDesk(join(folder.path, 'process'), ['--no-simulator']);
});
after(async () => {
  await desk.stop();
  folder.remove();
});

async function post(
  body: unknown,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): Promise<{ status: number; body: Answer }> {
  const answer = await fetch(`${desk.url}/v1/events`, {
    method: 'POST',
    headers,
    body: Buffer.isBuffer(body)
      ? new Uint8Array(body)
      : typeof body === 'string'
        ? body
        : JSON.stringify(body),
  });
  return { status: answer.status, body: JSON.parse(await answer.text()) };
}

const login = (id: string, more: object = {}) => ({
  id,
  kind: 'login',
  occurredAt: new Date(Date.now() - 60_000).toISOString(),
  accountId: 'a1',
  ...more,
});
const figures = ({ status, body }: { status: number; body: Answer }): number[] => [
  status,
  body.accepted,
  body.repeated,
  body.rejected,
];
/** What is in the log is stored a moment later. */
async function idsOf(query: { accountId?: string; kind?: string }, atLeast: number): Promise<string[]> {
  for (let tries = 0; ; tries++) {
    const { items } = await clientOf(desk).call('listEvents', { query });
    if (items.length >= atLeast || tries > 200) return items.map(({ id }) => id);
    await new Promise((next) => setTimeout(next, 20));
  }
}

test('Y30 Y31: one event, a list or lines are taken, durable before the answer; repetitions are counted, other content is told', async () => {
  const first = login('e1', { deviceId: 'd1', attributes: { 'customer.id': 'c1' } });
  assert.deepEqual(figures(await post(first)), [200, 1, 0, 0]);
  assert.deepEqual(await idsOf({ accountId: 'a1' }, 1), ['e1']);
  const second = login('e2');
  assert.deepEqual(figures(await post([first, second, second])), [200, 1, 2, 0]);
  const lines = `${JSON.stringify(login('e3'))}\n\n${JSON.stringify(login('e4', { kind: 'nothing' }))}\n`;
  const some = await post(lines, { 'content-type': 'application/x-ndjson' });
  assert.deepEqual(figures(some), [200, 1, 0, 1]);
  assert.deepEqual(
    some.body.errors.map(({ index, status, problems }) => [index, status, problems[0].pointer]),
    [[2, 422, '/kind']],
  );
  const zipped = gzipSync(JSON.stringify(login('e5')));
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
  assert.deepEqual(figures(await post(zipped, headers)), [200, 1, 0, 0]);
  assert.deepEqual(await idsOf({ accountId: 'a1' }, 4), ['e5', 'e3', 'e2', 'e1']);
  const other = await post([{ ...first, kind: 'failed_login' }]);
  assert.deepEqual(figures(other), [422, 0, 0, 1]);
  assert.deepEqual([other.body.errors[0].status, other.body.errors[0].problems[0].pointer], [409, '/id']);
  const { items } = await clientOf(desk).call('listDeadLetters', { query: { limit: 1 } });
  assert.equal(items[0].source, 'POST /v1/events');
});

test('Y30: what is no event is refused, with what to send', async () => {
  const payment = login('p1', { amountMinor: 100, currency: 'EUR' });
  const refused = await post(payment);
  assert.equal(refused.status, 422);
  assert.match(refused.body.errors[0].problems[0].message, /moves no money.*\/v1\/transactions/);
  assert.match((await post({ events: [login('x')] })).body.errors[0].problems[0].message, /the list itself/);
  assert.equal((await post('', { 'content-type': 'application/json' })).status, 400);
  assert.equal((await post('a,b', { 'content-type': 'text/csv' })).status, 415);
  const { accountId: _, ...nobody } = login('x');
  assert.match((await post(nobody)).body.errors[0].problems[0].message, /about nobody/);
});

test('Y35: events are found newest first, page by page, by account and kind', async () => {
  await post(
    Array.from({ length: 7 }, (_, i) =>
      login(`p${i}`, { accountId: ' paged ', kind: i % 2 ? 'login' : 'failed_login' }),
    ),
  );
  assert.deepEqual(await idsOf({ accountId: 'paged' }, 7), ['p6', 'p5', 'p4', 'p3', 'p2', 'p1', 'p0']);
  assert.deepEqual(await idsOf({ accountId: 'paged', kind: 'login' }, 3), ['p5', 'p3', 'p1']);
  const client = clientOf(desk);
  const found: string[] = [];
  for (let cursor: number | undefined; ; ) {
    const query = { accountId: 'paged', limit: 3, ...(cursor !== undefined && { cursor }) };
    const { items, nextCursor } = await client.call('listEvents', { query });
    found.push(...items.map(({ id }) => id));
    if (nextCursor === null) break;
    cursor = nextCursor;
  }
  assert.deepEqual(found, ['p6', 'p5', 'p4', 'p3', 'p2', 'p1', 'p0']);
  const { items } = await client.call('listEvents', { query: { accountId: 'a1', limit: 100 } });
  const [{ attributes, deviceId, kind }] = items.slice(-1);
  assert.deepEqual([attributes, deviceId, kind], [{ 'customer.id': 'c1' }, 'd1', 'login']);
});

/** Features of a bank of its own: guesses at the password of an account, and when a customer changed theirs. */
const CATALOGUE: CatalogueDocument = {
  format: 'goshawk-catalogue-1',
  standard: 'all',
  data: {
    fields: [{ name: 'customerId', type: 'id', description: 'The customer', personal: true }],
    entities: [{ name: 'customer', description: 'Who owns accounts', key: ['customerId'] }],
    events: [{ name: 'logout', description: 'Logged out' }],
  },
  features: [
    {
      name: 'account_failed_logins_24h',
      kind: 'aggregate',
      description: 'Failed logins of the account in 24 hours',
      unit: 'logins',
      missing: 'never missing',
      sentence: '{value} failed logins in 24 hours',
      entity: 'account',
      events: ['failed_login'],
      measure: 'count',
      window: '24h',
    },
    {
      name: 'customer_since_password',
      kind: 'aggregate',
      description: 'Since the customer changed the password',
      unit: 'days',
      missing: 'missing where it was never changed',
      sentence: 'The password was changed {value} days ago',
      entity: 'customer',
      events: ['password_change'],
      measure: 'since_last',
    },
  ],
};

test('Y31 Y32: what is decided after an event sees it in features of the catalogue, after a kill as before', async () => {
  const client = clientOf(desk);
  assert.equal((await post(login('early', { kind: 'logout' }))).status, 422, 'nobody declared it');
  const draft = await client.call('writeCatalogueDraft', { body: { document: CATALOGUE, seen: null } });
  await client.call('moveCatalogue', { body: { version: draft.version, state: 'live' } });
  const attributes = { customerId: 'c7' };
  const taken = await post([
    login('f1', { kind: 'failed_login', accountId: 'seen' }),
    login('f1', { kind: 'failed_login', accountId: 'seen' }),
    login('f2', { kind: 'failed_login', accountId: 'seen' }),
    login('f3', { kind: 'login', accountId: 'seen' }),
    login('f4', { kind: 'failed_login', accountId: 'another' }),
    login('pw', { kind: 'password_change', accountId: undefined, attributes }),
    login('out', { kind: 'logout', accountId: 'seen' }),
  ]);
  assert.deepEqual(figures(taken), [200, 6, 1, 0]);
  assert.equal(taken.body.undeclared, undefined);
  const values = async (id: string) => {
    const body = { ...smallest(id, 'seen'), occurredAt: new Date().toISOString(), attributes };
    await clientOf(desk).call('decide', { body });
    const { features } = await clientOf(desk).call('getTransaction', { params: { id } });
    const value = (name: string) => features.find((feature) => feature.name === name)?.value ?? undefined;
    return { failed: value('account_failed_logins_24h'), since: value('customer_since_password') };
  };
  const live = await values('after-events');
  assert.equal(live.failed, 2);
  assert.ok(live.since !== undefined && live.since > 0 && live.since < 1);
  await desk.kill();
  desk = await startDesk(join(folder.path, 'process'), ['--no-simulator']);
  assert.equal((await values('after-a-kill')).failed, 2);
  assert.deepEqual(figures(await post(login('f1', { kind: 'login', accountId: 'seen' }))), [422, 0, 0, 1]);
  assert.deepEqual(
    figures(await post(login('f5', { kind: 'failed_login', accountId: 'seen' }))),
    [200, 1, 0, 0],
  );
  assert.equal((await values('after-one-more')).failed, 3);
});

const open = (name: string): Promise<EmbeddedDesk> =>
  openDesk({
    dataDir: join(folder.path, name),
    clock: systemClock,
    firstModel: (state) =>
      trainFirstModel(state, { preset: 'classic', seed: 1, endMs: systemClock.nowMs(), liveRate: 10 }),
    onNotice: () => undefined,
    onFailure: (error) => {
      throw error;
    },
  });

async function inDatabase(name: string, statements: readonly string[]): Promise<void> {
  const session = openEmbeddedDatabase(join(folder.path, name, 'database'), (error) => {
    throw error;
  });
  for (const statement of statements) await session.query(statement, []);
  await session.close();
}

/** All histories, byte for byte. */
function historiesOf({ engine }: EmbeddedDesk): string[] {
  return ENTITY_KINDS.flatMap((kind) => {
    const table = engine.state[kind];
    return Array.from({ length: table.size }, (_, entry) => {
      const at = table.offsetOf(entry);
      const bytes = table.chunkOf(entry).bytes.subarray(at, at + table.payloadLength(entry));
      return `${kind} ${table.keyOf(entry)} ${Buffer.from(bytes).toString('base64')}`;
    });
  }).sort();
}

const AT_MS = Date.now() - 3_600_000;
const event = (id: string, more: Partial<CustomerEvent> = {}): CustomerEvent => ({
  id,
  kind: 'login',
  occurredAtMs: AT_MS,
  accountId: 'shared',
  ...more,
});
const payment = (id: string): Transaction => ({
  id,
  accountId: 'shared',
  occurredAtMs: AT_MS + 1000,
  amountMinor: 1234,
  currency: 'EUR',
  type: 'purchase',
});
const letters = async (desk: EmbeddedDesk): Promise<readonly DeadLetter[]> =>
  (await desk.office.deadLetters.page({ quarantined: true, state: 'open' }, 100)).toReversed();

test('Y31 Y32: each event is in histories once; one that fails is set aside alone; a start builds the same histories again', async () => {
  let broken = false;
  countEvents(({ id }) => broken && id === 'failing');
  let desk = await open('histories');
  await desk.close();
  await inDatabase('histories', [
    `create function refuse_event() returns trigger language plpgsql as $$
     begin
       if new.id = 'unstored' then raise exception 'out of range' using errcode = '22003'; end if;
       return new;
     end $$`,
    'create trigger refuse_event before insert on events for each row execute function refuse_event()',
  ]);
  desk = await open('histories');
  broken = true;
  await desk.decide(payment('t0'));
  const before = historiesOf(desk);
  await desk.acceptEvents([event('failing')]);
  await desk.settled();
  assert.deepEqual(historiesOf(desk), before, 'what could not be observed is in no history');
  await desk.acceptEvents([
    event('e1'),
    event('e1'),
    event('unstored'),
    event('failing'),
    event('e2', { occurredAtMs: AT_MS + 5000 }),
  ]);
  await desk.decide(payment('t1'));
  await desk.acceptEvents([event('e1'), event('unstored'), event('e3')]);
  await desk.settled();
  const found = await letters(desk);
  assert.deepEqual(
    found.map(({ quarantine }) => [quarantine?.step, quarantine?.subject?.kind]),
    [
      ['deciding', 'event'],
      ['storing', 'event'],
    ],
    'a repetition of what is in quarantine is not tried by itself',
  );
  assert.deepEqual(
    (await desk.store.events({ accountId: 'shared' }, 10)).items.map((item) => item.event.id),
    ['e3', 'e2', 'e1'],
  );

  // As it is tried again.
  const [failing, unstored] = found;
  broken = false;
  const entry = {
    atMs: Date.now(),
    actor: { kind: 'local', id: 'local', name: 'local' },
    action: 'tried again',
    subject: 'dead letter',
  } as const;
  assert.ok(await desk.office.deadLetters.move(failing.id, 'open', 'resolved', entry));
  await desk.takeAgain({ kind: 'event', event: event('failing'), receivedAtMs: 0 }, `${failing.id}.1`);
  await desk.settled();
  const live = historiesOf(desk);
  assert.notDeepEqual(live, before);

  // A desk that was killed, and one that was not, begin with the same histories.
  cpSync(join(folder.path, 'histories'), join(folder.path, 'killed'), {
    recursive: true,
    filter: (path) => !/lock|\.sock$/.test(path),
  });
  await desk.close();
  for (const name of ['histories', 'killed']) {
    const again = await open(name);
    assert.deepEqual(historiesOf(again), live, name);
    await again.close();
  }
  await inDatabase('histories', ['drop trigger refuse_event on events']);
  desk = await open('histories');
  await desk.office.deadLetters.storeAgain(unstored, Date.now());
  const { subject } = unstored.quarantine ?? {};
  assert.ok(subject);
  desk.letGo(quarantinedIdOf(subject));
  await desk.acceptEvents([event('unstored')]);
  await desk.settled();
  assert.deepEqual(historiesOf(desk), live);
  assert.ok((await desk.store.knownEvents(['unstored', 'failing'])).size === 2);
  await desk.close();
});
