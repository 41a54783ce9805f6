// Which proxies are believed, and what of X-Forwarded-For is kept.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Fastify from 'fastify';
import { keepAddresses, proxiesOf } from './proxies.ts';

async function seen(behind: string | undefined, headers: Record<string, string>, peer = '10.0.0.5') {
  const trusted = proxiesOf(behind);
  const app = Fastify({ trustProxy: trusted ?? false });
  app.addHook('onRequest', async (request) => keepAddresses(request.raw.headers));
  app.get('/', async ({ ip, protocol, host }) => ({ ip, protocol, host }));
  const answer = await app.inject({ method: 'GET', url: '/', headers, remoteAddress: peer });
  await app.close();
  return answer.json() as { ip: string; protocol: string; host: string };
}

const shortly = ({ ip, protocol }: { ip: string; protocol: string }): string => `${ip} ${protocol}`;

test('O12 an address is what the last proxy of one’s own saw, whatever the caller wrote before it', async () => {
  const lied = { 'x-forwarded-for': '6.6.6.6, 198.51.100.7', 'x-forwarded-proto': 'https' };
  assert.equal(shortly(await seen('1', lied)), '198.51.100.7 https');
  assert.equal(
    (await seen('2', { 'x-forwarded-for': '6.6.6.6, 198.51.100.7, 10.0.0.9' })).ip,
    '198.51.100.7',
  );
  assert.equal(shortly(await seen(undefined, lied)), '10.0.0.5 http');
  assert.equal(shortly(await seen('10.0.0.0/24,2001:db8::1', lied)), '198.51.100.7 https');
  assert.equal(shortly(await seen('10.0.0.0/24', lied, '203.0.113.9')), '203.0.113.9 http');
  assert.equal((await seen('10.0.0.0/24', lied, '::ffff:10.0.0.7')).ip, '198.51.100.7');
});

test('O12 what is no address is never taken for one', async () => {
  for (const wrong of [
    '"><script>x</script>',
    'unknown',
    '1.2.3',
    '999.1.1.1',
    '',
    'a\tb',
    '0x7f.1',
    '1.2.3.4.5',
  ]) {
    assert.equal((await seen('1', { 'x-forwarded-for': wrong })).ip, '10.0.0.5', wrong);
    assert.equal((await seen('2', { 'x-forwarded-for': `${wrong}, 10.0.0.9` })).ip, '10.0.0.9', wrong);
  }
  assert.equal((await seen('1', { 'x-forwarded-for': '198.51.100.7:4711' })).ip, '198.51.100.7');
  assert.equal((await seen('1', { 'x-forwarded-for': '[2001:db8::7]:4711' })).ip, '2001:db8::7');
  assert.equal((await seen('1', { 'x-forwarded-for': 'fe80::1%eth0' })).ip, 'fe80::1');
});

test('O12 the desk is called by what Host says, and by nothing that came from outside', async () => {
  const headers = { host: 'desk.bank.example', 'x-forwarded-host': 'evil.example' };
  assert.equal((await seen('1', headers)).host, 'desk.bank.example');
});

test('O12 what cannot be a proxy is refused at the start', () => {
  for (const wrong of ['0', '11', 'all', '10.0.0.0/33', '10.0.0.1,', 'proxy.example']) {
    assert.throws(() => proxiesOf(wrong), /behind-proxy/, wrong);
  }
});
