import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LastPublished, StreamMessage } from '../ports/stream/stream.ts';
import { createPublisher } from './publisher.ts';

const message = (sourceOffset: number, bytes: number): StreamMessage => ({
  output: 'decisions',
  sourceOffset,
  key: 'account',
  value: new Uint8Array(bytes),
  traceparent: undefined,
});

test('W1 what one append cannot hold is published in several, in order, and each message once when one fails', async () => {
  const appended: number[][] = [];
  let published = -1;
  let failures = 1;
  const publisher = createPublisher({
    output: {
      claim: async (): Promise<LastPublished> => ({ decisions: published, 'dead-letters': -1 }),
      async append(_, messages) {
        const bytes = messages.reduce((sum, { value }) => sum + value.length, 0);
        assert.ok(bytes <= 1_000_000, `an append of ${bytes} bytes`);
        if (appended.length === 2 && failures-- > 0) throw new Error('the broker went away');
        appended.push(messages.map(({ sourceOffset }) => sourceOffset));
        published = messages[messages.length - 1].sourceOffset;
      },
    },
    sleep: async () => undefined,
  });
  await publisher.claim(0);
  const large = Array.from({ length: 50 }, (_, i) => message(i, 60_000));
  const more = Array.from({ length: 20 }, (_, i) => message(50 + i, 30_000));
  await Promise.all([
    publisher.publish(0, large),
    publisher.publish(0, more.slice(0, 10)),
    publisher.publish(0, more.slice(10)),
  ]);
  assert.deepEqual(
    appended.flat(),
    Array.from({ length: 70 }, (_, i) => i),
  );
});
