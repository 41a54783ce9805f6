// Whom a masked sight lets see: a canary in every field that names somebody, and every route, as every role and with keys of every
// single permission, and every frame of the feed searched for any part of one.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import WebSocket from 'ws';
import { csv } from '../dashboard/src/transactions/csv.ts';
import { KEY_PERMISSIONS, PERMISSIONS_OF, type Permission, ROLES } from '../src/domain/access.ts';
import type { ServerMessage } from '../src/protocol/feed.ts';
import type { TransactionRow } from '../src/protocol/transactions.ts';
import { documentOf } from './api-document.ts';
import { type DeskProcess, makeFolder, smallest, startDesk } from './desk-process.ts';
import { CALLS, type Call } from './masking/calls.ts';
import { CANARY, type CanaryName, canariesIn } from './masking/canaries.ts';
import { LIST, type Planted, plant, plantedTransaction } from './masking/planted.ts';
import { caller, clientOf, firstCookie, inviteCookie } from './people.ts';

type Actor = {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly permissions: ReadonlySet<Permission>;
};

const folder = makeFolder();
let desk: DeskProcess;
let planted: Planted;
let administrator: Actor;
const actors: Actor[] = [];
const masked = (): Actor[] => actors.filter(({ permissions }) => !permissions.has('read_identifiers'));

async function keyed(name: string, permissions: readonly (typeof KEY_PERMISSIONS)[number][]): Promise<Actor> {
  const client = clientOf(desk, administrator.headers);
  const { key } = await client.call('makeKey', { body: { name, permissions: [...permissions] } });
  const headers = { authorization: `Bearer ${key}` };
  return { name: `key ${name}`, headers, permissions: new Set(permissions) };
}

before(async () => {
  desk = await startDesk(folder.path, ['--no-simulator']);
  const { version } = await clientOf(desk).call('getCurrentModel');
  planted = await plant(desk.url, version);
  administrator = {
    name: 'administrator',
    headers: { cookie: await firstCookie(desk) },
    permissions: new Set(PERMISSIONS_OF.administrator),
  };
  const ada = caller(desk, administrator.headers);
  for (const role of ROLES.filter((one) => one !== 'administrator')) {
    const id = `${role}@bank.example`;
    // Who is a viewer now saw more before, and saved it.
    const cookie = await inviteCookie(desk, ada, id, [role === 'viewer' ? 'analyst' : role]);
    if (role === 'viewer') {
      const path = `/transactions?account=${CANARY.viewPath}`;
      assert.equal(
        (await caller(desk, { cookie })('PUT', '/v1/views', { name: 'before', path })).status,
        200,
      );
      await ada('PUT', `/v1/people/${id}/roles`, { roles: ['viewer'] });
    }
    actors.push({ name: role, headers: { cookie }, permissions: new Set(PERMISSIONS_OF[role]) });
  }
  // One by one, and all together: a permission more shows nothing less.
  for (const permission of KEY_PERMISSIONS) actors.push(await keyed(permission, [permission]));
  actors.push(
    await keyed(
      'all but identifiers',
      KEY_PERMISSIONS.filter((one) => one !== 'read_identifiers'),
    ),
  );
});
after(async () => {
  await desk?.stop();
  folder.remove();
});

async function ask(method: string, { path, body, type }: Call, { headers }: Actor) {
  const answer = await fetch(desk.url + path, {
    method,
    headers: {
      ...headers,
      ...(method !== 'GET' && { origin: desk.url }),
      ...(body !== undefined && { 'content-type': type ?? 'application/json' }),
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const said = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
  return { status: answer.status, text: `${decodeURIComponent(said)}\n${await answer.text()}` };
}

/** What may be said to whom cannot see identifiers: a decision is told, with its rules, to whoever sent the transaction. */
const TOLD: Readonly<Record<string, readonly CanaryName[]>> = { 'POST /v1/decisions': ['ruleText'] };
/** Megabytes of random letters, for those who move models; nothing of a transaction is in it. */
const RANDOM = 'GET /v1/models/{version}/artefact';

test('O4 every route, as every role and with every key: nothing that names somebody to whom may not see it', async () => {
  const documented = Object.entries((await documentOf(desk)).paths)
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
    .filter((route) => !route.startsWith('HEAD'));
  assert.ok(documented.length > 70, `${documented.length} routes`);
  const unknown = documented.filter((route) => !Object.hasOwn(CALLS, route));
  assert.deepEqual(unknown, [], 'say in test/masking/calls.ts how these are called');
  const gone = Object.keys(CALLS).filter((route) => !documented.includes(route));
  assert.deepEqual(gone, [], 'test/masking/calls.ts calls what is not there any more');

  const whole = caller(desk, administrator.headers);
  const shown = new Set<CanaryName>();
  const hits: string[] = [];
  // Whoever may do most comes last: what they do changes what the others see.
  for (const actor of [...masked(), administrator]) {
    for (const [route, callsOf] of Object.entries(CALLS)) {
      const [method] = route.split(' ');
      for (const call of await callsOf(planted, whole)) {
        const { status, text } = await ask(method, call, actor);
        assert.ok(status < 500, `${actor.name}: ${method} ${call.path}: ${status} ${text.slice(0, 500)}`);
        if (actor === administrator) {
          const wanted = call.status ?? [200, 201, 202];
          assert.ok(wanted.includes(status), `${method} ${call.path}: ${status} ${text.slice(0, 1000)}`);
          for (const name of canariesIn(text)) shown.add(name);
        } else if (route !== RANDOM) {
          const found = canariesIn(text).filter((name) => !TOLD[route]?.includes(name));
          if (found.length > 0)
            hits.push(`${actor.name}: ${method} ${call.path} (${status}): ${found.join(', ')}`);
        }
      }
    }
  }
  assert.deepEqual(hits, [], `${hits.length} answers`);
  // Whoever may see it finds each of them: they are all there to be found.
  const links = await ask('GET', { path: `/v1/accounts/${CANARY.account}/links` }, administrator);
  for (const name of canariesIn(links.text)) shown.add(name);
  const missing = (Object.keys(CANARY) as CanaryName[]).filter(
    (name) => name !== 'viewPath' && !shown.has(name),
  );
  assert.deepEqual(missing, []);
});

test('O4 every frame of the feed, and the file that is made of its rows, likewise', async () => {
  const readers = [...actors, administrator].filter(({ permissions }) => permissions.has('read'));
  assert.ok(readers.length > 7);
  const heard = await Promise.all(
    readers.map(async ({ headers }) => {
      const socket = new WebSocket(`${desk.url.replace('http', 'ws')}/v1/feed`, {
        headers: { ...headers, origin: desk.url },
      });
      const texts: string[] = [];
      socket.on('message', (data) => texts.push(String(data)));
      await new Promise((done, failed) => socket.once('open', done).once('error', failed));
      return { socket, texts };
    }),
  );
  const has = (fits: (message: ServerMessage) => boolean): boolean =>
    heard.every(({ texts }) => texts.some((text) => fits(JSON.parse(text))));
  const until = async (what: string, fits: () => boolean): Promise<void> => {
    for (let waited = 0; !fits(); waited += 50) {
      assert.ok(waited < 15_000, what);
      await new Promise((done) => setTimeout(done, 50));
    }
  };
  await until('a snapshot', () => has(({ type }) => type === 'snapshot'));
  heard[0].socket.send(JSON.stringify({ type: 'looking', alert: planted.alert }));
  const whole = caller(desk, administrator.headers);
  for (const type of ['transfer', 'purchase'] as const) {
    const sent = await whole('POST', '/v1/decisions', plantedTransaction(`live-${type}`, type));
    assert.equal(sent.status, 200);
    await whole('POST', '/v1/labels', {
      transactionId: `live-${type}`,
      fraud: true,
      fraudType: CANARY.fraudType,
    });
  }
  await until('rows, alerts, labels and figures', () =>
    ['rows', 'alerts', 'labels', 'presence', 'stats', 'pipeline', 'model'].every((part) =>
      has((message) => message.type === 'diff' && Object.hasOwn(message, part)),
    ),
  );
  const hits: string[] = [];
  readers.forEach(({ name, permissions }, i) => {
    const { socket, texts } = heard[i];
    socket.terminate();
    const rows = texts.flatMap((text): readonly TransactionRow[] => {
      const message: ServerMessage = JSON.parse(text);
      return message.type === 'hello' ? [] : (message.rows ?? []);
    });
    const found = canariesIn([...texts, csv(rows)].join('\n'));
    if (permissions.has('read_identifiers')) assert.ok(found.includes('account'), name);
    else if (found.length > 0) hits.push(`${name}: ${found.join(', ')}`);
  });
  assert.deepEqual(hits, [], `${hits.length} feeds`);
});

test('O4 a token is the same for the same identifier, after a restart too, and tells nothing of it', async () => {
  const viewer = actors.find(({ name }) => name === 'viewer');
  assert.ok(viewer);
  const story = async (id: string) =>
    (await clientOf(desk, viewer.headers).call('getTransaction', { params: { id } })).transaction;
  const whole = caller(desk, administrator.headers);
  // The same text as an account and as a payee: that these are one is not told.
  await whole('POST', '/v1/decisions', {
    ...smallest('self-1', 'somebody-0001'),
    type: 'transfer',
    counterpartyId: 'somebody-0001',
  });
  await whole('POST', '/v1/decisions', smallest('self-2', 'somebody-0001'));
  const [first, second] = [await story('self-1'), await story('self-2')];
  assert.match(String(first.accountId), /^••••[0-9a-z]{7}$/);
  assert.equal(first.accountId, second.accountId);
  assert.notEqual(first.accountId, first.counterpartyId);
  const purchase = await story('planted-purchase');
  assert.deepEqual(purchase.merchant, { id: 'corner-shop', name: 'Corner Shop', mcc: '5411' });
  assert.deepEqual(purchase.location, { lat: 48, lon: 12 });
  assert.equal(purchase.country, 'DE');
  await desk.stop();
  desk = await startDesk(folder.path, ['--no-simulator']);
  assert.equal((await story('self-1')).accountId, first.accountId);
});

/** What somebody may try to find out. */
const ASKED = (
  [
    'account',
    'device',
    'ip',
    'payee',
    'payeeName',
    'city',
    'merchantOfTransfer',
    'listValue',
    'note',
    'ruleText',
  ] as const
).map((name) => CANARY[name]);
/** A guess that looks like the right one. */
const wrongly = (right: string): string =>
  right.slice(0, -1) + (right.endsWith('1') ? '2' : /\d$/.test(right) ? '1' : 'a');

test('O14 nothing can be asked by what is hidden: a right guess is answered as a wrong one is', async () => {
  const routes = Object.entries((await documentOf(desk)).paths);
  const reader = await keyed('reader', ['read', 'read_audit', 'edit_rules', 'work_alerts']);
  let asked = 0;
  for (const [path, { get }] of routes) {
    // The way in knows links and nothing else, and counts who tries.
    if (path === '/v1/welcome') continue;
    const [call] = (await CALLS[`GET ${path}`]?.(planted, caller(desk, administrator.headers))) ?? [];
    if (!call) continue;
    const texts = (get?.parameters ?? []).filter(
      (parameter) => parameter.in === 'query' && parameter.schema.type === 'string',
    );
    for (const { name } of texts) {
      for (const [right, wrong] of ASKED.flatMap((text) =>
        [text, text.slice(0, 3), `links of account ${text}`].map((right) => [right, wrongly(right)]),
      )) {
        const answers = [];
        for (const value of [right, wrong]) {
          const [at] = call.path.split('?');
          const { status, text } = await ask(
            'GET',
            { path: `${at}?${name}=${encodeURIComponent(value)}` },
            reader,
          );
          // How many lines the trail has is no answer, and may be the very digits that were asked for.
          const body = text.slice(text.indexOf('\n{')).replace(/"seq":\d+/, '');
          answers.push({ status, body: body.replaceAll(value, '') });
          asked++;
        }
        assert.deepEqual(answers[0], answers[1], `GET ${path}, ${name} ${right}`);
      }
    }
  }
  assert.ok(asked > 300, `${asked} questions`);
  // In words, and by name.
  const refused = [
    `/v1/transactions?accountId=${CANARY.account}`,
    `/v1/transactions?merchantId=${CANARY.merchantOfTransfer}`,
    `/v1/events?accountId=${CANARY.account}`,
    `/v1/alerts?accountId=${CANARY.account}`,
    `/v1/queue?accountId=${CANARY.account}`,
    `/v1/queue?search=${CANARY.account.slice(0, 2)}`,
    `/v1/audit?subject=${encodeURIComponent(`links of account ${CANARY.account}`)}`,
    `/v1/accounts/${CANARY.account}/links`,
    `/v1/lists/${LIST}/entries?search=a`,
  ];
  for (const path of refused) {
    const { status, text } = await ask('GET', { path }, reader);
    assert.equal(status, 403, path);
    assert.match(text, /read_identifiers/);
  }
});

test('O14 nor by an address that is saved, nor by a rule that is tried on the past', async () => {
  const author = await keyed('author', ['read', 'edit_rules']);
  const view = { name: 'mine', path: `/transactions?account=${CANARY.account}` };
  assert.equal((await ask('PUT', { path: '/v1/views', body: view }, author)).status, 403);
  for (const expression of [
    `transaction.accountId.startsWith("${CANARY.account.slice(0, 1)}")`,
    `transaction.merchant.name.contains("a")`,
    `transaction["deviceId"] != ""`,
    `[transaction].exists(t, t.ip == "${CANARY.ip}")`,
    `inList("${LIST}", "${CANARY.listValue}")`,
    `transaction.amount > 1.0 && sanctionMatch(transaction.counterpartyName) > 0.9`,
  ]) {
    for (const [path, body] of [
      ['/v1/rules/backtest', { expression, maxRows: 100 }],
      ['/v1/rules', { id: 'guess', expression, action: 'tag', text: 'a guess' }],
    ] as const) {
      const { status, text } = await ask('POST', { path, body }, author);
      // What is no rule at all is told so.
      assert.ok(status === 403 || status === 422, `${path} ${expression}: ${status} ${text}`);
    }
  }
  const plain =
    'transaction.amount > 10.0 && transaction.country == "DE" && transaction.merchant.mcc == "5411"';
  const filed = { id: 'plain', expression: plain, action: 'tag', text: 'plain' };
  assert.equal((await ask('POST', { path: '/v1/rules', body: filed }, author)).status, 201);
});

test('O7 whoever may see less, or more, is sent off an open feed within five seconds', async () => {
  const ada = caller(desk, administrator.headers);
  const headers = { cookie: await inviteCookie(desk, ada, 'moved@bank.example', ['analyst']) };
  const join = async () => {
    const socket = new WebSocket(`${desk.url.replace('http', 'ws')}/v1/feed`, {
      headers: { ...headers, origin: desk.url },
    });
    const texts: string[] = [];
    socket.on('message', (data) => texts.push(String(data)));
    const closed = new Promise<number>((done) => socket.once('close', done));
    setTimeout(() => socket.terminate(), 10_000).unref();
    while (!texts.some((text) => text.includes('"snapshot"')))
      await new Promise((done) => setTimeout(done, 20));
    return { texts, closed };
  };
  for (const [roles, seesAfter] of [
    [['viewer'], false],
    [['viewer', 'auditor'], true],
  ] as const) {
    const { closed } = await join();
    const from = performance.now();
    assert.equal((await ada('PUT', '/v1/people/moved@bank.example/roles', { roles })).status, 200);
    assert.equal(await closed, 4401);
    assert.ok(performance.now() - from < 5000, `${performance.now() - from} ms`);
    // Whoever comes back is who they are now.
    const again = await join();
    assert.equal(canariesIn(again.texts.join('\n')).includes('account'), seesAfter, roles.join());
  }
});
