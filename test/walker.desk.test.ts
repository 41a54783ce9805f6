// Walks every operation of the API and puts what is hostile into each text, number and body: nothing of it is an error of the
// desk's. What is walked comes from the desk's own description, so a new route is walked without a word here.
import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { documentOf, type Parameter } from './api-document.ts';
import { type DeskProcess, makeFolder, smallest, startDesk } from './desk-process.ts';
import {
  bounds,
  example,
  HEADER_VALUES,
  HEADERS,
  HIDDEN,
  HOSTILE,
  HOSTILE_IN_URL,
  hostileBodies,
  RAW_TYPES,
  resolved,
  type Schema,
} from './hostile.ts';
import { type Caller, cookieOf, firstAdministrator, invite } from './people.ts';

type Operation = {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | undefined;
};
type Call = {
  readonly what: string;
  readonly method: string;
  readonly path: string;
  readonly body?: Buffer;
  readonly type?: string;
  readonly encoding?: string;
  readonly headers?: Readonly<Record<string, string>>;
};
type Answer = { readonly status: number; readonly type: string; readonly text: string };

const AT_ONCE = 6;

const folder = makeFolder();
let desk: DeskProcess;
let operations: Operation[];
/** Things that are there, by the path that names them. */
const there = new Map<string, unknown>();
let cookie = '';
const agents = new Map<number, Agent>();

/** Addresses of this machine, one after the other: what is bounded by address is walked as well. */
const FIRST_ADDRESS = 1;
let address = FIRST_ADDRESS;

function send(call: Call, from: number): Promise<Answer> {
  const agent = agents.get(from) ?? new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  agents.set(from, agent);
  const { hostname, port } = new URL(desk.url);
  return new Promise((done, failed) => {
    const sent = request(
      {
        agent,
        hostname,
        port,
        ...(from > FIRST_ADDRESS && { localAddress: `127.0.${from >> 8}.${from & 255}` }),
        method: call.method,
        path: call.path,
        headers: {
          ...(!call.path.startsWith('/v1/sign-out') && { cookie }),
          origin: desk.url,
          ...(call.body && {
            'content-type': call.type ?? 'application/json',
            'content-length': call.body.length,
          }),
          ...(call.encoding && { 'content-encoding': call.encoding }),
          ...call.headers,
        },
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', failed);
        response.on('end', () =>
          done({
            status: response.statusCode ?? 0,
            type: response.headers['content-type'] ?? '',
            text: Buffer.concat(parts).toString(),
          }),
        );
      },
    );
    sent.on('error', (error: NodeJS.ErrnoException) => {
      // The desk closed a connection after its last answer.
      if (sent.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(error.code ?? ''))
        send(call, from).then(done, failed);
      else failed(error);
    });
    sent.end(call.body);
  });
}

async function ask(call: Call): Promise<Answer> {
  for (let tries = 0; ; tries++) {
    const from = address;
    const answer = await send(call, from);
    // Not every system lets a program speak from all of 127.0.0.0/8.
    if (answer.status !== 429 || tries === 3 || process.platform !== 'linux') return answer;
    if (address === from) address++;
  }
}

/** What is wrong with an answer, or undefined. */
function wrong({ status, type, text }: Answer): string | undefined {
  if (status >= 500) return `${status} ${text.slice(0, 200)}`;
  if (status < 400) return undefined;
  if (!type.startsWith('application/problem+json')) return `${status} is ${type}: ${text.slice(0, 100)}`;
  const problem: Record<string, unknown> = JSON.parse(text);
  const whole =
    problem.status === status && typeof problem.title === 'string' && typeof problem.detail === 'string';
  return whole && text.length < 20_000 ? undefined : `no problem document: ${text.slice(0, 200)}`;
}

const nameOf = ({ method, path }: Operation): string => `${method} ${path}`;
const givenOf = (operation: Operation, { name, schema }: Parameter): string =>
  encodeURIComponent(
    String(
      there.get(`${operation.path} ${name}`) ??
        there.get(`${firstRoom(operation.path)} ${name}`) ??
        example(schema),
    ),
  );
const firstRoom = (path: string): string => path.split('/').slice(0, 3).join('/');

function pathOf(operation: Operation, changed?: Parameter, to = ''): string {
  let path = operation.path;
  const query: string[] = [];
  for (const parameter of operation.parameters) {
    const value = parameter === changed ? to : givenOf(operation, parameter);
    if (parameter.in === 'path') path = path.replace(`{${parameter.name}}`, () => value);
    else if (parameter.required || parameter === changed) query.push(`${parameter.name}=${value}`);
  }
  return query.length > 0 ? `${path}?${query.join('&')}` : path;
}

/** Every hostile call of an operation. */
function callsOf(operation: Operation): Call[] {
  const { method, parameters, body } = operation;
  const calls: Call[] = [];
  const valid = body && (there.get(nameOf(operation)) ?? example(body));
  const add = (call: Omit<Call, 'method'>): void => {
    calls.push({ method, ...call });
  };
  const withBody = body ? { body: Buffer.from(JSON.stringify(valid)) } : {};
  for (const parameter of parameters) {
    const own = bounds(parameter.schema).map(
      ([name, value]) => [name, encodeURIComponent(String(value))] as const,
    );
    for (const [name, text] of [...HOSTILE_IN_URL, ...own]) {
      const what = `${nameOf(operation)} ${parameter.in} ${parameter.name}: ${name}`;
      add({ what, path: pathOf(operation, parameter, text), ...withBody });
    }
    if (parameter.in === 'query') {
      const twice = `${pathOf(operation, parameter, 'a')}&${parameter.name}=a`;
      add({ what: `${nameOf(operation)} query ${parameter.name}: twice`, path: twice, ...withBody });
    }
  }
  const path = pathOf(operation);
  const more = path.includes('?') ? '&' : '?';
  add({
    what: `${nameOf(operation)} query: unknown`,
    path: `${path}${more}__proto__=1&nothing=%00`,
    ...withBody,
  });
  if (body) {
    for (const hostile of hostileBodies(body, valid)) {
      add({ what: `${nameOf(operation)} body ${hostile.what}`, path, body: hostile.body });
    }
  } else if (method !== 'GET') {
    for (const [name, piece] of HOSTILE) {
      for (const type of RAW_TYPES) {
        add({ what: `${nameOf(operation)} ${type}: ${name}`, path, body: piece, type });
      }
    }
  }
  for (const odd of ['PATCH', 'OPTIONS', 'PROPFIND']) {
    calls.push({ what: `${odd} ${operation.path}`, method: odd, path, ...withBody });
  }
  if (['/v1/me', '/v1/queue', '/v1/decisions', '/v1/queue/{id}/attachments'].includes(operation.path)) {
    for (const name of HEADERS) {
      for (const value of HEADER_VALUES) {
        add({
          what: `${nameOf(operation)} header ${name}: ${value.slice(0, 40)}`,
          path,
          ...withBody,
          headers: { [name]: value },
        });
      }
    }
  }
  if (method !== 'GET') {
    const some = Buffer.from(JSON.stringify(valid ?? {}));
    add({ what: `${nameOf(operation)}: gzip`, path, body: gzipSync(some), encoding: 'gzip' });
    for (const type of [
      'multipart/form-data; boundary=x',
      'application/json; charset=utf-16',
      'text/plain',
      ';',
    ]) {
      add({ what: `${nameOf(operation)}: ${type}`, path, body: some, type });
    }
  }
  return calls;
}

async function describedOperations(): Promise<Operation[]> {
  const document = await documentOf(desk);
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      parameters: operation.parameters ?? [],
      body: resolved(operation.requestBody?.content['application/json']?.schema, document.components),
    })),
  );
  return [...described, ...HIDDEN.map((path) => ({ method: 'GET', path, parameters: [], body: undefined }))];
}

/** Something of every kind, so that what is asked for is there and the question goes on to the database. */
async function furnish(ada: Caller): Promise<void> {
  const { client } = ada;
  await client.call('putEntries', {
    params: { name: 'blocked-accounts' },
    body: { entries: [{ value: 'walked' }] },
  });
  await client.call('decide', { body: smallest('walked-1', 'walked') });
  const [alert] = (await client.call('listAlerts')).items;
  assert.ok(alert, 'a flagged account has an alert');
  await client.call('addNoteToAlert', { params: { id: alert.id }, body: { text: 'a note' } });
  const { id: caseId } = await client.call('openCase', { body: { title: 'a case', alerts: [alert.id] } });
  await client.call('addTaskToCase', { params: { id: caseId }, body: { text: 'a task' } });
  const rule = { id: 'walked', expression: 'score > 2.0', action: 'tag', text: 'never' } as const;
  await client.call('fileRule', { body: rule });
  const { id: keyId } = await client.call('makeKey', { body: { name: 'a key', permissions: ['read'] } });
  await client.call('saveView', { body: { name: 'walked', path: '/alerts' } });
  await invite(desk, ada, 'walked@bank.example', ['viewer']);
  const { models } = await client.call('listModels');
  for (const [name, value] of Object.entries({
    '/v1/queue id': alert.id,
    '/v1/queue attachment': 1,
    '/v1/cases id': caseId,
    '/v1/cases task': 1,
    '/v1/cases alert': alert.id,
    '/v1/rules id': 'walked',
    '/v1/catalogue name': 'amount',
    '/v1/catalogue version': 0,
    '/v1/rules version': 1,
    '/v1/keys id': keyId,
    '/v1/people id': 'walked@bank.example',
    '/v1/transactions id': 'walked-1',
    '/v1/accounts id': 'walked',
    '/v1/lists name': 'blocked-accounts',
    '/v1/sanctions name': 'walked',
    '/v1/models version': models[0].version,
    'POST /v1/queue/actions': {
      action: 'claim',
      alerts: [{ id: alert.id, version: alert.version, transactions: alert.transactions }],
    },
    'POST /v1/cases/{id}/actions': { version: 1, action: 'edit', title: 'a case', narrative: 'a story' },
    'POST /v1/channels': { kind: 'webhook', target: 'http://127.0.0.1:9/', events: ['alert.opened'] },
    'POST /v1/rules': rule,
    'POST /v1/decisions': smallest('walked-2', 'walked'),
    'POST /v1/labels': { transactionId: 'walked-1', fraud: true },
    'POST /v1/models/rollback': { who: 'walked' },
  })) {
    there.set(name, value);
  }
}

before(async () => {
  desk = await startDesk(folder.path, ['--no-simulator', '--allow-webhook-targets', '127.0.0.1']);
  const ada = await firstAdministrator(desk);
  await furnish(ada);
  const { body, headers } = await ada('POST', '/v1/sign-in', {
    id: 'ada@bank.example',
    password: 'correct horse battery',
  });
  assert.equal(body.name, 'Ada');
  cookie = cookieOf(headers);
  operations = await describedOperations();
});
after(async () => {
  for (const agent of agents.values()) agent.destroy();
  await desk.stop();
  folder.remove();
});

test('A9 nothing that a request holds is an error of the desk, in any place of any operation', async () => {
  // What is removed is wanted by others before.
  const last = ({ method }: Operation): number => Number(method === 'DELETE');
  const calls = [...operations].sort((a, b) => last(a) - last(b)).flatMap(callsOf);
  const faults: string[] = [];
  const counts = new Map<number, number>();
  let next = 0;
  const walk = async (): Promise<void> => {
    for (let call = calls[next++]; call; call = calls[next++]) {
      const answer = await ask(call).catch((error: Error) => ({
        status: 599,
        type: '',
        text: error.message,
      }));
      counts.set(answer.status, (counts.get(answer.status) ?? 0) + 1);
      const fault = wrong(answer);
      if (fault !== undefined) faults.push(`${call.what} → ${fault}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, walk));
  const seen = [...counts].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
  assert.equal(
    faults.length,
    0,
    `${faults.length} of ${calls.length} (${seen.join(', ')}):\n${faults.slice(0, 60).join('\n')}`,
  );
  assert.ok(calls.length > 5000 && (counts.get(200) ?? 0) > 100, seen.join(', '));
  assert.ok((counts.get(401) ?? 0) < 100, `the session went on: ${seen.join(', ')}`);
  assert.doesNotMatch(desk.output(), /"level":[56]0/, 'the log has no error');
  assert.doesNotMatch(desk.output(), /refused by the database/, 'every schema sees what the database would');
});

test('A9 a request that its sender ends, and what is no request, are no errors of the desk', async () => {
  const { hostname, port, host } = new URL(desk.url);
  const before = desk.output().length;
  const headers = `host: ${host}\r\norigin: ${desk.url}\r\ncookie: ${cookie}\r\n`;
  const body = 'content-type: application/json\r\ncontent-length: 1000\r\n\r\n';
  const starts = [
    `POST /v1/transactions HTTP/1.1\r\n${headers}content-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"id"\r\n`,
    `POST /v1/transactions HTTP/1.1\r\n${headers}${body}[{"id":`,
    `POST /v1/decisions HTTP/1.1\r\n${headers}${body}{"id":`,
    `POST /v1/lists/blocked-accounts/import HTTP/1.1\r\n${headers}${body}a1,,\n`,
    `PUT /v1/sanctions/walked HTTP/1.1\r\n${headers}${body}uid,name\n`,
    `POST /v1/models HTTP/1.1\r\n${headers}${body}{`,
    `POST /v1/queue/1/attachments?name=a HTTP/1.1\r\n${headers}${body}x`,
    `GET /v1/transactions HTTP/1.1\r\n${headers}\r\n`,
    `GET /metrics HTTP/1.1\r\n${headers}\r\n`,
    'GET / HTTP/1.1\r\n',
  ];
  const end = (start: string): Promise<void> =>
    new Promise((done) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(start, () => setTimeout(() => socket.resetAndDestroy(), 20));
      });
      socket.on('close', () => done());
      socket.on('error', () => undefined);
    });
  for (let round = 0; round < 10; round++) await Promise.all(starts.map(end));
  const said = await new Promise<string>((done) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.write('hello\r\n\r\n'));
    socket.on('data', (part) => {
      text += part;
    });
    socket.on('close', () => done(text));
  });
  assert.match(said, /^HTTP\/1\.1 400 Bad Request\r\n.*application\/problem\+json.*"status":400/s);
  assert.equal((await ask({ what: '', method: 'GET', path: '/v1/me' })).status, 200);
  assert.equal(desk.output().slice(before), '', 'the log is silent');
});
