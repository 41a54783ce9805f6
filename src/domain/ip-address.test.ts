import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalIp, ipProblem, parseIp } from './ip-address.ts';
import { parseTransaction } from './transaction.ts';

test('T11 an address has one text, however it is written', () => {
  for (const [text, canonical] of [
    ['2001:db8:0:0:0:0:0:12b', '2001:db8::12b'],
    ['2001:DB8::12B', '2001:db8::12b'],
    ['2001:0db8::0.0.1.43', '2001:db8::12b'],
    ['::ffff:203.0.113.99', '203.0.113.99'],
    ['::FFFF:cb00:7163', '203.0.113.99'],
    ['203.0.113.99', '203.0.113.99'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['0::1', '::1'],
    ['1::', '1::'],
    ['1:0:0:0:0:0:0:0', '1::'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ])
    assert.equal(canonicalIp(text), canonical, text);
});

test('T11 what is no address is refused with why', () => {
  for (const [text, why] of [
    ['999.1.1.1', /from 0 to 255/],
    ['300.300.300.300', /from 0 to 255/],
    ['010.0.0.1', /leading zeros/],
    ['::ffff:010.0.0.1', /must be an IPv4 or IPv6/],
    [':::', /must be an IPv4/],
    ['1:2:3', /must be an IPv4/],
    ['::1::2', /must be an IPv4/],
    ['...:', /must be an IPv4/],
    ['1.2.3', /must be an IPv4/],
    ['1:2:3:4:5:6:7:8:9', /must be an IPv4/],
    ['1:2:3:4:5:6:7:8::', /must be an IPv4/],
    ['12345::', /must be an IPv4/],
    ['10.0.0.1:443', /port/],
    ['[2001:db8::1]:443', /port/],
    ['[::1]', /brackets/],
    ['fe80::1%eth0', /zone/],
    ['10.0.0.0/8', /range/],
    ['localhost', /must be an IPv4/],
  ] as const) {
    assert.equal(canonicalIp(text), undefined, text);
    assert.match(ipProblem(text), why, text);
  }
});

test('T11 every address that the platform knows is read, its text reads back as the same bytes, and nothing else is', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.stringMatching(/^[0-9a-f:.]{1,24}$/)), (text) => {
      const bytes = parseIp(text);
      assert.equal(bytes !== undefined, isIP(text) !== 0, text);
      const canonical = canonicalIp(text);
      if (!bytes || canonical === undefined) return;
      assert.deepEqual(parseIp(canonical), bytes, canonical);
      assert.equal(canonicalIp(canonical), canonical);
    }),
    { numRuns: 20_000 },
  );
});

test('T11 a transaction holds the one form, so that histories, rules and lists see one address', () => {
  const parse = (more: Record<string, unknown>) =>
    parseTransaction(
      {
        id: 'a',
        accountId: 'b',
        occurredAt: '2026-11-01T10:00:00Z',
        amountMinor: 1,
        currency: 'EUR',
        type: 'purchase',
        ...more,
      },
      Date.UTC(2026, 10, 27),
    );
  const mapped = parse({ ip: '::ffff:203.0.113.99' });
  assert.ok(mapped.ok);
  assert.equal(mapped.value.ip, '203.0.113.99');
  const problem = (more: Record<string, unknown>): string => {
    const parsed = parse(more);
    return parsed.ok ? 'none' : parsed.problems.map(({ message }) => message).join(' ');
  };
  assert.match(problem({ ip: '999.1.1.1' }), /ip is "999\.1\.1\.1"; each of its parts must be from 0 to 255/);
  assert.match(problem({ country: 'UK' }), /writes it GB/);
  assert.match(problem({ country: 'de' }), /must be written DE/);
  assert.match(problem({ country: 'GBR' }), /two letters/);
  assert.match(problem({ country: 'ZZ' }), /ISO 3166-1 code such as DE/);
});
