// Events among payments, and a desk that is killed with SIGKILL while they come: against one engine that nothing happens to.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Arguments } from '../src/client/api.ts';
import {
  type CustomerEvent,
  customerEventToJson,
  EVENT_KINDS,
  readCustomerEvent,
} from '../src/domain/customer-event.ts';
import { createRandom } from '../src/domain/random.ts';
import { readTransaction } from '../src/domain/read-transaction.ts';
import { type Transaction, transactionToJson } from '../src/domain/transaction.ts';
import { checkedCatalogue } from '../src/features/checked-catalogue.ts';
import type { CatalogueDocument } from '../src/protocol/catalogue-document.ts';
import { type DeskProcess, makeFolder, startDesk } from './desk-process.ts';
import { clientOf } from './people.ts';

const RECORDS = 4000;
const CHUNK = 40;
const KILLS = 4;
const START_MS = Date.now() - 6 * 3_600_000;

const aggregate = {
  kind: 'aggregate',
  description: 'Of events',
  unit: 'events',
  missing: 'missing where nothing is known',
  sentence: '{value} of events',
} as const;
const DOCUMENT: CatalogueDocument = {
  format: 'goshawk-catalogue-1',
  standard: 'all',
  data: {
    fields: [{ name: 'customerId', type: 'id', description: 'The customer', personal: true }],
    entities: [{ name: 'customer', description: 'Who owns accounts', key: ['customerId'] }],
  },
  features: [
    { ...aggregate, name: 'account_failed_1h', entity: 'account', events: ['failed_login'], measure: 'count', window: '1h' },
    { ...aggregate, name: 'account_last_event', entity: 'account', events: [...EVENT_KINDS], measure: 'since_last', unit: 'seconds' },
    { ...aggregate, name: 'customer_logins_24h', entity: 'customer', events: ['login', 'failed_login'], measure: 'count', window: '24h' },
    { ...aggregate, name: 'customer_devices_24h', entity: 'customer', events: ['login'], measure: 'distinct', of: 'deviceId', window: '24h' },
    { ...aggregate, name: 'customer_password', entity: 'customer', events: ['password_change'], measure: 'since_last', unit: 'seconds' },
    { ...aggregate, name: 'device_failed_24h', entity: 'device', events: ['failed_login'], measure: 'count', window: '24h' },
  ],
}; // biome-ignore format: a list

type Sent = { readonly kind: 'event' | 'payment'; readonly json: object };

/** Payments and events of a few people, in stretches of one kind; some of them late. */
function traffic(seed: number): Sent[] {
  const random = createRandom(seed);
  const sent: Sent[] = [];
  let kind: Sent['kind'] = 'payment';
  for (let i = 0; i < RECORDS; i++) {
    if (random.below(8) === 0) kind = kind === 'event' ? 'payment' : 'event';
    const account = random.below(8);
    const late = random.below(10) === 0 ? random.below(3_600_000) : 0;
    const occurredAtMs = START_MS + i * 4000 - late;
    const customer = { attributes: { customerId: `c${account % 5}` } };
    const common = { accountId: `events-${account}`, occurredAtMs, deviceId: `device-${random.below(6)}` };
    if (kind === 'event') {
      const event: CustomerEvent = {
        id: `e${i}`,
        kind: EVENT_KINDS[random.below(EVENT_KINDS.length)],
        ...common,
        ...(random.below(3) > 0 && customer),
      };
      sent.push({ kind, json: customerEventToJson(event) });
    } else {
      sent.push({
        kind,
        json: transactionToJson(paymentOf(`p${i}`, common, customer, random.below(90_000))),
      });
    }
  }
  return sent;
}

const paymentOf = (
  id: string,
  common: Pick<Transaction, 'accountId' | 'occurredAtMs' | 'deviceId'>,
  customer: Pick<Transaction, 'attributes'>,
  amountMinor: number,
): Transaction => ({
  id,
  ...common,
  ...customer,
  amountMinor,
  currency: 'EUR',
  type: 'transfer',
  channel: 'mobile_app',
});

/** Sends a stretch until the desk says it has all of it. */
async function send(desk: () => DeskProcess, part: readonly Sent[]): Promise<void> {
  const body = {
    body: part.map(({ json }) => JSON.stringify(json)).join('\n'),
    type: 'application/x-ndjson',
  } as const;
  let said = 'nothing';
  for (const until = Date.now() + 60_000; Date.now() < until; ) {
    try {
      const client = clientOf(desk());
      const { accepted, repeated } =
        part[0].kind === 'event'
          ? await client.call('addEvents', body)
          : await client.call('addTransactions', body);
      if (accepted + repeated === part.length) return;
      said = `accepted ${accepted}, repeated ${repeated}`;
    } catch (error) {
      // Killed in the middle: what was accepted is in the log, and comes again as a repetition.
      said = String(error);
    }
    await new Promise((next) => setTimeout(next, 50));
  }
  throw new Error(`The desk did not take a stretch within a minute; it last said ${said}.`);
}

/** Stretches of one kind, none of them long. */
function stretches(sent: readonly Sent[]): Sent[][] {
  const parts: Sent[][] = [];
  for (const one of sent) {
    const last = parts.at(-1);
    if (last && last.length < CHUNK && last[0].kind === one.kind) last.push(one);
    else parts.push([one]);
  }
  return parts;
}

const probe = (account: number): Arguments<'decide'>['body'] => {
  const common = {
    accountId: `events-${account}`,
    occurredAtMs: START_MS + RECORDS * 4000 + account,
    deviceId: 'device-0',
  };
  const customer = { attributes: { customerId: `c${account % 5}` } };
  return transactionToJson(
    paymentOf(`probe-${account}`, common, customer, 1000),
  ) as Arguments<'decide'>['body'];
};

/** What one engine sees of the last payments, where nothing goes wrong; fitted categories are the model's. */
function expectedOf(sent: readonly Sent[]): Map<string, Record<string, number | null>> {
  const made = checkedCatalogue(DOCUMENT);
  assert.ok(made.ok);
  const { catalogue } = made;
  const state = catalogue.createState();
  const vector = new Float64Array(catalogue.size);
  const bounds = { nowMs: Date.now(), dataModel: catalogue.data };
  const observe = (json: object): void => {
    const read = readTransaction(json, bounds);
    assert.ok(read.ok);
    catalogue.observe(state, read.value, vector);
  };
  for (const { kind, json } of sent) {
    const event = kind === 'event' ? readCustomerEvent(json, bounds) : undefined;
    if (event) {
      assert.ok(event.ok);
      catalogue.observeEvent?.(state, event.value);
    } else observe(json);
  }
  const fitted = new Set(catalogue.categories.map(({ slot }) => slot));
  return new Map(
    Array.from({ length: 8 }, (_, account) => {
      observe(probe(account));
      const values = catalogue.features.flatMap(({ name }, slot) =>
        fitted.has(slot) ? [] : [[name, Number.isNaN(vector[slot]) ? null : vector[slot]]],
      );
      return [`probe-${account}`, Object.fromEntries(values)];
    }),
  );
}

test('Y31 Y32: events among payments are in histories once and in their order, however often the desk is killed', async (t) => {
  const folder = makeFolder();
  const start = (): Promise<DeskProcess> => startDesk(folder.path, ['--no-simulator']);
  let desk = await start();
  t.after(async () => {
    await desk.stop();
    folder.remove();
  });
  const { version } = await clientOf(desk).call('writeCatalogueDraft', {
    body: { document: DOCUMENT, seen: null },
  });
  await clientOf(desk).call('moveCatalogue', { body: { version, state: 'live' } });

  const sent = traffic(7);
  const parts = stretches(sent);
  const random = createRandom(11);
  const killAt = new Set(
    Array.from({ length: KILLS }, (_, i) => Math.floor(((i + random.next()) * parts.length) / KILLS)),
  );
  let killing: Promise<void> = Promise.resolve();
  for (const [i, part] of parts.entries()) {
    if (killAt.has(i)) {
      killing = new Promise<void>((done) => setTimeout(done, random.below(30))).then(async () => {
        await desk.kill();
        desk = await start();
      });
    }
    await send(() => desk, part);
  }
  await killing;

  const events = sent.filter(({ kind }) => kind === 'event').length;
  const client = clientOf(desk);
  const expected = expectedOf(sent);
  let compared = 0;
  for (let account = 0; account < 8; account++) {
    await client.call('decide', { body: probe(account) });
    const { features } = await client.call('getTransaction', { params: { id: `probe-${account}` } });
    const values = expected.get(`probe-${account}`) ?? {};
    for (const { name, value } of features) {
      if (!(name in values)) continue;
      assert.equal(value, values[name], `${name} of account ${account}`);
      compared++;
    }
  }
  assert.equal(compared, 8 * Object.keys(expected.get('probe-0') ?? {}).length);
  let stored = 0;
  for (let cursor: number | undefined; ; ) {
    const page = await client.call('listEvents', {
      query: { limit: 500, ...(cursor !== undefined && { cursor }) },
    });
    stored += page.items.length;
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  assert.equal(stored, events);
  const { quarantined } = await client.call('listDeadLetters', {});
  assert.equal(quarantined, 0);
});
