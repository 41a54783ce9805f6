// Telling others: signed webhooks that are tried again, e-mail by a real SMTP server, over a restart.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, createServer as createNetServer } from 'node:net';
import { after, before, test } from 'node:test';
import { SMTPServer } from 'smtp-server';
import { type DeskProcess, makeFolder, postJson, smallest, startDesk } from './desk-process.ts';
import { type Caller, caller, clientOf, cookieOf, firstAdministrator, PASSWORD } from './people.ts';

/** The receiver is on this machine, which the operator has to allow. */
const ARGUMENTS = ['--no-simulator', '--allow-webhook-targets', '127.0.0.1'];
const folder = makeFolder();
let desk: DeskProcess;
let ada: Caller;
const received: { headers: IncomingHttpHeaders; body: string }[] = [];
let status = 200;
const receiver = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    received.push({ headers: request.headers, body });
    response.writeHead(status).end();
  });
});
const mails: string[] = [];
const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onData(stream, _session, done) {
    let text = '';
    stream.on('data', (chunk) => {
      text += chunk;
    });
    stream.on('end', () => {
      mails.push(text);
      done();
    });
  },
});
let hook = '';

before(async () => {
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
  hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  await new Promise<void>((done) => smtp.listen(0, '127.0.0.1', () => done()));
  process.env.SMTP_URL = `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`;
  process.env.SMTP_FROM = 'desk@bank.example';
  desk = await startDesk(folder.path, ARGUMENTS);
  ada = await firstAdministrator(desk);
});
after(async () => {
  delete process.env.SMTP_URL;
  await desk.stop();
  receiver.close();
  receiver.closeAllConnections();
  await new Promise<void>((done) => smtp.close(() => done()));
  folder.remove();
});

async function until(what: string, fits: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 20_000;
  while (!(await fits())) {
    assert.ok(performance.now() < end, what);
    await new Promise((done) => setTimeout(done, 50));
  }
}

async function flag(account: string): Promise<void> {
  const { key } = await ada.client.call('makeKey', { body: { name: account, permissions: ['decide'] } });
  const service = clientOf(desk, { authorization: `Bearer ${key}` });
  for (let i = 0; i < 6; i++) {
    await service.call('decide', { body: smallest(`${account}-${i}`, account, 100) });
  }
}

test('N1 a webhook is signed, tried again until it arrives, and never lost over a restart', async () => {
  await flag('before-anybody-listens');
  const { secret } = await ada.client.call('addChannel', {
    body: { kind: 'webhook', target: hook, events: ['alert.opened', 'alert.closed'] },
  });
  assert.ok(secret);
  status = 500;
  await flag('card-told');
  await until('a first try', () => received.length > 0);
  const troubled = async () => (await ada.client.call('listChannels')).failing === 1;
  await until('the failure is shown', troubled);
  await desk.kill();
  status = 200;
  desk = await startDesk(folder.path, ARGUMENTS);
  const signedIn = await caller(desk)('POST', '/v1/sign-in', { id: 'ada@bank.example', password: PASSWORD });
  ada = caller(desk, { cookie: cookieOf(signedIn.headers) });
  await until('it arrived', async () => {
    const { deliveries } = await ada.client.call('listChannels');
    return deliveries.every(({ deliveredAt }) => deliveredAt !== null) && deliveries.length === 1;
  });
  const { headers, body } = received[received.length - 1];
  const said: { type: string; accountId: string } = JSON.parse(body);
  assert.deepEqual(
    [said.type, said.accountId],
    ['alert.opened', 'card-told'],
    'what was before nobody hears',
  );
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  assert.equal(
    headers['webhook-signature'],
    `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
  );
  assert.ok(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000) < 60);
  // The same delivery keeps its id: a receiver tells a repetition by it.
  const ids = new Set(received.map((one) => one.headers['webhook-id']));
  assert.equal(ids.size, 1);
});

test('N1 what people do is told once, to those who asked for it', async () => {
  received.length = 0;
  const [{ id, version, transactions }] = (await ada.client.call('listAlerts')).items;
  const act = (action: object) => ada('POST', '/v1/queue/actions', action);
  await act({ action: 'escalate', alerts: [{ id, version }] });
  await act({ action: 'verdict', verdict: 'fraud', alerts: [{ id, version: version + 1, transactions }] });
  await until('the verdict is told', () => received.length > 0);
  await new Promise((done) => setTimeout(done, 1500));
  assert.deepEqual(
    received.map(({ body }) => {
      const { type, subject, who, detail } = JSON.parse(body);
      return [type, subject, who, detail.verdict];
    }),
    [['alert.closed', `alert ${id}`, 'Ada', 'fraud']],
    'not the escalation, and once',
  );
});

test('N3 a receiver that is gone is told nothing more; the desk says so, and somebody can go on', async () => {
  received.length = 0;
  const made = await ada.client.call('addChannel', {
    body: { kind: 'webhook', target: hook, events: ['rule.moved'] },
  });
  const path = `/v1/channels/${made.id}`;
  const channel = async () =>
    (await ada.client.call('listChannels')).channels.find(({ id }) => id === made.id);
  status = 410;
  assert.equal((await ada('POST', `${path}/test`, {})).status, 200);
  const stopped = await channel();
  assert.deepEqual([stopped?.enabled, stopped?.stoppedBecause], [false, 'status 410']);
  const { items: trail } = await ada.client.call('listAuditLines', {
    query: { action: 'stopped a channel' },
  });
  assert.deepEqual(
    trail.map(({ who, subject }) => [who, subject]),
    [['Goshawk', `channel ${made.id}`]],
  );
  assert.equal((await ada('POST', `${path}/test`, {})).status, 409, 'a test would wait');
  await new Promise((done) => setTimeout(done, 1500));
  assert.equal(received.length, 1);
  status = 200;
  assert.equal((await ada('PUT', `${path}/enabled`, { enabled: true })).status, 200);
  await until('what waited arrived', () => received.length === 2);
  assert.equal(received[0].headers['webhook-id'], received[1].headers['webhook-id']);
  assert.equal((await channel())?.stoppedBecause, null);
  assert.equal((await ada('DELETE', path)).status, 200);
});

test('N2 e-mail goes out by SMTP; what cannot be a target is refused', async () => {
  const wrong = async (kind: string, target: string) =>
    (await ada('POST', '/v1/channels', { kind, target, events: ['alert.opened'] })).status;
  assert.equal(await wrong('webhook', 'ftp://example.com'), 400);
  assert.equal(await wrong('webhook', 'http://example.com/hook'), 400);
  assert.equal(await wrong('webhook', 'https://169.254.169.254/latest'), 400);
  assert.equal(await wrong('webhook', 'https://localhost:8000/'), 400);
  assert.equal(await wrong('webhook', 'https://user:secret@example.com'), 400);
  assert.equal(await wrong('email', 'nobody'), 400);
  assert.equal(await wrong('email', 'a@b.example, c@d.example'), 400);
  const made = await ada('POST', '/v1/channels', {
    kind: 'email',
    target: 'lead@bank.example',
    events: ['alert.opened'],
  });
  assert.equal(made.status, 201);
  assert.equal((await ada('POST', `/v1/channels/${made.body.id}/test`, {})).status, 200);
  await until('the test arrived', () => mails.length === 1);
  await flag('card-mailed');
  await until('the alert arrived', () => mails.length === 2);
  assert.match(mails[1], /^To: lead@bank\.example/m);
  assert.match(mails[1], /^Subject: Goshawk: alert\.opened/m);
  assert.equal((await ada('DELETE', `/v1/channels/${made.body.id}`)).status, 200);
});

test('N1 nobody there is told as what it is', async () => {
  const dead = createNetServer();
  await new Promise<void>((done) => dead.listen(0, '127.0.0.1', done));
  const { port } = dead.address() as AddressInfo;
  dead.close();
  const target = `http://127.0.0.1:${port}/`;
  const { id } = await ada.client.call('addChannel', {
    body: { kind: 'webhook', target, events: ['rule.moved'] },
  });
  await ada.client.call('testChannel', { params: { id } });
  const { deliveries } = await ada.client.call('listChannels');
  assert.match(deliveries[0].lastError ?? '', /^unreachable$/);
  assert.equal((await postJson(desk.url, '/v1/channels', {})).status, 401);
});
