import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import type { StreamRecord } from '../../ports/stream/stream.ts';
import { createFrameCutter, MAX_FRAME_BYTES } from './frame-cutter.ts';
import { decodeFrame, KIND } from './frames.ts';
import { createHandedSource } from './handed-source.ts';
import { openSparkLink } from './link.ts';

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
};
const int64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return bytes;
};
const withLength = (bytes: Uint8Array | null): Buffer =>
  bytes === null ? int32(-1) : Buffer.concat([int32(bytes.length), bytes]);
const frame = (kind: number, ...body: Buffer[]): Buffer => {
  const bytes = Buffer.concat([Buffer.from([kind]), ...body]);
  return Buffer.concat([int32(bytes.length), bytes]);
};
/** As Frames.Records of the job writes them. */
const recordsFrame = (partition: number, first: boolean, records: readonly StreamRecord[]): Buffer =>
  frame(
    KIND.records,
    int32(partition),
    int32(first ? 1 : 0),
    int32(records.length),
    ...records.flatMap(({ offset, timestampMs, key, value, headers }) => [
      int64(offset),
      int64(timestampMs),
      withLength(key),
      withLength(value),
      int32(headers.size),
      ...[...headers].flatMap((pair) => pair.map((text) => withLength(Buffer.from(text)))),
    ]),
  );
const record = (offset: number): StreamRecord => ({
  offset,
  timestampMs: 1000 + offset,
  key: Buffer.from('account'),
  value: Buffer.from(`{"offset":${offset}}`),
  headers: new Map(),
});

test('S2 frames come out as they went in, however the pipe cuts them', () => {
  const bytes = fc.option(fc.uint8Array({ maxLength: 50 }));
  const anyRecord = fc.record({
    offset: fc.nat(),
    timestampMs: fc.nat(),
    key: bytes,
    value: bytes,
    headers: fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
  });
  const given = fc.tuple(fc.nat(100), fc.boolean(), fc.array(anyRecord, { maxLength: 5 }));
  fc.assert(
    fc.property(fc.array(given, { maxLength: 5 }), fc.integer({ min: 1, max: 64 }), (frames, piece) => {
      const sent = frames.map(([partition, first, records]) => ({
        partition,
        first,
        records: records.map(({ headers, ...rest }) => ({
          ...rest,
          headers: new Map(Object.entries(headers)),
        })),
      }));
      const all = Buffer.concat(
        sent.map(({ partition, first, records }) => recordsFrame(partition, first, records)),
      );
      const cutter = createFrameCutter('frame', 1);
      const found = [];
      for (let at = 0; at < all.length; at += piece)
        found.push(...cutter.cut(all.subarray(at, at + piece)).map(decodeFrame));
      assert.deepEqual(
        found.map((item) => {
          assert.ok(item.kind === 'records');
          const plain = (part: Uint8Array | null): number[] | null => part && [...part];
          return [
            item.partition,
            item.first,
            item.records.map((r) => ({ ...r, key: plain(r.key), value: plain(r.value) })),
          ];
        }),
        sent.map(({ partition, first, records }) => [
          partition,
          first,
          records.map((r) => ({ ...r, key: r.key && [...r.key], value: r.value && [...r.value] })),
        ]),
      );
    }),
  );
});

test('S2 a frame that is too large, of unknown kind or cut off inside ends the link with what was wrong', async () => {
  for (const [bytes, what] of [
    [int32(MAX_FRAME_BYTES + 1), /a frame of \d+ bytes/],
    [frame(99), /unknown kind 99/],
    [frame(KIND.records, int32(0), int32(1), int32(7)), /range/],
    [frame(KIND.hello, int32(2)), /protocol 2, this engine 1/],
  ] as const) {
    const input = new PassThrough();
    const link = openSparkLink(input, new PassThrough());
    input.write(bytes);
    assert.match((await link.ended)?.message ?? '', what);
  }
});

test('S2 pings are answered before the engine is ready', async () => {
  const input = new PassThrough();
  const output = new PassThrough();
  const link = openSparkLink(input, output);
  input.write(frame(KIND.ping));
  const [answer] = (await output.iterator().next()).value as Buffer;
  assert.equal(answer, 1);
  input.end();
  assert.equal(await link.ended, undefined);
});

test('S1 what is handed over again is left out; what was not safe is taken again from where the state is', async () => {
  const gaps: number[][] = [];
  const source = createHandedSource((...gap) => gaps.push(gap));
  const offsets = async (input: ReturnType<typeof source.open>): Promise<number[]> =>
    (await input.take(100)).map(({ offset }) => offset);
  assert.equal(source.hand(0, [record(5), record(6), record(7)]), 'elsewhere');
  const first = source.open(0, 5);
  assert.deepEqual(await offsets(first), [5, 6, 7]);
  assert.equal(source.hand(0, [record(6), record(7), record(8)]), 'goes on');
  assert.deepEqual(await offsets(first), [8]);
  source.safe(0, 7);
  first.close();
  assert.deepEqual(await offsets(first), []);
  assert.deepEqual(await offsets(source.open(0, 7)), [7, 8]);
  assert.deepEqual(gaps, []);
  // Two tasks hand over the same records at once.
  const both = source.open(0, 9);
  assert.equal(source.hand(0, [record(7), record(9), record(8), record(9), record(10)]), 'goes on');
  assert.deepEqual(await offsets(both), [9, 10]);
  // Acquired anew, the state turns out to be further on than what is being handed over.
  const ahead = source.open(0, 12);
  assert.equal(source.hand(0, [record(10), record(11)]), 'goes on');
  assert.equal(source.hand(0, [record(11), record(12)]), 'goes on');
  assert.deepEqual(await offsets(ahead), [12]);
  assert.equal(source.hand(0, [record(20)]), 'elsewhere');
  assert.deepEqual(await offsets(source.open(0, 13)), [20]);
  assert.deepEqual(gaps, [[0, 13, 20]]);
});
