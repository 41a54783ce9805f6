// Amounts of several currencies at a desk: one unit in every sum, and the rate that each was converted with.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { cell, csv } from '../dashboard/src/transactions/csv.ts';
import type { Client } from '../src/client/client.ts';
import { type DeskProcess, makeFolder, postJson, smallest, startDesk } from './desk-process.ts';
import { caller, clientOf } from './people.ts';

const folder = makeFolder();
const ECB = `Date,USD,JPY,IDR,KWD,
2026-01-02,1.25,160,20000,0.4,
`;
let desk: DeskProcess;
let client: Client;

before(async () => {
  desk = await startDesk(folder.path, ['--no-simulator', '--base-currency', 'EUR']);
  client = clientOf(desk);
});
after(async () => {
  await desk.stop();
  folder.remove();
});

const story = (id: string) => client.call('getTransaction', { params: { id } });
const rowOf = async (accountId: string) =>
  (await client.call('listTransactions', { query: { accountId } })).items.at(0);
async function figures(id: string, ...names: string[]): Promise<(number | null | undefined)[]> {
  const { features } = await story(id);
  return names.map((name) => features.find((feature) => feature.name === name)?.value);
}
async function decide(
  id: string,
  account: string,
  amountMinor: number,
  currency: string,
  more: object = {},
): Promise<void> {
  await client.call('decide', { body: { ...smallest(id, account, amountMinor), currency, ...more } });
}
const importRates = (text: string) =>
  caller(desk)('POST', '/v1/exchange-rates', text, {
    'content-type': 'text/csv',
    'x-file-name': 'eurofxref-hist.csv',
  });
async function goshawk(...args: string[]): Promise<{ code: number | null; said: string }> {
  const child = spawn(resolve(import.meta.dirname, '../goshawk'), args, {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const out of [child.stdout, child.stderr]) out.on('data', (bytes) => (said += bytes));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
}

test('T12 a new desk converts by the rates that ship, and says how old they are', async () => {
  await decide('shipped', 'a-shipped', 17_891, 'JPY');
  const { transaction } = await story('shipped');
  assert.deepEqual([transaction.amountMinor, transaction.currency], [17_891, 'JPY']);
  const row = await rowOf('a-shipped');
  assert.ok(Math.abs(Number(row?.base?.amountMinor) - 10_000) < 10, JSON.stringify(transaction));
  assert.partialDeepStrictEqual(transaction.base, { amountMinor: row?.base?.amountMinor, source: 'shipped' });
  const { said } = await goshawk('rates', 'show', '--url', desk.url);
  assert.match(said, /counts in EUR/);
  assert.match(said, /those that ship with it, of 2\d{3}-\d\d-\d\d, \d+ days old\. Import newer ones/);
});

test('T12 rates come in by a file, over the API and by command; what was decided keeps its rate', async () => {
  const refused = await importRates('no rates at all');
  assert.equal(refused.status, 422);
  assert.match(String(refused.body.detail), /begins with "Date,USD,JPY/);
  const file = join(folder.path, 'rates.csv');
  writeFileSync(file, ECB);
  const { code, said } = await goshawk('rates', 'import', file, '--url', desk.url);
  assert.deepEqual([code, said], [0, '4 rates are in service, the newest of 2026-01-02.\n']);
  await decide('imported', 'a-imported', 16_000, 'JPY');
  assert.deepEqual((await story('imported')).transaction.base, {
    amountMinor: 10_000,
    currency: 'EUR',
    rate: 1 / 160,
    rateDate: '2026-01-02',
    source: 'imported',
  });
  const newer = await importRates(ECB.replace('2026-01-02', '2026-01-05').replace('160', '200'));
  assert.deepEqual([newer.status, newer.body.rates], [200, 4]);
  await decide('newer', 'a-newer', 16_000, 'JPY');
  assert.partialDeepStrictEqual((await story('newer')).transaction.base, { amountMinor: 8000 });
  assert.partialDeepStrictEqual((await story('imported')).transaction.base, { amountMinor: 10_000 });
  const rates = await client.call('getExchangeRates');
  assert.equal(rates.isOld, true);
  assert.deepEqual(
    rates.currencies.find(({ currency }) => currency === 'JPY'),
    { currency: 'JPY', rate: 1 / 200, date: '2026-01-05', isShipped: false },
  );
  const audit = await client.call('listAuditLines', { query: { limit: 5 } });
  assert.ok(audit.items.some(({ action }) => action === 'imported exchange rates'));
});

test('F8 sums, means and ratios of an account are in one unit, and so are those of a payee', async () => {
  await decide('fx1', 'fx-a', 20_000, 'JPY');
  await decide('fx2', 'fx-a', 1000, 'EUR');
  // ¥20,000 at 200 are €100.
  assert.deepEqual(
    await figures(
      'fx2',
      'account_amount_sum_24h',
      'account_amount_mean_24h',
      'amount_to_account_mean',
      'amount',
    ),
    [110, 55, 0.1, 10],
  );
  await decide('fx3', 'fx-b', 10_000, 'EUR');
  await decide('fx4', 'fx-b', 500, 'JPY');
  assert.deepEqual(
    await figures(
      'fx4',
      'account_amount_sum_24h',
      'amount',
      'account_small_amount_count_1h',
      'is_high_amount',
    ),
    [102.5, 2.5, 1, 0],
  );
  await decide('fx5', 'fx-c', 4000, 'KWD');
  await decide('fx6', 'fx-c', 1000, 'EUR');
  assert.deepEqual(await figures('fx6', 'account_amount_sum_24h'), [20]);
  await decide('fx7', 'fx-d', 20_000, 'JPY', { type: 'transfer', counterpartyId: 'payee' });
  await decide('fx8', 'fx-e', 1000, 'EUR', { type: 'transfer', counterpartyId: 'payee' });
  assert.deepEqual(await figures('fx8', 'counterparty_amount_sum_24h'), [110]);
});

test('F8 what is spent alike is decided alike, whatever the currency', async () => {
  await decide('idr', 'like-1', 15_000_000, 'IDR');
  await decide('eur', 'like-2', 750, 'EUR');
  const [idr, eur] = await Promise.all(['idr', 'eur'].map(story));
  assert.deepEqual([idr.decision.score, idr.decision.outcome], [eur.decision.score, eur.decision.outcome]);
});

test('F8 reasons, sentences and rules speak of the base currency; a rule may ask for what was stated', async () => {
  const { features } = await story('fx4');
  const sum = features.find(({ name }) => name === 'account_amount_sum_24h');
  assert.match(JSON.stringify(sum), /€102\.50/);
});

test('Q5 alerts are summed and ordered in the base currency', async () => {
  await postJson(desk.url, '/v1/lists/blocked-accounts/entries', {
    entries: ['q-jpy', 'q-eur', 'q-idr'].map((value) => ({ value })),
  });
  await decide('q1', 'q-jpy', 150_000, 'JPY');
  await decide('q2', 'q-eur', 500_000, 'EUR');
  await decide('q3', 'q-idr', 150_000_000, 'IDR');
  await decide('q4', 'q-jpy', 10_000, 'EUR');
  const { items } = await client.call('listAlerts', { query: { limit: 50 } });
  const mine = items.filter(({ accountId }) => accountId.startsWith('q-'));
  assert.deepEqual(
    Object.fromEntries(
      mine.map(({ accountId, amountMinor, currency }) => [accountId, [amountMinor, currency]]),
    ),
    { 'q-eur': [500_000, 'EUR'], 'q-jpy': [85_000, 'EUR'], 'q-idr': [7500, 'EUR'] },
  );
});

test('T12 what the scheme billed wins; no rate at all is 422, alone and in bulk, and comes again once there is one', async () => {
  await decide('billed', 'a-billed', 12_000, 'USD', { billing: { amountMinor: 9000, currency: 'EUR' } });
  assert.partialDeepStrictEqual((await story('billed')).transaction.base, { amountMinor: 9000 });
  const retold = { ...smallest('billed', 'a-billed', 12_000), currency: 'USD' };
  assert.equal((await postJson(desk.url, '/v1/decisions', retold)).status, 409);
  const none = { ...smallest('none', 'a-none', 100), currency: 'CLF' };
  const alone = await postJson(desk.url, '/v1/decisions', none);
  assert.equal(alone.status, 422);
  assert.match(JSON.stringify(alone.body), /no exchange rate from CLF to EUR/);
  const bulk = await postJson(desk.url, '/v1/transactions', [none, smallest('beside')]);
  assert.deepEqual([bulk.body.accepted, bulk.body.rejected], [1, 1]);
  const { items } = await client.call('listDeadLetters', { query: { limit: 5 } });
  const letter = items.find(({ problems }) => problems.some(({ message }) => message.includes('CLF')));
  assert.equal(letter?.state, 'open');
  await importRates('Date,CLF\n2026-01-05,0.025\n');
  const again = await postJson(desk.url, `/v1/dead-letters/${letter?.id}/retry`, {});
  assert.equal(again.status, 200, JSON.stringify(again.body));
  for (const end = Date.now() + 10_000; ; await new Promise((done) => setTimeout(done, 50))) {
    const row = await rowOf('a-none');
    if (row) {
      assert.equal(row.base?.amountMinor, 40);
      break;
    }
    assert.ok(Date.now() < end, 'it was not decided');
  }
});

test('T12 a desk counts in one currency for good, and rebuilds its histories to the same figures', async () => {
  assert.equal(await desk.stop(), 0);
  const other = await goshawk(
    'serve',
    '--data-dir',
    join(folder.path, 'var'),
    '--port',
    '0',
    '--base-currency',
    'USD',
  );
  assert.notEqual(other.code, 0);
  assert.match(other.said, /This desk counts in EUR: .*cannot become USD/);
  // Without its checkpoint it goes through the whole log again.
  rmSync(join(folder.path, 'var', 'state'), { recursive: true });
  desk = await startDesk(folder.path, ['--no-simulator']);
  client = clientOf(desk);
  await decide('fx9', 'fx-a', 1000, 'EUR');
  assert.deepEqual(await figures('fx9', 'account_amount_sum_24h'), [120]);
  await decide('fx10', 'fx-b', 1000, 'EUR');
  assert.deepEqual(await figures('fx10', 'account_amount_sum_24h'), [112.5]);
});

test('rows as CSV carry both amounts, and no text in them is run as a formula', () => {
  for (const text of [
    '=1+1', '+1', '-1+cmd', '@SUM(A1)', '\t=1', '\r=1', '\n=1', ' =1', '|cmd', '%x', '＝1', '＋1', '－1', '＠x', 'fine\n=1', 'fine\r\n+1',
  ]) assert.match(cell(text).replace(/^"/, ''), /^'/, JSON.stringify(text)); // biome-ignore format: a list
  assert.deepEqual(
    [cell(-5), cell('a-b'), cell('1=1'), cell('a,b'), cell('a"b'), cell('a\nb'), cell(undefined)],
    ['-5', 'a-b', '1=1', '"a,b"', '"a""b"', '"a\nb"', ''],
  );
  const row = {
    id: 't', offset: 1, accountId: 'a', occurredAt: '', decidedAt: '', amountMinor: 5000, currency: 'JPY',
    base: { amountMinor: 2500, currency: 'EUR' }, type: 'payment', score: 0.1, outcome: 'approve',
  } as const; // biome-ignore format: short
  assert.equal(csv([row]).split('\n')[1], 't,,,a,5000,JPY,2500,EUR,payment,,,,0.1,approve,,');
});
