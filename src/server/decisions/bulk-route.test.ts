import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import Fastify from 'fastify';
import { REFUSE_CARDS } from '../../domain/card-policy.ts';
import { NO_DATA_MODEL } from '../../domain/data-model.ts';
import { readTransaction } from '../../domain/read-transaction.ts';
import type { Transaction } from '../../domain/transaction.ts';
import { createBoundary } from '../../ports/boundary.ts';
import { type Desk, OverCapacityError } from '../../ports/desk.ts';
import { decodeBodies } from '../edge/content-encoding.ts';
import { bulkRoute } from './bulk-route.ts';

const line = (number: number): string =>
  JSON.stringify({
    id: `t-${number}`,
    accountId: 'a',
    occurredAt: '2026-11-01T10:00:00Z',
    amountMinor: 100,
    currency: 'EUR',
    type: 'purchase',
  });
const lines = (count: number): string => Array.from({ length: count }, (_, i) => line(i)).join('\n');

/** A desk that has room for so many, and a clock by which nobody waits long. */
async function withRoomFor(room: number, body: string | Buffer, headers: Record<string, string>) {
  let nowMs = Date.UTC(2026, 10, 27);
  const taken: Transaction[] = [];
  const desk = {
    clock: { nowMs: () => (nowMs += 1000) },
    dataModel: () => NO_DATA_MODEL,
    readTransaction: (value: unknown) => readTransaction(value, { nowMs }),
    cards: REFUSE_CARDS,
    store: { findKnown: async () => new Map(), addDeadLetter: async () => undefined },
    accept: async (transactions: readonly Transaction[]) => {
      if (taken.length + transactions.length > room) throw new OverCapacityError('It is full.', 7);
      taken.push(...transactions);
    },
  } as unknown as Desk;
  const app = Fastify();
  decodeBodies(app);
  bulkRoute(app, desk, createBoundary(Date.now, assert.fail));
  const answer = await app.inject({ method: 'POST', url: '/v1/transactions', payload: body, headers });
  await app.close();
  return { answer, body: answer.json(), taken: taken.length };
}

test('A1 where a desk stays full the answer says what was taken, whichever part of the body was too much', async () => {
  const headers = { 'content-type': 'application/x-ndjson' };
  for (const [room, count] of [
    [500, 700],
    [500, 1200],
    [0, 3],
  ]) {
    const { answer, body, taken } = await withRoomFor(room, lines(count), headers);
    assert.deepEqual([answer.statusCode, body.accepted, taken], [503, room, room], `${count} into ${room}`);
    assert.equal(answer.headers['retry-after'], '7');
    assert.equal(body.detail, 'It is full.');
  }
});

test('I1 what came whole before a compressed body broke off is taken and told', async () => {
  const packed = gzipSync(lines(20_000));
  const headers = { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' };
  const cut = packed.subarray(0, packed.length / 2);
  const { answer, body, taken } = await withRoomFor(100_000, cut, headers);
  assert.equal(answer.statusCode, 400);
  assert.ok(taken > 1000 && taken < 20_000 && body.accepted === taken, String(taken));
});
