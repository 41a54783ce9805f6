import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRecordsBatch, Reader, readRecordsBatches } from '@platformatic/kafka';
import { createRandom } from '../../domain/random.ts';
import { readBatches } from './read-records.ts';

const random = createRandom(1, 1);
const text = (length: number): string =>
  Array.from({ length }, () => String.fromCharCode(97 + random.below(26))).join('');

type Options = { readonly compression?: 'gzip' };

function batchOf(count: number, options: Options = {}): Buffer {
  const messages = Array.from({ length: count }, (_, i) => ({
    topic: 't',
    partition: 0,
    timestamp: 1_790_000_000_000n + BigInt(Math.floor(random.next() * 1e6) * (i % 2 ? 1 : -1)),
    ...(i % 5 > 0 && { key: Buffer.from(`account-${text(random.below(200))}`) }),
    value: Buffer.from(text(random.below(3000))),
    headers: new Map(
      i % 3 === 0
        ? []
        : [
            [Buffer.from('kind'), Buffer.from(i % 7 ? 'transaction' : 'label')],
            [Buffer.from('schema-version'), Buffer.from('1')],
          ],
    ),
  }));
  const { buffer } = createRecordsBatch(messages, {
    producerId: 7n,
    producerEpoch: 3,
    ...options,
  }).dynamicBuffer;
  return buffer;
}

test('records are read as by the library: keys, values, times, headers and offsets', () => {
  const bytes = Buffer.concat([batchOf(1), batchOf(700), batchOf(30)]);
  bytes.writeBigInt64BE(2n ** 40n, 0);
  const theirs = readRecordsBatches(Reader.from(bytes));
  const ours = readBatches(bytes);
  assert.equal(ours?.length, 3);
  ours?.forEach((batch, b) => {
    const other = theirs[b];
    assert.equal(batch.firstOffset, Number(other.firstOffset));
    assert.equal(batch.endOffset, Number(other.firstOffset) + other.lastOffsetDelta + 1);
    assert.deepEqual([batch.producerId, batch.isControl, batch.isTransactional], [7n, false, false]);
    assert.equal(batch.records.length, other.records.length);
    batch.records.forEach((record, i) => {
      const { key, value, headers, offsetDelta, timestampDelta } = other.records[i];
      assert.equal(record.offset, batch.firstOffset + offsetDelta);
      assert.equal(record.timestampMs, Number(other.firstTimestamp) + Number(timestampDelta));
      assert.deepEqual(record.key, key);
      assert.deepEqual(record.value, value);
      assert.deepEqual(
        [...record.headers],
        headers.map(([name, said]) => [String(name), String(said)]),
      );
    });
  });
});

test('a batch that is cut off is left out, a compressed one is left to others', () => {
  const whole = batchOf(20);
  const bytes = Buffer.concat([whole, batchOf(20)]);
  for (const missing of [1, 30, whole.length / 2]) {
    assert.equal(readBatches(bytes.subarray(0, bytes.length - Math.floor(missing)))?.length, 1);
  }
  assert.deepEqual(readBatches(bytes.subarray(0, 40)), []);
  assert.equal(readBatches(Buffer.concat([whole, batchOf(20, { compression: 'gzip' })])), undefined);
});

test('records of a topic that keeps the time of the append have that time', () => {
  const bytes = batchOf(3);
  bytes.writeInt16BE(1 << 3, 21);
  bytes.writeBigInt64BE(1_795_000_000_123n, 35);
  assert.deepEqual(
    readBatches(bytes)?.[0].records.map(({ timestampMs }) => timestampMs),
    [1_795_000_000_123, 1_795_000_000_123, 1_795_000_000_123],
  );
});
