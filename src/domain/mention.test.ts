import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mentionPattern, withoutMentions } from './mention.ts';

const without = (text: string, ...values: string[]): string =>
  withoutMentions(text, mentionPattern(values) ?? '(?!)', '#');

test('P5 a value is found as a word of its own, as JSON and addresses write it, and in groups', () => {
  assert.equal(without('DE89370400440532013000 paid', 'DE89370400440532013000'), '# paid');
  assert.equal(without('de89 3704 0044 0532 0130 00, and', 'DE89370400440532013000'), '#, and');
  assert.equal(without('/alerts?account=ann%40example.com&x=1', 'ann@example.com'), '/alerts?account=#&x=1');
  assert.equal(without(JSON.stringify({ to: 'a "b" c' }), 'a "b" c'), '{"to":"#"}');
  assert.equal(without('Ann@Example.COM.', 'ann@example.com'), '#.');
  assert.equal(without('a.b(c)*d+', 'a.b(c)*d+'), '#');
});

test('P5 what only begins or ends alike is another value, and so is an account in other capitals', () => {
  assert.equal(without('acct-12345 acct-1234', 'acct-1234'), 'acct-12345 #');
  assert.equal(without('xacct-1234 my-acct-1234', 'acct-1234'), 'xacct-1234 my-acct-1234');
  assert.equal(without('acct-1234-1 acct-1234.', 'acct-1234'), 'acct-1234-1 #.');
  assert.equal(without('ACCT-1234', 'acct-1234'), 'ACCT-1234');
});

test('P5 a value that is too short to be a name is not looked for in prose', () => {
  assert.equal(mentionPattern(['7', 'c-77']), undefined);
});
