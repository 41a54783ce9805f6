// POST /v1/transactions as senders really send: several arrays, bodies that are cut, compressed, of other types, ids used twice.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { Static } from 'typebox';
import type { TransactionsTaken } from '../src/protocol/decisions.ts';
import { type DeskProcess, makeFolder, postJson, smallest, startDesk } from './desk-process.ts';
import { clientOf } from './people.ts';

/** Taken or refused: what is refused tells the same figures, and why. */
type Answer = Static<typeof TransactionsTaken> & { readonly detail?: string };

const folder = makeFolder();
let desk: DeskProcess;
before(async () => {
  desk = await startDesk(folder.path, ['--preset', 'classic', '--no-simulator']);
});
after(async () => {
  await desk.stop();
  folder.remove();
});

async function post(
  body: string | Buffer,
  headers: Record<string, string> = { 'content-type': 'application/x-ndjson' },
  path = '/v1/transactions',
): Promise<{ status: number; body: Answer }> {
  const answer = await fetch(`${desk.url}${path}`, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  return { status: answer.status, body: JSON.parse(await answer.text()) };
}

let number = 0;
const one = (): string => JSON.stringify(smallest(`bulk-${++number}`));
const figures = ({ status, body }: { status: number; body: Answer }): number[] => [
  status,
  body.accepted,
  body.rejected,
];

test('I1 all of a body is read: what follows an array is taken, and a body that is cut says so', async () => {
  assert.deepEqual(figures(await post(`[${one()}]\n[${one()},${one()}]`)), [200, 3, 0]);
  assert.deepEqual(figures(await post(`[${one()}]\n${one()}\n`)), [200, 2, 0]);
  assert.deepEqual(figures(await post(`[${one()},${one()}]\n[${one()}]`)), [200, 3, 0]);
  const cut = await post(`[${one()},${one()}`);
  assert.deepEqual(figures(cut), [200, 2, 1]);
  assert.match(cut.body.errors[0].problems[0].message, /array does not end.*cut off/);
  assert.deepEqual(figures(await post(`[${one()},]`)), [200, 1, 1]);
  const pretty = JSON.stringify(JSON.parse(one()), null, 2);
  assert.deepEqual(figures(await post(pretty, { 'content-type': 'application/json' })), [200, 1, 0]);
  assert.deepEqual(figures(await post('[]')), [200, 0, 0]);
});

test('A16 encodings are honoured, on every route, or refused with those that are', async () => {
  for (const [encoding, compress] of [
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ] as const) {
    const headers = { 'content-type': 'application/json', 'content-encoding': encoding };
    const lines = compress(Buffer.from(`${one()}\n${one()}\n`));
    assert.deepEqual(figures(await post(lines, headers)), [200, 2, 0], encoding);
    const decided = await post(compress(Buffer.from(one())), headers, '/v1/decisions');
    assert.equal(decided.status, 200, encoding);
    const half = compress(Buffer.from(Array.from({ length: 2000 }, one).join('\n')));
    const cut = await post(half.subarray(0, half.length - 30), headers);
    assert.equal(cut.status, 400, encoding);
    assert.match(cut.body.detail ?? '', /not all of it came/, encoding);
    const wrong = await post(Buffer.from(one()), headers, '/v1/decisions');
    assert.equal(wrong.status, 400, encoding);
  }
  const unknown = await post(one(), { 'content-type': 'application/json', 'content-encoding': 'compress' });
  assert.equal(unknown.status, 415);
  assert.match(unknown.body.detail ?? '', /gzip, deflate, br, zstd/);
  const twice = await post(one(), { 'content-type': 'application/json', 'content-encoding': 'gzip, gzip' });
  assert.equal(twice.status, 415);
  const list = { 'content-type': 'text/csv', 'content-encoding': 'gzip' };
  assert.equal((await post('a', list, '/v1/lists/blocked-accounts/import')).status, 415);
  const latin = { 'content-type': 'application/json; charset=iso-8859-1' };
  assert.equal((await post(one(), latin)).status, 415);
});

test('A16 what was made to grow is cut off', async () => {
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
  const blanks = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));
  const bomb = await post(blanks, headers);
  assert.equal(bomb.status, 413);
  assert.match(bomb.body.detail ?? '', /grows more than/);
  const single = await post(blanks, headers, '/v1/decisions');
  assert.equal(single.status, 413);
});

test('A17 a body that cannot be read is never answered as if it had been', async () => {
  for (const type of [
    'text/csv',
    'application/xml',
    'application/vnd.apache.parquet',
    'multipart/form-data',
  ]) {
    const answer = await post('id,amount\n1,2\n', { 'content-type': type });
    assert.equal(answer.status, 415, type);
    assert.match(answer.body.detail ?? '', /application\/x-ndjson/);
  }
  const form = await post(one(), { 'content-type': 'application/x-www-form-urlencoded' });
  assert.match(form.body.detail ?? '', /--data-binary/);
  const csv = await post('id,amount\n1,2\n');
  assert.deepEqual(figures(csv), [422, 0, 2]);
  assert.match(csv.body.detail ?? '', /None of 2 could be taken/);
  assert.deepEqual(figures(await post(gzipSync(Buffer.from(one())))).slice(0, 2), [422, 0]);
  assert.deepEqual(figures(await post(JSON.stringify({ transactions: [JSON.parse(one())] }))), [422, 0, 1]);
});

test('D1 an id that comes with other content is told in its line, just as it was it is counted as repeated', async () => {
  const [first, second] = [one(), one()];
  assert.deepEqual(figures(await post(`${first}\n${second}`)), [200, 2, 0]);
  const other = JSON.stringify({ ...JSON.parse(first), amountMinor: 77 });
  const answer = await post(`${other}\n${second}\n${one()}`);
  assert.deepEqual([...figures(answer), answer.body.repeated], [200, 1, 1, 1]);
  assert.deepEqual([answer.body.errors[0].index, answer.body.errors[0].status], [1, 409]);
  assert.match(answer.body.errors[0].problems[0].message, /with other content/);
  const third = JSON.parse(one());
  const within = await post(
    [third, { ...third, currency: 'USD' }, third].map((t) => JSON.stringify(t)).join('\n'),
  );
  assert.deepEqual([...figures(within), within.body.repeated], [200, 1, 1, 1]);
  const letters = await clientOf(desk).call('listDeadLetters');
  assert.match(JSON.stringify(letters), /with other content/);
});

test('A8 a line that says a key twice is refused, and is not taken when it is tried again', async () => {
  const text = one().replace('{', '{"amountMinor":1,');
  const answer = await post(text);
  assert.deepEqual(figures(answer), [422, 0, 1]);
  assert.match(answer.body.errors[0].problems[0].message, /"amountMinor" stands twice/);
  const { items } = await clientOf(desk).call('listDeadLetters');
  const letter = items.find(({ problems }) => /stands twice/.test(problems[0]?.message ?? ''));
  assert.ok(letter);
  const again = await fetch(`${desk.url}/v1/dead-letters/${letter.id}/retry`, { method: 'POST' });
  assert.equal(again.status, 422);
  assert.match(await again.text(), /stands twice/);
});

test('K6 a refused record is mended and taken, alone or with others, and each says what became of it', async () => {
  const { call } = clientOf(desk);
  const sent = Array.from({ length: 4 }, () => JSON.parse(one()));
  const wrong = sent.map((transaction, i) => ({
    ...transaction,
    ...(i === 3 ? { accountId: '' } : { currency: 'EURO' }),
  }));
  assert.deepEqual(figures(await post(wrong.map((item) => JSON.stringify(item)).join('\n'))), [422, 0, 4]);
  const { items } = await call('listDeadLetters');
  const idOf = (i: number): number => {
    const letter = items.find(({ raw }) => raw?.includes(sent[i].id));
    assert.ok(letter);
    return letter.id;
  };
  const letters = `${desk.url}/v1/dead-letters`;
  const still = await postJson(letters, `/${idOf(0)}/mend`, { record: JSON.stringify(wrong[0]) });
  assert.equal(still.status, 422);
  assert.match(JSON.stringify(still.body.problems), /\/currency/);
  const unchanged = await call('getDeadLetter', { params: { id: idOf(0) } });
  assert.deepEqual([unchanged.state, unchanged.times, unchanged.mended], ['open', 1, undefined]);

  const right = JSON.stringify(sent[0]);
  const mended = await postJson(letters, `/${idOf(0)}/mend`, { record: right });
  assert.deepEqual([mended.status, mended.body.state], [200, 'resolved']);
  const now = await call('getDeadLetter', { params: { id: idOf(0) } });
  assert.deepEqual([now.state, now.mended, now.raw?.includes('EURO')], ['resolved', right, true]);
  assert.equal((await postJson(letters, `/${idOf(0)}/mend`, { record: right })).status, 409);

  const ids = [1, 2, 3].map(idOf);
  const { results } = await call('retryDeadLetters', {
    body: { ids: [...ids, idOf(0), 10 ** 9], mend: { pointer: '/currency', value: '"EUR"' } },
  });
  assert.deepEqual(
    results.map(({ id, outcome }) => [id, outcome]),
    [
      [ids[0], 'resolved'],
      [ids[1], 'resolved'],
      [ids[2], 'refused'],
      [idOf(0), 'refused'],
      [10 ** 9, 'refused'],
    ],
  );
  assert.match(JSON.stringify(results[2].problems), /accountId/);
  const discarded = await call('discardDeadLetters', { body: { ids: [ids[2]] } });
  assert.equal(discarded.results[0].outcome, 'discarded');
  const { items: lines } = await call('listAuditLines', { query: { subject: `dead letter ${ids[0]}` } });
  assert.deepEqual(
    lines.map(({ action }) => action),
    ['tried again', 'mended'],
  );
  for (const { id } of sent.slice(0, 3)) {
    while ((await fetch(`${desk.url}/v1/transactions/${id}`)).status !== 200) await sleep(50);
  }
});

test('A9 A10 a compressed body that nobody reads, or that breaks off, is no error of the desk', async () => {
  const send = (path: string, method: string, headers: Record<string, string>, body?: string) =>
    fetch(`${desk.url}${path}`, { method, headers, ...(body !== undefined && { body }) });
  for (const encoding of ['gzip', 'deflate', 'br', 'zstd']) {
    const headers = { 'content-encoding': encoding };
    assert.equal((await send('/healthz', 'GET', headers)).status, 200, encoding);
    for (const [path, type, status] of [
      ['/v1/decisions', 'text/csv', 415],
      ['/v1/decisions', 'application/json', 400],
      ['/v1/transactions', 'text/csv', 415],
      ['/v1/nothing', 'application/json', 400],
    ] as const) {
      const answer = await send(path, 'POST', { ...headers, 'content-type': type }, 'not compressed');
      assert.equal(answer.status, status, `${encoding} ${path} ${type}`);
    }
  }
  const body = gzipSync(Buffer.from(Array.from({ length: 5000 }, one).join('\n')));
  for (const path of ['/v1/transactions', '/v1/decisions']) {
    const { hostname, port, host } = new URL(desk.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\n` +
        `content-length: ${body.length}\r\n\r\n`,
    );
    socket.write(body.subarray(0, body.length / 2));
    await sleep(200);
    socket.destroy();
  }
  await sleep(300);
  const { services } = await clientOf(desk).call('getPipeline');
  assert.deepEqual(
    services.filter(({ errors }) => errors > 0),
    [],
  );
});

test('A16 A17 bulk intake says what it cannot read, takes what it can, and drops nothing in silence', async () => {
  const bulk = async (type: string | undefined, text: string) => {
    const answer = await fetch(`${desk.url}/v1/transactions`, {
      method: 'POST',
      headers: type === undefined ? {} : { 'content-type': type },
      // As bytes: a text would be sent as text/plain.
      body: Buffer.from(text),
    });
    const said = await answer.text();
    const { accepted, rejected }: Partial<Answer> = JSON.parse(said);
    return { status: answer.status, accepted, rejected, said };
  };
  const one = (id: string): string => JSON.stringify(smallest(`bulk-${id}`));
  for (const type of ['text/csv', 'application/xml', 'application/vnd.apache.parquet', 'text/plain']) {
    const { status, said } = await bulk(type, one('kind'));
    assert.equal(status, 415, type);
    assert.match(said, /application\/x-ndjson/);
  }
  assert.equal((await bulk('application/json; charset=utf-16', one('charset'))).status, 415);
  for (const [type, text, accepted] of [
    ['application/json', JSON.stringify(smallest('bulk-pretty'), null, 2), 1],
    ['application/json; charset=utf-8', `[${one('a')}]\n[${one('b')},${one('c')}]`, 3],
    ['application/jsonl', `${one('d')}\n${one('e')}`, 2],
    [undefined, `[${one('f')}]\n${one('g')}`, 2],
    ['application/json', '[]', 0],
  ] as const) {
    const answer = await bulk(type, text);
    assert.deepEqual([answer.status, answer.accepted, answer.rejected], [200, accepted, 0], answer.said);
  }
  const labelled = JSON.stringify({ ...smallest('bulk-labelled'), fraud: true });
  for (const [text, status, accepted, rejected, said] of [
    [`[${one('h')},${one('i')}`, 200, 2, 1, /array does not end.*cut off/],
    [`[${one('j')},]`, 200, 1, 1, /Nothing stands between two commas/],
    [`[${one('k')}] and more`, 200, 1, 1, /index":2/],
    [`{"transactions":[${one('l')}]}`, 422, 0, 1, /Send the list itself/],
    ['a,b\n1,2\n', 422, 0, 2, /None of 2/],
    [labelled, 422, 0, 1, /send labels to \/v1\/labels/],
    [' \n', 400, 0, 0, /body is empty/],
  ] as const) {
    const answer = await bulk('application/json', text);
    assert.deepEqual([answer.status, answer.accepted, answer.rejected], [status, accepted, rejected], text);
    assert.match(answer.said, said);
  }
});
