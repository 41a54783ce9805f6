import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Collector,
  NO_PROGRESS,
  type SinkBatch,
  type SinkProgress,
} from '../ports/stream/sink-store.ts';
import type { PartitionInput, StreamRecord } from '../ports/stream/stream.ts';
import { labelMessage } from './message-codec.ts';
import { startSinks } from './sinks.ts';

type Collected = Collector & { readonly offsets: number[] };

function collect(): Collected {
  const offsets: number[] = [];
  return {
    offsets,
    decided: () => assert.fail('only labels here'),
    labelled: ({ offset }) => offsets.push(offset),
    observed: () => assert.fail('only labels here'),
    deadLetter: () => assert.fail('only labels here'),
  };
}

const record = (offset: number): StreamRecord => ({
  offset,
  timestampMs: 1000 + offset,
  key: null,
  value: labelMessage({
    offset,
    label: {
      transactionId: `t${offset}`,
      fraud: true,
      source: 'customer',
      labelledAtMs: 0,
      accountId: 'a',
      occurredAtMs: 0,
    },
  }).value,
  headers: new Map(),
});

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 5000; !holds(); await sleep(2)) assert.ok(Date.now() < end, what);
}

test('W1 a partition that comes back while a statement holds up its end is stored all the same', async () => {
  const stored: number[] = [];
  const told: (readonly number[])[] = [];
  let progress: SinkProgress = NO_PROGRESS;
  let held: PromiseWithResolvers<void> | undefined = Promise.withResolvers();
  let storing = false;
  const records = [record(0)];
  const wakes: (() => void)[] = [];
  const sinks = startSinks(
    (output, partition) => ({
      output,
      partition,
      store: {
        progress: async (of) => (of === 'decisions' ? progress : NO_PROGRESS),
        collect,
        async store(batches: readonly SinkBatch<Collected>[]) {
          storing = true;
          await held?.promise;
          for (const { collected, after } of batches) {
            stored.push(...collected.offsets);
            progress = after;
          }
        },
      },
      open(of, _, fromOffset): PartitionInput {
        let next = fromOffset;
        let closed = false;
        return {
          async take() {
            while (!closed && (of !== 'decisions' || next >= records.length))
              await new Promise<void>((resolve) => wakes.push(resolve));
            if (closed) return [];
            const found = records.slice(next);
            next = records.length;
            return found;
          },
          close() {
            closed = true;
            for (const wake of wakes.splice(0)) wake();
          },
        };
      },
      sleep: (ms) => sleep(ms),
      onStored: (count, oldestMs) => told.push([count, oldestMs]),
    }),
    (error) => {
      throw error;
    },
  );
  sinks.assign([0]);
  await until('it is storing', () => storing);
  sinks.assign([]);
  sinks.assign([0]);
  held.resolve();
  held = undefined;
  await until('the first is stored', () => stored.length > 0);
  records.push(record(1));
  for (const wake of wakes.splice(0)) wake();
  await until('the next is stored', () => stored.length > 1);
  assert.deepEqual(stored, [0, 1]);
  assert.deepEqual(told, [
    [1, 1000],
    [1, 1001],
  ]);
  await sinks.stop();
  assert.deepEqual(sinks.working, []);
});
