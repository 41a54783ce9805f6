import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STANDARD } from '../features/standard.ts';
import { OverCapacityError } from '../ports/desk.ts';
import type { CheckedDocument } from '../ports/document-check.ts';
import { checkInThread, createDocumentCheck } from './document-check.ts';

/** More than is checked in passing. */
const LARGE = 'x'.repeat(5000);
const DOCUMENT = { format: 'goshawk-catalogue-1', standard: 'all', features: [] };

test('Y21 DOCUMENT1 A document is told in order with what its catalogue would be, or every problem with its place', async () => {
  const check = createDocumentCheck();
  const good = await check(DOCUMENT);
  assert.ok(good.ok);
  assert.deepEqual([good.catalogue.hash, good.catalogue.size], [STANDARD.hash, STANDARD.size]);
  const bad = await check({ ...DOCUMENT, format: 'another', features: 3 });
  assert.ok(!bad.ok && bad.problems.every(({ pointer }) => pointer !== undefined));
  assert.ok(!bad.ok && bad.problems.some(({ pointer }) => pointer === '/format'));
  const large = await check({ ...DOCUMENT, more: LARGE });
  assert.ok(!large.ok && large.problems.some(({ pointer }) => pointer === '/more'));
});

test('DOCUMENT2 A document that takes too much time or memory harms nobody, and is told so', async () => {
  const late = await checkInThread(DOCUMENT, 1);
  assert.ok(!late.ok);
  assert.match(late.problems[0].message, /took longer than/);
});

test('DOCUMENT3 Beyond a few that wait for their check, who asks is told to come again', async () => {
  const { promise, resolve } = Promise.withResolvers<CheckedDocument>();
  const check = createDocumentCheck(() => promise);
  const asked = Array.from({ length: 8 }, (_, i) => check({ i, LARGE }));
  await assert.rejects(check({ i: 8, LARGE }), OverCapacityError);
  assert.equal(check({ i: 7, LARGE }), asked[7], 'who asks for the same waits with whoever asked');
  resolve({ ok: false, problems: [] });
  await Promise.all(asked);
  assert.equal((await check({ i: 9, LARGE })).ok, false);
});
