import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { FencedError, type PartitionCommit } from '../ports/stream/state-store.ts';
import { createCommitter } from './committer.ts';
import { emptyCommit } from './partition-work.ts';

const batch = (firstOffset: number, nextOffset: number, part: Partial<PartitionCommit> = {}) => ({
  ...emptyCommit(0, { epoch: 1 }, firstOffset, nextOffset),
  ...part,
});
const account = (accountId: string, value: number) => ({ accountId, bytes: Uint8Array.of(value) });

function committerOver(commit: (commit: PartitionCommit) => Promise<boolean>) {
  let fenced = 0;
  const committer = createCommitter({
    commit,
    onFenced: () => {
      fenced++;
    },
    monotonicMs: () => performance.now(),
    sleep: (ms) => sleep(ms),
  });
  return { committer, fenced: () => fenced };
}

test('W12 nothing is committed before it is published', async () => {
  const done: number[] = [];
  const { committer } = committerOver(async ({ nextOffset }) => {
    done.push(nextOffset);
    return true;
  });
  const published = Promise.withResolvers<void>();
  committer.add(batch(0, 10), published.promise);
  const flushed = committer.flush();
  await sleep(30);
  assert.deepEqual(done, []);
  published.resolve();
  assert.equal(await flushed, true);
  assert.deepEqual(done, [10]);
});

test('batches that wait are one commit that does what they would do one after another', async () => {
  const done: PartitionCommit[] = [];
  const first = Promise.withResolvers<void>();
  const { committer } = committerOver(async (commit) => {
    done.push(commit);
    if (done.length === 1) await first.promise;
    return true;
  });
  committer.add(batch(0, 10), Promise.resolve());
  await sleep(1);
  const label = (fraud: boolean) => [{ transactionId: 't', fraud }];
  committer.add(
    batch(10, 20, {
      accounts: [account('a', 1), account('b', 1)],
      labels: label(true),
      decidedIds: Uint8Array.of(1),
      shared: Uint8Array.of(5),
    }),
    Promise.resolve(),
  );
  committer.add(
    batch(20, 25, {
      accounts: [account('a', 2)],
      labels: label(false),
      decidedIds: Uint8Array.of(2),
      shared: Uint8Array.of(6),
    }),
    Promise.resolve(),
  );
  assert.equal(committer.labelOf('t'), false);
  assert.equal(committer.labelOf('other'), undefined);
  first.resolve();
  assert.equal(await committer.flush(), true);
  assert.equal(committer.labelOf('t'), undefined);
  assert.equal(done.length, 2);
  const [, merged] = done;
  assert.deepEqual([merged.firstOffset, merged.nextOffset], [10, 25]);
  assert.deepEqual(
    merged.accounts.map(({ accountId, bytes }) => [accountId, ...bytes]),
    [
      ['a', 2],
      ['b', 1],
    ],
  );
  assert.deepEqual(
    merged.labels.map(({ fraud }) => fraud),
    [true, false],
  );
  assert.deepEqual([...merged.decidedIds, ...merged.shared], [1, 2, 5, 6]);
});

test('a new piece of ids begins with a commit of its own', async () => {
  const done: number[] = [];
  const { committer } = committerOver(async ({ nextOffset }) => {
    done.push(nextOffset);
    return true;
  });
  committer.add(batch(0, 1), Promise.resolve());
  committer.add(batch(1, 2), Promise.resolve());
  committer.add(batch(2, 3, { startNewIds: true }), Promise.resolve());
  committer.add(batch(3, 4), Promise.resolve());
  assert.equal(await committer.flush(), true);
  assert.equal(done.at(-1), 4);
  assert.ok(done.includes(2), `commits ended at ${done.join(', ')}`);
});

test('there is room again once enough is committed', async () => {
  const held = Promise.withResolvers<boolean>();
  const { committer } = committerOver(() => held.promise);
  committer.add(batch(0, 3000), Promise.resolve());
  let room = false;
  const waiting = committer.room().then((answer) => {
    room = answer;
  });
  await sleep(20);
  assert.equal(room, false);
  held.resolve(true);
  await waiting;
  assert.equal(room, true);
});

test('W2 a fence ends committing at once; what comes later is not committed', async () => {
  const { committer, fenced } = committerOver(async () => {
    throw new FencedError('another has it');
  });
  committer.add(batch(0, 10), Promise.resolve());
  await assert.rejects(committer.flush(), FencedError);
  assert.equal(fenced(), 1);
  committer.add(batch(10, 20), Promise.resolve());
  await assert.rejects(committer.room(), FencedError);
  await assert.rejects(committer.flush(), FencedError);
});

test('what could not be published is not committed, and neither is what follows it', async () => {
  const done: number[] = [];
  const { committer } = committerOver(async ({ nextOffset }) => {
    done.push(nextOffset);
    return true;
  });
  committer.add(batch(0, 10), Promise.reject(new Error('closed')));
  committer.add(batch(10, 20), Promise.resolve());
  assert.equal(await committer.flush(), false);
  assert.equal(await committer.room(), false);
  assert.deepEqual(done, []);
});
