// The HTTP API of a running desk: answers, errors, guards, bulk intake, feed.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import WebSocket from 'ws';
import type { Answer } from '../src/client/api.ts';
import type { Client } from '../src/client/client.ts';
import type { ServerMessage } from '../src/protocol/feed.ts';
import { documentRoutes } from './api-document.ts';
import { type DeskProcess, getJson, makeFolder, postJson, smallest, startDesk } from './desk-process.ts';
import { caller, clientOf } from './people.ts';

const folder = makeFolder();
let desk: DeskProcess;
let client: Client;
before(async () => {
  desk = await startDesk(folder.path, ['--no-simulator']);
  client = clientOf(desk);
});
after(async () => {
  await desk.stop();
  folder.remove();
});

test('D1 a decision comes back, the same id gives the same one, other content is a conflict', async () => {
  const transaction = smallest('api-1');
  const first = await postJson(desk.url, '/v1/decisions', transaction);
  assert.equal(first.status, 200);
  assert.deepEqual(Object.keys(first.body).sort(), [
    'catalogueHash',
    'concepts',
    'decidedAt',
    'modelVersion',
    'outcome',
    'reasons',
    'rules',
    'rulesetVersion',
    'score',
    'transactionId',
  ]);
  assert.deepEqual((await postJson(desk.url, '/v1/decisions', transaction)).body, first.body);
  const other = await postJson(desk.url, '/v1/decisions', { ...transaction, amountMinor: 1 });
  assert.equal(other.status, 409);
  // Many at once, one decision.
  const racing = smallest('api-race');
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => postJson(desk.url, '/v1/decisions', racing)),
  );
  assert.equal(new Set(answers.map((answer) => JSON.stringify(answer.body))).size, 1);
});

test('A1 bad input gets a problem document with every problem', async () => {
  for (const [body, status] of [
    ['{bad', 400],
    ['', 400],
    ['[]', 422],
    [{ ...smallest('x'), amountMinor: 2 ** 53 }, 422],
    ['{"id":"x","amountMinor":1e999}', 422],
    [{ ...smallest('x'), currency: 'ZZZ' }, 422],
    [{ ...smallest('x'), id: 'x'.repeat(200_000) }, 422],
    [{ ...smallest('x'), id: 'x'.repeat(1_000_000) }, 413],
  ] as const) {
    const answer = await postJson(desk.url, '/v1/decisions', body);
    assert.equal(answer.status, status, JSON.stringify(answer.body).slice(0, 300));
    assert.equal(answer.body.status, status);
    assert.ok(typeof answer.body.detail === 'string' && JSON.stringify(answer.body).length < 5000);
  }
  const { body } = await postJson(desk.url, '/v1/decisions', { zzz: 1 });
  assert.ok(Array.isArray(body.problems) && body.problems.length >= 6);
  assert.equal((await postJson(desk.url, '/v1/decisions', smallest('api-after'))).status, 200);
});

test('bulk intake takes NDJSON and arrays, answers per line, and keeps what was refused', async () => {
  const good = Array.from({ length: 700 }, (_, i) => JSON.stringify(smallest(`bulk-${i}`, `acc-${i % 9}`)));
  const lines = [
    ...good.slice(0, 300),
    '{"id":"half',
    ...good.slice(300),
    JSON.stringify({ ...smallest('b'), amountMinor: -1 }),
  ];
  const answer = await client.call('addTransactions', {
    type: 'application/x-ndjson',
    body: lines.join('\r\n'),
  });
  assert.deepEqual(
    [answer.accepted, answer.rejected, answer.errors.map((e) => e.index)],
    [700, 2, [301, 702]],
  );
  const array = await client.call('addTransactions', {
    type: 'application/json',
    body: `[${Array.from({ length: 5 }, (_, i) => JSON.stringify({ ...smallest(`array-${i}`), city: 'a],["b\\' })).join(',\n')}]`,
  });
  assert.equal(array.accepted, 5);
  const { total } = await client.call('listDeadLetters');
  assert.equal(total, 2);
});

test('A8 null is not false, false is no title, and what is not UTF-8 or packed is not read as if it were', async () => {
  for (const [method, path, body, said] of [
    ['PUT', '/v1/settings', '{"fourEyesRules":null}', /^body\/fourEyesRules must be boolean/],
    ['POST', '/v1/cases', '{"title":false}', /^body\/title must be string/],
    ['PUT', '/v1/people/nobody/disabled', '{"disabled":null}', /^body\/disabled must be boolean/],
    [
      'POST',
      '/v1/queue/actions',
      '{"action":"claim","alerts":[{"id":"1","version":0}]}',
      /^body\/alerts\/0\/id must be/,
    ],
  ] as const) {
    const refused = await caller(desk)(method, path, body);
    assert.equal(refused.status, 400, path);
    assert.match(String(refused.body.detail), said);
  }
  const latin1 = await fetch(`${desk.url}/v1/decisions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(smallest('latin-1', 'M\u00fcller')), 'latin1'),
  });
  assert.equal(latin1.status, 400);
  assert.match(await latin1.text(), /not UTF-8: byte 0xFC at line 1, column \d+/);
  // A stats question without an end kept the desk busy for good.
  assert.equal((await fetch(`${desk.url}/v1/stats?minutes=1e400`)).status, 400);
  // The longest period that screens offer.
  const day = await client.call('getStats', { query: { minutes: 1440 } });
  assert.equal(day.periodMinutes, 1440);
  assert.ok(day.minutes.length >= 1440);
});

test('A1 whatever its id, a transaction can be opened, and so can the links of its account', async () => {
  const odd = [
    '.',
    '..',
    'a/b',
    '/',
    '%',
    '%2e',
    '100 %',
    '?id=1&x',
    '#',
    '\\',
    '+',
    "'",
    'Łódź',
    '__proto__',
    '😀'.repeat(32),
  ];
  for (const id of odd) {
    const decided = await postJson(desk.url, '/v1/decisions', smallest(id, id));
    assert.equal(decided.status, 200, `${id} ${JSON.stringify(decided.body)}`);
    const params = { id };
    const story = await client.call('getTransaction', { params });
    assert.equal(story.transaction.id, id);
    const links = await client.call('getAccountLinks', { params });
    assert.equal(links.accountId, id);
    if (id.startsWith('.')) continue;
    const byPath = await getJson(desk.url, `/v1/transactions/${encodeURIComponent(id)}`);
    assert.deepEqual(byPath.transaction, story.transaction);
  }
  const file = await fetch(`${desk.url}/v1/transaction?id=..&download=true`);
  assert.equal(file.headers.get('content-disposition'), 'attachment; filename="transaction-...json"');
  assert.equal((await fetch(`${desk.url}/v1/transaction`)).status, 400);
  assert.equal((await fetch(`${desk.url}/v1/transaction?id=nothing`)).status, 404);
});

test('D5 an approval is explained on demand, and contributions add up to the vote', async () => {
  await postJson(desk.url, '/v1/decisions', smallest('story-1', 'story'));
  await postJson(desk.url, '/v1/decisions', smallest('story-2', 'story', 2000));
  const story = await client.call('getTransaction', { params: { id: 'story-2' } });
  assert.ok(story.decision.reasons.length > 0);
  assert.ok(story.baseVote !== null && story.vote !== null);
  const sum = story.features.reduce(
    (total, { contribution }) => total + Number(contribution),
    story.baseVote,
  );
  assert.ok(Math.abs(sum - story.vote) < 1e-9);
  assert.deepEqual(
    story.neighbours.map((row) => row.id),
    ['story-1'],
  );
});

test('F5 a label reaches the transaction, its alert and the histories', async () => {
  const { body } = await postJson(desk.url, '/v1/decisions', {
    ...smallest('label-1', 'labelled', 900_000),
    type: 'transfer',
    country: 'NG',
  });
  assert.equal(
    (await postJson(desk.url, '/v1/labels', { transactionId: 'absent', fraud: true })).status,
    404,
  );
  assert.equal(
    (await postJson(desk.url, '/v1/labels', { transactionId: 'label-1', fraud: 'yes' })).status,
    422,
  );
  assert.equal(
    (await postJson(desk.url, '/v1/labels', { transactionId: 'label-1', fraud: true, fraudType: 'test' }))
      .status,
    202,
  );
  await postJson(desk.url, '/v1/decisions', smallest('label-2', 'labelled'));
  const story = await client.call('getTransaction', { params: { id: 'label-1' } });
  assert.deepEqual([story.isFraud, story.fraudType], [true, 'test']);
  const next = await client.call('getTransaction', { params: { id: 'label-2' } });
  assert.equal(next.features.find((feature) => feature.name === 'account_known_frauds_30d')?.value, 1);
  if (body.outcome !== 'approve') {
    const { items } = await client.call('listFlaggedTransactions', { query: { accountId: 'labelled' } });
    assert.equal(items.find((alert) => alert.transactionId === 'label-1')?.isFraud, true);
  }
});

test('lists have filters and cursors', async () => {
  for (let i = 0; i < 7; i++) await postJson(desk.url, '/v1/decisions', smallest(`page-${i}`, 'pager'));
  const seen: string[] = [];
  let cursor: number | null = null;
  do {
    const query = { accountId: 'pager', limit: 3, ...(cursor !== null && { cursor }) };
    const page: Answer<'listTransactions'> = await client.call('listTransactions', { query });
    seen.push(...page.items.map((row) => row.id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  assert.deepEqual(seen, ['page-6', 'page-5', 'page-4', 'page-3', 'page-2', 'page-1', 'page-0']);
  for (const query of ['limit=0', 'limit=x', 'outcome=maybe', 'from=yesterday', 'nonsense=1']) {
    assert.equal((await fetch(`${desk.url}/v1/transactions?${query}`)).status, 400, query);
  }
});

test('A2 foreign hosts and pages are refused, over HTTP and WebSocket', async () => {
  const { port } = new URL(desk.url);
  const raw = (headers: string): Promise<string> =>
    new Promise((done) => {
      const socket = connect(Number(port), '127.0.0.1', () =>
        socket.write(`GET /healthz HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`),
      );
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on('close', () => done(text.slice(0, 12)));
    });
  assert.equal(await raw('Host: evil.example\r\n'), 'HTTP/1.1 403');
  assert.equal(await raw(`Host: 127.0.0.1:${port}\r\nOrigin: http://evil.example\r\n`), 'HTTP/1.1 403');
  assert.equal(await raw(`Host: 127.0.0.1:${port}\r\nOrigin: http://127.0.0.1:1\r\n`), 'HTTP/1.1 403');
  assert.equal(await raw(`Host: 127.0.0.1:${port}\r\nOrigin: ${desk.url}\r\n`), 'HTTP/1.1 200');
  const refused = new WebSocket(`${desk.url.replace('http', 'ws')}/v1/feed`, {
    origin: 'http://evil.example',
  });
  await new Promise<void>((done) => refused.on('error', () => done()));
});

test('the feed says hello, gives a snapshot, then differences', async () => {
  const socket = new WebSocket(`${desk.url.replace('http', 'ws')}/v1/feed`);
  const messages: ServerMessage[] = [];
  const waitFor = (fits: (message: ServerMessage) => boolean): Promise<ServerMessage> =>
    new Promise((done) => {
      const look = (): void => {
        const found = messages.find(fits);
        if (found) done(found);
        else setTimeout(look, 10);
      };
      look();
    });
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  await waitFor((message) => message.type === 'snapshot');
  assert.equal(messages[0].type, 'hello');
  await postJson(desk.url, '/v1/decisions', smallest('feed-1'));
  await waitFor(
    (message) => message.type === 'diff' && (message.rows ?? []).some((row) => row.id === 'feed-1'),
  );
  await waitFor((message) => message.type === 'diff' && message.pipeline !== undefined);
  socket.close();
});

test('whatever is posted, the API answers with a document and lives on', async () => {
  const document = await getJson(desk.url, '/openapi.json');
  assert.equal(document.openapi, '3.1.0');
  const paths = documentRoutes(document).map(({ path, method }) => ({ path, method: method.toUpperCase() }));
  assert.ok(paths.length >= 12);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...paths.filter(({ path }) => path !== '/v1/feed')),
      fc.oneof(
        fc.json(),
        fc.string(),
        fc
          .record({
            id: fc.string(),
            accountId: fc.anything(),
            amountMinor: fc.oneof(fc.double(), fc.string()),
            type: fc.string(),
          })
          .map((o) => JSON.stringify(o)),
      ),
      fc.string({ maxLength: 40 }),
      async ({ path, method }, body, text) => {
        const filled = path.replace(/\{[^}]+\}/g, encodeURIComponent(text || 'x'));
        const answer = await fetch(
          `${desk.url}${filled}${method === 'GET' ? `?q=${encodeURIComponent(text)}` : ''}`,
          {
            method,
            ...(method === 'POST' && { body, headers: { 'content-type': 'application/json' } }),
          },
        );
        const answered = await answer.text();
        assert.ok(answer.status < 500, `${method} ${filled}: ${answer.status} ${answered.slice(0, 200)}`);
        // Prometheus wants plain text, and rates are a file; all else is a document.
        const texts: Record<string, string> = { '/metrics': '# HELP', '/v1/exchange-rates.csv': 'Date' };
        const expected = (answer.ok ? texts[path] : undefined) ?? '{';
        assert.ok(answered.startsWith(expected), answered.slice(0, 100));
      },
    ),
    { numRuns: 400 },
  );
  assert.equal((await fetch(`${desk.url}/readyz`)).status, 200);
});

test('A4 a second desk on the same folder, or on a taken port, says what to do', () => {
  const main = resolve(import.meta.dirname, '../src/cli/main.ts');
  const run = (args: readonly string[]) =>
    spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', timeout: 60_000 });
  const twice = run(['serve', '--port', '0', '--data-dir', join(folder.path, 'var')]);
  assert.equal(twice.status, 2);
  assert.match(twice.stderr, /in use by process \d+\. Stop that one/);
  const sql = run(['sql', '--data-dir', join(folder.path, 'var'), 'SELECT COUNT(*) FROM transactions']);
  assert.match(sql.stdout, /^count\n\d+\n$/);
  const wrong = run(['sql', '--data-dir', join(folder.path, 'var'), 'SELEKT']);
  assert.match(wrong.stderr, /syntax error/);
});
