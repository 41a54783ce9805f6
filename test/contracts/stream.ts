// What a stream's source and outputs must do, whatever is behind them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FencedError } from '../../src/ports/stream/state-store.ts';
import type { OutputLog, StreamMessage, StreamSource } from '../../src/ports/stream/stream.ts';

export type SourceWorld = {
  readonly source: StreamSource;
  /** Puts so many more records into partition 0. */
  write(count: number): Promise<void>;
  /** So many offsets of partition 0 go by whose records are gone before anybody reads them. */
  pass(count: number): Promise<void>;
  /** Gaps that were told: from, to. */
  readonly gaps: readonly (readonly [number, number])[];
  close(): Promise<void>;
};

export function sourceContract(name: string, open: () => Promise<SourceWorld>): void {
  test(`stream source: ${name}`, async (t) => {
    const { source, write, pass, gaps, close } = await open();
    /** The offsets of the next so many records. */
    const taken = async (
      input: ReturnType<StreamSource['open']>,
      count: number,
      max = 7,
    ): Promise<number[]> => {
      const offsets: number[] = [];
      while (offsets.length < count) {
        const found = await input.take(Math.min(max, count - offsets.length));
        assert.ok(found.length > 0 && found.length <= max);
        offsets.push(...found.map(({ offset }) => offset));
      }
      return offsets;
    };

    await t.test(
      'SOURCE1 Records of a partition come once each, in the order of their offsets, from the offset that was asked for on',
      async () => {
        await write(30);
        const input = source.open(0, 0);
        assert.deepEqual(await taken(input, 30), [...Array(30).keys()]);
        await write(2);
        assert.deepEqual(await taken(input, 2), [30, 31]);
        input.close();
        const later = source.open(0, 25);
        assert.deepEqual(await taken(later, 7), [25, 26, 27, 28, 29, 30, 31]);
        later.close();
      },
    );

    await t.test(
      'SOURCE2 Whoever takes waits until there is a record, and gets none only once the input is closed',
      async () => {
        const input = source.open(0, 32);
        let heard = false;
        const waiting = taken(input, 1).finally(() => {
          heard = true;
        });
        await new Promise((resolve) => setTimeout(resolve, 50));
        assert.equal(heard, false);
        await write(1);
        assert.deepEqual(await waiting, [32]);
        const atTheEnd = input.take(1);
        input.close();
        assert.deepEqual(await atTheEnd, []);
        assert.deepEqual(await input.take(1), []);
      },
    );

    await t.test(
      'SOURCE3 Offsets that are gone for good are passed over, told, and hold nothing up',
      async () => {
        assert.deepEqual(gaps, []);
        await pass(10);
        await write(5);
        const input = source.open(0, 33);
        assert.deepEqual(await taken(input, 5), [43, 44, 45, 46, 47]);
        assert.deepEqual(gaps, [[33, 43]]);
        input.close();
      },
    );
    await close();
  });
}

export type OutputWorld = {
  /** Another writer of the same outputs each time. */
  writer(): OutputLog;
  message(sourceOffset: number, output?: StreamMessage['output']): StreamMessage;
  /** Source offsets of the first so many messages of partition 1 of the decisions. */
  held(count: number): Promise<number[]>;
};

export function outputContract(name: string, open: () => Promise<OutputWorld>): void {
  test(`outputs of a stream: ${name}`, async (t) => {
    const { writer, message, held } = await open();
    const [first, second] = [writer(), writer()];

    await t.test(
      'OUTPUT2 A claim tells the highest source offset that each output holds, -1 where it holds none, whatever claims came between',
      async () => {
        assert.deepEqual(await first.claim(1), { decisions: -1, 'dead-letters': -1 });
        await first.append(1, [message(3), message(5)]);
        await first.append(1, [message(6)]);
        assert.deepEqual(await second.claim(1), { decisions: 6, 'dead-letters': -1 });
        assert.deepEqual(await second.claim(1), { decisions: 6, 'dead-letters': -1 });
        assert.deepEqual(await second.claim(0), { decisions: -1, 'dead-letters': -1 });
      },
    );

    await t.test(
      'W4 OUTPUT1 Only whoever claimed a partition last can append to it; who claimed it before gets a FencedError',
      async () => {
        await assert.rejects(first.append(1, [message(7)]), FencedError);
        await second.append(1, [message(8)]);
        await second.append(1, [message(9, 'dead-letters')]);
        assert.deepEqual(await first.claim(1), { decisions: 8, 'dead-letters': 9 });
        await assert.rejects(second.append(1, [message(10)]), FencedError);
        await assert.rejects(writer().append(1, [message(10)]), 'who never claimed it cannot either');
      },
    );

    await t.test(
      'OUTPUT3 What an append resolved for is there, in the order in which it was given',
      async () => {
        await first.append(1, [message(10), message(11), message(12)]);
        assert.deepEqual(await held(7), [3, 5, 6, 8, 10, 11, 12]);
      },
    );
  });
}
