// What keeps values that were computed for the past must do, whatever database is behind it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FilledVector } from '../../src/domain/filled-vector.ts';
import { encodeBlock, type FilledBlock } from '../../src/engine/filled-block.ts';
import { vectorCodec } from '../../src/engine/vector-codec.ts';
import type { PastPlace, PastValues } from '../../src/ports/past-values.ts';

export type PastValuesWorld = { readonly values: PastValues; close(): Promise<void> };

const FEATURES: FilledVector['features'] = [
  { name: 'customer_payments_30d', hash: 'aaaa' },
  { name: 'customer_ü', hash: 'bbbb' },
];
const OTHER: FilledVector['features'] = [{ name: 'device_score', hash: 'cccc' }];
const codec = vectorCodec(FEATURES.length);
const alone = vectorCodec(OTHER.length);
const valuesAt = (offset: number): readonly number[] => [offset / 3, offset % 5 === 0 ? Number.NaN : -offset];

const blockOf = (offsets: readonly number[]): FilledBlock =>
  encodeBlock(
    offsets.map((offset) => ({ offset, vector: codec.encode(Float64Array.from(valuesAt(offset))) })),
  );
const everySecond = (from: number, until: number): number[] =>
  Array.from({ length: Math.ceil((until - from) / 2) }, (_, i) => from + 2 * i);

export function pastValuesContract(name: string, open: () => Promise<PastValuesWorld>): void {
  test(`past values: ${name}`, async (t) => {
    const { values, close } = await open();
    const at = (offset: number, partition = 0): PastPlace => ({ partition, offset });
    /** What is given of places, each with its offset. */
    const givenOf = async (places: readonly PastPlace[]): Promise<[number, number, number[]][]> => {
      const found = await values.of(places);
      assert.equal(found.length, places.length);
      return found.flatMap((filled = [], i) =>
        filled.map(({ version, features, bytes }): [number, number, number[]] => [
          places[i].offset,
          version,
          [...vectorCodec(features.length).decode(bytes)],
        ]),
      );
    };
    const given = (offsets: readonly number[]) => givenOf(offsets.map((offset) => at(offset)));
    const NOTHING = [undefined, undefined];

    await t.test(
      'FILLED1 What was added comes back as it was, by the places of its transactions, with the names and hashes of its features',
      async () => {
        assert.deepEqual(await values.of([]), []);
        assert.deepEqual(await values.of([at(1), at(2)]), NOTHING);
        await values.begin(3, FEATURES);
        assert.deepEqual(await values.of([at(1), at(2)]), NOTHING, 'nothing is there yet');
        const last = 2 ** 33;
        await values.add(3, 0, [blockOf(everySecond(10, 1010)), blockOf(everySecond(1010, 3000))]);
        await values.add(3, 0, [blockOf([last])]);
        const [found] = await values.of([at(12)]);
        assert.deepEqual(found?.[0].features, FEATURES);
        // Close together, apart, at the ends of blocks, where none is, and in no order.
        for (const asked of [
          Array.from({ length: 600 }, (_, i) => 1100 - i),
          [10, 1008, 1010, 2998, last],
          [2998, 12, 9, 11, 2999, 3000, last + 1, last - 1],
          [last],
        ]) {
          const there = asked.filter((one) => one === last || (one >= 10 && one < 3000 && one % 2 === 0));
          assert.deepEqual(
            await given(asked),
            there.map((offset) => [offset, 3, [...valuesAt(offset)]]),
          );
        }
        // The same offsets of another partition are others; a place may be asked for twice.
        await values.add(3, 2, [blockOf([11, 5000]), blockOf([6001])]);
        for (const asked of [
          [at(11, 2), at(12), at(11), at(12, 2), at(11, 2)],
          [at(6001, 2), at(2998), at(5000, 2), at(6001, 1), at(last)],
        ])
          assert.deepEqual(
            await givenOf(asked),
            asked
              .filter(({ partition, offset }) =>
                partition === 2 ? [11, 5000, 6001].includes(offset) : partition === 0 && offset % 2 === 0,
              )
              .map(({ offset }) => [offset, 3, [...valuesAt(offset)]]),
          );
      },
    );

    await t.test(
      'FILLED2 Of one place the values of every version come back, in the order of the versions',
      async () => {
        await values.begin(2, OTHER);
        await values.add(2, 0, [encodeBlock([{ offset: 500, vector: alone.encode(Float64Array.of(7)) }])]);
        for (const asked of [[500], [500, 2 ** 33]])
          assert.deepEqual((await given(asked)).slice(0, 2), [
            [500, 2, [7]],
            [500, 3, [...valuesAt(500)]],
          ]);
        assert.deepEqual(
          (await values.of([at(500)]))[0]?.map(({ features }) => features),
          [OTHER, FEATURES],
        );
      },
    );

    await t.test(
      'FILLED3 A version that begins anew, or is dropped, leaves nothing of before; what others had stays',
      async () => {
        await values.begin(3, OTHER);
        assert.deepEqual(await given([500, 2000]), [[500, 2, [7]]]);
        await values.add(3, 0, [encodeBlock([{ offset: 20, vector: alone.encode(Float64Array.of(1)) }])]);
        // More blocks than one statement takes away.
        const many = Array.from({ length: 450 }, (_, i) =>
          encodeBlock([{ offset: 600 + i, vector: alone.encode(Float64Array.of(i)) }]),
        );
        await values.add(2, 0, many);
        assert.deepEqual(await given([20, 500, 1049]), [
          [20, 3, [1]],
          [500, 2, [7]],
          [1049, 2, [449]],
        ]);
        await values.drop(2);
        await values.drop(2);
        assert.deepEqual(await given([20, 500, 1049]), [[20, 3, [1]]]);
        await values.drop(3);
        assert.deepEqual(await values.of([at(20), at(11, 2)]), NOTHING);
      },
    );

    await t.test(
      'FILLED4 A version that began is named as unfinished, with its features, until it is said to be finished, or dropped',
      async () => {
        assert.deepEqual(await values.unfinished(), []);
        await values.begin(5, FEATURES);
        await values.begin(4, OTHER);
        assert.deepEqual(await values.unfinished(), [
          { version: 4, features: OTHER },
          { version: 5, features: FEATURES },
        ]);
        await values.finish(5);
        assert.deepEqual(await values.unfinished(), [{ version: 4, features: OTHER }]);
        await values.drop(4);
        assert.deepEqual(await values.unfinished(), []);
        await values.begin(5, FEATURES);
        assert.deepEqual(await values.unfinished(), [{ version: 5, features: FEATURES }]);
      },
    );

    await t.test('FILLED5 What was added before is told by how far it goes in each partition', async () => {
      assert.deepEqual(await values.reached(5), new Map());
      await values.add(5, 3, [blockOf([1, 2, 9]), blockOf([12])]);
      await values.add(5, 0, [blockOf([4])]);
      assert.deepEqual([...(await values.reached(5))].sort(), [
        [0, 4],
        [3, 12],
      ]);
      assert.deepEqual(await values.reached(6), new Map());
    });
    await close();
  });
}
