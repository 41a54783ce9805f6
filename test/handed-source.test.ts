// The source whose records Spark tasks hand over, held to the contract of sources.
import { createHandedSource } from '../src/adapters/spark/handed-source.ts';
import type { StreamRecord } from '../src/ports/stream/stream.ts';
import { sourceContract } from './contracts/stream.ts';

const record = (offset: number): StreamRecord => ({
  offset,
  timestampMs: 0,
  key: null,
  value: Buffer.of(1),
  headers: new Map(),
});

sourceContract('handed over by Spark', async () => {
  const gaps: [number, number][] = [];
  const source = createHandedSource((_, from, to) => gaps.push([from, to]));
  let next = 0;
  return {
    source,
    gaps,
    async write(count) {
      const records = Array.from({ length: count }, () => record(next++));
      source.hand(0, records);
      // A task that is being given up hands the same over once more.
      source.hand(0, records);
    },
    async pass(count) {
      next += count;
    },
    close: async () => undefined,
  };
});
