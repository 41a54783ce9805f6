import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BATCH_KIND, readRows } from '../adapters/spark/batch-frames.ts';
import { createFrameCutter } from '../adapters/spark/frame-cutter.ts';
import type { Transaction } from '../domain/transaction.ts';
import { History } from '../features/history.ts';
import { STANDARD } from '../features/standard.ts';
import { transactionRows } from './backfill-rows.ts';
import { assembleStep, featuresStep, type Write } from './backfill-steps.ts';

const POISON_MINOR = 13;

async function* one(bytes: Buffer): AsyncGenerator<Buffer> {
  if (bytes.length > 0) yield bytes;
}

/** What a step writes, by kind: its rows in the order of their places, results, and what it could not deal with. */
async function framesOf(step: (write: Write) => Promise<void>) {
  const chunks: Buffer[] = [];
  await step((bytes) => void chunks.push(Buffer.from(bytes)));
  const kinds = createFrameCutter('frame', 1)
    .cut(Buffer.concat(chunks))
    .map((frame) => ({
      kind: frame.readUInt8(0),
      body: frame.subarray(1),
    }));
  const ofKind = (kind: number): Buffer[] =>
    kinds.filter((frame) => frame.kind === kind).map(({ body }) => body);
  const bad = ofKind(BATCH_KIND.bad).map(
    (body) => JSON.parse(body.toString()) as { raw: string; problems: { message: string }[] },
  );
  const rows = Buffer.concat(
    kinds
      .filter(({ kind }) => kind === BATCH_KIND.row)
      .map(({ kind, body }) => {
        const head = Buffer.alloc(5);
        head.writeUInt32LE(body.length + 1);
        head.writeUInt8(kind, 4);
        return Buffer.concat([head, body]);
      }),
  );
  return { rows, results: ofKind(BATCH_KIND.result), bad };
}

test('S5 a record that no history can take is told with its reason, and the others are in the table', async (t) => {
  const { add } = History.prototype;
  t.after(() => {
    History.prototype.add = add;
  });
  History.prototype.add = function (time, amountMinor) {
    if (amountMinor === POISON_MINOR) throw new TypeError('the history is no function');
    return add.call(this, time, amountMinor);
  };
  const transactions = Array.from(
    { length: 6 },
    (_, i): Transaction => ({
      id: `t${i}`,
      accountId: 'a',
      occurredAtMs: Date.UTC(2026, 0, 1) + i * 1000,
      amountMinor: i === 3 ? POISON_MINOR : 100,
      currency: 'EUR',
      type: 'purchase',
      merchant: { id: 'm' },
    }),
  );
  const input = Buffer.concat(
    transactions.flatMap((transaction, i) => transactionRows(STANDARD.parts, transaction, undefined, i)),
  );
  const features = await framesOf((write) => featuresStep(one(input), STANDARD, undefined, write));
  assert.ok(features.bad.length >= 1);
  assert.match(
    features.bad[0].problems[0].message,
    /histories \(account, inbound\): TypeError: the history is no function/,
  );
  assert.match(features.bad[0].raw, /"t3"/);
  let parts = 0;
  for await (const rows of readRows(one(features.rows))) parts += rows.length;
  // Account with what it received, and merchant, of each but the poisoned one.
  assert.equal(parts, 5 * 2);
  const table = await framesOf((write) => assembleStep(one(features.rows), STANDARD, undefined, write));
  assert.equal(table.results.length, 5);
  assert.ok(!table.results.some((row) => row.includes('t3')));
});
