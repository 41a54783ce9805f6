// Which addresses webhooks may go to, however they are written and whatever a name resolves to.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { sendWebhook } from './send-webhook.ts';
import { isPublic, type Targets, webhookTargets } from './webhook-targets.ts';

const usual = webhookTargets(undefined);

test('N2 only addresses of the public internet are taken, and https', () => {
  for (const target of [
    'http://example.com/hook',
    'ftp://example.com',
    'file:///etc/passwd',
    'https://user:secret@example.com',
    'nonsense',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://0/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0177.0.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://10.1.2.3/',
    'https://172.31.255.255/',
    'https://192.168.0.1/',
    'https://100.64.0.1/',
    'https://198.18.0.1/',
    'https://224.0.0.1/',
    'https://255.255.255.255/',
    'https://[::1]/',
    'https://[::]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:a9fe:a9fe]/',
    'https://[::127.0.0.1]/',
    'https://[fe80::1]/',
    'https://[fc00::1]/',
    'https://[fec0::1]/',
    'https://[ff02::1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://[2001:0:1::1]/',
    'https://[2001:db8::1]/',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://desk.localhost/',
    'https://１２７.０.０.１/',
  ]) {
    assert.notEqual(usual.problem(target), undefined, target);
  }
  for (const target of [
    'https://example.com/hook',
    'https://93.184.215.14/',
    'https://[2606:4700::1111]:8443/x',
    'https://[64:ff9b::5db8:d70e]/',
  ]) {
    assert.equal(usual.problem(target), undefined, target);
  }
  assert.equal(isPublic('no address'), false);
});

test('N2 what the operator allows is allowed, and no more', () => {
  const some = webhookTargets('127.0.0.1, 10.2.0.0/16,hooks.bank.internal');
  for (const target of ['http://127.0.0.1:9000/', 'https://10.2.3.4/', 'http://HOOKS.bank.internal./x']) {
    assert.equal(some.problem(target), undefined, target);
  }
  for (const target of [
    'http://127.0.0.2/',
    'https://10.3.0.1/',
    'http://example.com/',
    'https://localhost/',
  ]) {
    assert.notEqual(some.problem(target), undefined, target);
  }
  assert.throws(() => webhookTargets('http://10.0.0.1/'), /no host name, address or range/);
});

test('N2 the address that is connected to is the one that is looked at, and what is there is not told', async () => {
  let calls = 0;
  const receiver = createServer((request, response) => {
    calls++;
    request.resume();
    response
      .writeHead(request.url === '/moved' ? 302 : 500, { location: 'http://127.0.0.1/' })
      .end('secrets');
  });
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
  const { port } = receiver.address() as AddressInfo;
  const send = async (targets: Targets, target: string): Promise<string> => {
    const sent = sendWebhook(targets, target, {}, '{}', new AbortController().signal);
    return sent.then(
      () => 'arrived',
      (error: Error) => error.message,
    );
  };
  try {
    // A name that was harmless when it was added, and means this machine when it is used.
    const rebound: Targets = { problem: () => undefined, lookup: usual.lookup };
    assert.match(await send(rebound, `http://localhost:${port}/`), /^refused/);
    assert.match(await send(rebound, `https://localhost:${port}/`), /^refused/);
    assert.match(await send(usual, `http://127.0.0.1:${port}/`), /^refused/);
    assert.equal(calls, 0);
    const allowed = webhookTargets('127.0.0.1,::1,localhost');
    assert.equal(await send(allowed, `http://127.0.0.1:${port}/`), 'status 500');
    assert.equal(await send(allowed, `http://localhost:${port}/moved`), 'status 302', 'and is not followed');
    assert.equal(calls, 2);
    assert.equal(await send(allowed, `https://127.0.0.1:${port}/`), 'unreachable', 'another protocol');
  } finally {
    receiver.close();
    receiver.closeAllConnections();
  }
  assert.equal(
    await send(webhookTargets('127.0.0.1'), `http://127.0.0.1:${port}/`),
    'unreachable',
    'a shut port',
  );
});
