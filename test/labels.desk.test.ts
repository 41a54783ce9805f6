// Labels over HTTP: one, and many as lists, lines and CSV.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Static } from 'typebox';
import { ApiProblem } from '../src/client/client.ts';
import type { LabelsTaken } from '../src/protocol/labels.ts';
import { type DeskProcess, makeFolder, postJson, smallest, startDesk } from './desk-process.ts';
import { clientOf } from './people.ts';

const folder = makeFolder();
let desk: DeskProcess;
before(async () => {
  desk = await startDesk(folder.path, ['--no-simulator']);
  const bulk = Array.from({ length: 1200 }, (_, i) => JSON.stringify(smallest(`t${i}`, `a${i}`)));
  const client = clientOf(desk);
  const type = 'application/x-ndjson';
  assert.equal((await client.call('addTransactions', { body: bulk.join('\n'), type })).accepted, 1200);
  const isStored = () =>
    client.call('getTransaction', { params: { id: 't1199' } }).then(
      () => true,
      () => false,
    );
  for (const end = Date.now() + 20_000; !(await isStored()); await sleep(50)) assert.ok(Date.now() < end);
});
after(async () => {
  await desk.stop();
  folder.remove();
});

/** Whatever it is, taken or refused: what is refused tells the same figures. */
async function post(
  path: string,
  type: string,
  body: string,
): Promise<{ status: number; body: Static<typeof LabelsTaken> }> {
  const answer = await fetch(desk.url + path, { method: 'POST', headers: { 'content-type': type }, body });
  return { status: answer.status, body: JSON.parse(await answer.text()) };
}
async function labelled(id: string): Promise<boolean | null> {
  for (const end = Date.now() + 10_000; ; await sleep(50)) {
    const { isFraud } = await clientOf(desk).call('getTransaction', { params: { id } });
    if (isFraud !== null || Date.now() > end) return isFraud;
  }
}

test('A18 one label is answered about itself', async () => {
  const one = await postJson(desk.url, '/v1/labels', {
    transactionId: 't0',
    fraud: true,
    fraudType: 'stolen card',
  });
  assert.deepEqual([one.status, one.body], [202, { transactionId: 't0', fraud: true }]);
  assert.equal(await labelled('t0'), true);
  assert.equal(
    (await postJson(desk.url, '/v1/labels', { transactionId: 'nobody', fraud: true })).status,
    404,
  );
  const wrong = JSON.stringify({ transactionId: 't0', fraud: 'yes', colour: 1 });
  await assert.rejects(
    clientOf(desk).call('addLabels', { body: wrong, type: 'application/json' }),
    (error: unknown) => error instanceof ApiProblem && error.status === 422 && error.problems.length === 2,
  );
  assert.equal((await post('/v1/labels', 'application/json', '')).status, 400);
  assert.equal((await post('/v1/labels', 'application/json', 'null')).status, 422);
  assert.equal((await post('/v1/labels', 'text/plain', '{}')).status, 415);
});

test('A18 many labels are taken as a list and as lines; each that is not is told with its place', async () => {
  const list = await post(
    '/v1/labels',
    'application/json',
    JSON.stringify([
      { transactionId: 't1', fraud: true },
      { transactionId: 'nobody', fraud: true },
      { transactionId: 't2', fraud: false, source: 'chargeback' },
      { transactionId: 't3', fraud: 1 },
    ]),
  );
  assert.deepEqual([list.status, list.body.accepted, list.body.frauds, list.body.rejected], [200, 2, 1, 2]);
  assert.deepEqual(list.body.errors.map(({ index, status }) => [index, status]).sort(), [
    [2, 404],
    [4, 422],
  ]);
  assert.deepEqual([await labelled('t1'), await labelled('t2')], [true, false]);
  const lines = Array.from({ length: 1100 }, (_, i) =>
    JSON.stringify({ transactionId: `t${i + 50}`, fraud: i % 2 === 0 }),
  );
  const many = await post('/v1/labels', 'application/x-ndjson', lines.join('\r\n'));
  assert.deepEqual([many.status, many.body.accepted, many.body.frauds], [200, 1100, 550]);
  assert.equal(await labelled('t1149'), false);
  const none = await post('/v1/labels', 'application/x-ndjson', '{"transactionId":"nobody","fraud":true}');
  assert.deepEqual([none.status, none.body.rejected], [422, 1]);
  assert.deepEqual((await post('/v1/labels', 'application/json', '[]')).body.accepted, 0);
  const cut = await post('/v1/labels', 'application/json', '[{"transactionId":"t4","fraud":true}');
  assert.deepEqual([cut.body.accepted, cut.body.rejected], [1, 1]);
});

test('I5 labels as CSV mean what is declared; an empty cell is unknown, anything else is told with its line', async () => {
  const csv =
    'transactionId;fraud;fraudType\r\nt10;true;card testing\r\nt11;;\r\n\r\nt12;0\r\nt13;maybe;\r\nt14;false;"a ""b"""\r\n';
  const { status, body } = await post('/v1/labels', 'text/csv', csv);
  assert.deepEqual([status, body.accepted, body.frauds, body.unknown, body.rejected], [200, 2, 1, 1, 2]);
  assert.deepEqual(
    body.errors.map(({ index }) => index),
    [5, 6],
  );
  assert.match(
    body.errors[1].problems[0].message,
    /fraud is "maybe"; it means fraud as true, 1, genuine as false, 0/,
  );
  assert.deepEqual([await labelled('t10'), await labelled('t14')], [true, false]);
  const declared = await post(
    '/v1/labels?fraud=CB,STOLEN&genuine=OK&unknown=OPEN',
    'text/csv',
    'fraud,transactionId\nCB,t20\nSTOLEN,t21\nOK,t22\nOPEN,t23\n1,t24\n',
  );
  assert.deepEqual(
    [declared.body.accepted, declared.body.frauds, declared.body.unknown, declared.body.rejected],
    [3, 2, 1, 1],
  );
  for (const head of ['id,fraud\nt1,1\n', 'transactionId\nt1\n', 'transactionId,fraud,colour\nt1,1,red\n']) {
    const refused = await post('/v1/labels', 'text/csv', head);
    assert.deepEqual([refused.status, refused.body.accepted], [422, 0], head);
  }
});
