// Clocks at a desk: payments ahead and late, labels from tomorrow, and the local time of a place.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DeskProcess, getJson, makeFolder, postJson, smallest, startDesk } from './desk-process.ts';

const folder = makeFolder();
let desk: DeskProcess;
before(async () => {
  desk = await startDesk(folder.path, ['--no-simulator', '--time-zone', 'Asia/Tokyo']);
});
after(async () => {
  await desk.stop();
  folder.remove();
});

type Story = {
  transaction: { occurredAt: string };
  features: { name: string; value: number | null }[];
};
async function figures(id: string, ...names: string[]): Promise<(number | null | undefined)[]> {
  const { features } = await getJson<Story>(desk.url, `/v1/transaction?id=${id}`);
  return names.map((name) => features.find((feature) => feature.name === name)?.value);
}
const decide = (id: string, occurredAt: string, more: object = {}) =>
  postJson(desk.url, '/v1/decisions', { ...smallest(id), occurredAt, ...more });
const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();

test('F9 after one payment stamped ahead, the others are told what was before them', async () => {
  const berlin = { location: { lat: 52.52, lon: 13.4 } };
  await decide('c1', inHours(-5), berlin);
  await decide('ahead', inHours(6), { location: { lat: 35.68, lon: 139.77 } });
  await decide('c2', inHours(-4), berlin);
  const { body } = await decide('c3', inHours(-3), berlin);
  assert.deepEqual(
    (await figures('c3', 'account_seconds_since_last', 'account_tx_count_24h')).map((value) =>
      Math.round(Number(value)),
    ),
    [3600, 3],
  );
  assert.ok(!JSON.stringify(body).includes('impossible-travel'), JSON.stringify(body));
});

test('F5 a label from tomorrow is refused, one of now counts', async () => {
  await decide('l1', inHours(-1), { merchant: { id: 'shop' }, accountId: 'l' });
  const ahead = await postJson(desk.url, '/v1/labels', {
    transactionId: 'l1',
    fraud: true,
    labelledAt: inHours(20),
  });
  assert.equal(ahead.status, 422);
  assert.match(JSON.stringify(ahead.body), /labelledAt is in the future/);
  await decide('l2', inHours(-0.5), { merchant: { id: 'shop' }, accountId: 'l' });
  assert.deepEqual(await figures('l2', 'merchant_known_frauds_30d'), [0]);
});

test('T13 F10 night and weekend are those of the place: the offset sent, else the desk’s zone', async () => {
  // A Friday evening in Greenwich is a Saturday morning in Tokyo.
  for (const [id, occurredAt, told] of [
    ['z1', '2026-11-20T16:30:00Z', [1, 5, 1, 1]],
    ['z2', '2026-11-20T16:30:00+00:00', [16, 4, 0, 0]],
    ['z3', '2026-11-20T23:30:00-05:00', [23, 4, 0, 0]],
  ] as const) {
    assert.equal((await decide(id, occurredAt, { accountId: id })).status, 200);
    assert.deepEqual(await figures(id, 'hour', 'day_of_week', 'is_night', 'is_weekend'), told, id);
  }
  const { transaction } = await getJson<Story>(desk.url, '/v1/transaction?id=z1');
  assert.equal(transaction.occurredAt, '2026-11-21T01:30:00.000+09:00');
  // The same moment written otherwise is the same payment.
  assert.equal((await decide('z1', '2026-11-20T17:30:00+01:00', { accountId: 'z1' })).status, 200);
});
