// POST /v1/transactions as senders really send: several arrays, bodies that are cut, compressed, of other types, ids used twice.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { type DeskProcess, makeFolder, smallest, startDesk } from './desk-process.ts';

type Answer = {
  accepted: number;
  repeated: number;
  rejected: number;
  errors: { index: number; status: number; problems: { pointer: string; message: string }[] }[];
  detail?: string;
};

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
  return { status: answer.status, body: (await answer.json()) as Answer };
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
  const letters = (await (await fetch(`${desk.url}/v1/dead-letters`)).json()) as { deadLetters: unknown[] };
  assert.match(JSON.stringify(letters), /with other content/);
});
