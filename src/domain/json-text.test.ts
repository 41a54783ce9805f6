import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_JSON_LEVELS, readJson } from './json-text.ts';

const problem = (text: string): string => {
  const read = readJson(text);
  assert.ok(!read.ok, text.slice(0, 80));
  return read.problems[0].message;
};

test('A8 JSON is read to a bounded depth, however deep it is', () => {
  const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
  assert.ok(readJson(nested(MAX_JSON_LEVELS)).ok);
  for (const levels of [MAX_JSON_LEVELS + 1, 10_000, 1_000_000]) {
    assert.match(problem(nested(levels)), /deeper than 32 levels/);
  }
  assert.match(problem(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`), /deeper than 32 levels/);
});

test('A8 keys that name what every object has are refused, however they are written', () => {
  for (const key of ['__proto__', '\\u005f_proto__', 'constructor', 'prototype']) {
    assert.match(problem(`{"a":[{"${key}":{"admin":true}}]}`), /No object may have the key/);
  }
  assert.deepEqual(readJson('{"proto":1,"a":"__proto__"}'), {
    ok: true,
    value: { proto: 1, a: '__proto__' },
  });
});

test('A1 what is not JSON is refused with its place, and is not repeated', () => {
  assert.equal(problem('{"pan":4012888888881881,}'), 'Not valid JSON, from character 25 on.');
  assert.equal(problem('{"a":'), 'Not valid JSON: it ends too early.');
  assert.deepEqual(readJson('{"a":1,"a":2}'), { ok: true, value: { a: 2 } });
});
