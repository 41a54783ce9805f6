import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
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
});

test('A8 a key that stands twice in an object is refused by name, wherever it stands and however it is written', () => {
  for (const [text, name] of [
    ['{"amountMinor":100,"amountMinor":99990000}', 'amountMinor'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['[{"b":{}},{"b":{"c":[],"x":0,"c" : []}}]', 'c'],
    ['{"a\\"":1, "a\\"" :2}', 'a\\"'],
    ['{"":1,"":2}', ''],
    ['{"a":{"a":1},"b":"\\\\","a":2}', 'a'],
  ])
    assert.equal(problem(text), `"${name}" stands twice in an object; say it once.`, text);
  for (const text of [
    '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}',
    '{"a":"\\":","b":"{\\"a\\":1}","c":"x\\\\"}',
    '{"a":"a","b":["a","b",":"]}',
    '["a",":","a"]',
    '"a"',
    '{}',
  ])
    assert.ok(readJson(text).ok, text);
});

test('A8 whatever JSON is written, one that says each key once is read, and one more member is told', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), (text) => {
      const read = readJson(text);
      assert.ok(read.ok || /may have the key/.test(read.problems[0].message), text);
      const value: unknown = JSON.parse(text);
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
      const [first] = Object.keys(value);
      if (first === undefined || !read.ok) return;
      assert.match(problem(`{${JSON.stringify(first)}:0,${text.trim().slice(1)}`), /stands twice/);
    }),
    { numRuns: 5000 },
  );
});
