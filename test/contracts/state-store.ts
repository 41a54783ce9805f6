// What every StateStore must do, whatever it is made of.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FencedError, type PartitionCommit, type StateStore } from '../../src/ports/stream/state-store.ts';
import { emptyCommit } from '../../src/stream/partition-work.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

export type StateWorld = {
  readonly store: StateStore;
  /** As when its server is started with an empty disk. */
  lose(): Promise<void>;
};

/** `open` gives an empty store each time. */
export function stateStoreContract(name: string, openWorld: () => Promise<StateWorld>): void {
  const open = async (): Promise<StateStore> => (await openWorld()).store;
  const commitOf = (part: Partial<PartitionCommit> & Pick<PartitionCommit, 'epoch'>): PartitionCommit => ({
    ...emptyCommit(0, part, 0, 10),
    ...part,
  });
  const copy = (value: Uint8Array | undefined): number[] | undefined => value && [...value];

  test(`${name}: STATE1 What was committed is there for the next owner of the partition, byte for byte, and for no other partition`, async () => {
    const store = await open();
    const { epoch, nextOffset } = await store.acquire(0);
    assert.equal(nextOffset, undefined);
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    await store.commit(
      commitOf({
        epoch,
        accounts: [
          { accountId: 'konto-ä', bytes: all },
          { accountId: 'b', bytes: bytes(0) },
        ],
        labels: [{ transactionId: 't1', fraud: true }],
        decidedIds: all.subarray(0, 12),
        shared: all,
      }),
    );
    const head = await store.acquire(0);
    assert.equal(head.nextOffset, 10);
    assert.ok(head.epoch > epoch);
    assert.deepEqual(
      head.decidedIds.map((piece) => [...piece]).filter((piece) => piece.length > 0),
      [[...all.subarray(0, 12)]],
    );
    assert.deepEqual((await store.accounts(0, head.epoch, ['b', 'unknown', 'konto-ä'])).map(copy), [
      [0],
      undefined,
      [...all],
    ]);
    assert.deepEqual(await store.labels(0, head.epoch, ['t1', 't2']), [true, undefined]);
    const other = await store.acquire(1);
    assert.deepEqual(
      (await store.accounts(1, other.epoch, ['b'])).map(copy),
      [undefined],
      'partitions are apart',
    );
  });

  test(`${name}: W2 STATE2 A worker whose partition was acquired by another can neither commit for it nor read it`, async () => {
    const store = await open();
    const sleeper = await store.acquire(3);
    await store.commit(commitOf({ partition: 3, epoch: sleeper.epoch }));
    const heir = await store.acquire(3);
    const late = commitOf({ partition: 3, epoch: sleeper.epoch, firstOffset: 10, nextOffset: 20 });
    await assert.rejects(store.commit(late), FencedError);
    await assert.rejects(store.accounts(3, sleeper.epoch, ['a']), FencedError);
    await assert.rejects(store.labels(3, sleeper.epoch, ['t']), FencedError);
    await store.commit({ ...late, epoch: heir.epoch, nextOffset: 15 });
    assert.equal((await store.acquire(3)).nextOffset, 15);
  });

  test(`${name}: W3 STATE3 A commit that is sent twice is carried out once; one that leaves out offsets, or goes back, is refused and leaves nothing`, async () => {
    const store = await open();
    const { epoch } = await store.acquire(0);
    const first = commitOf({
      epoch,
      decidedIds: bytes(...Array(12).fill(7)),
      shared: bytes(1),
    });
    await store.commit(first);
    await store.commit(first);
    const gap = commitOf({
      epoch,
      firstOffset: 12,
      nextOffset: 20,
      accounts: [{ accountId: 'a', bytes: bytes(1) }],
    });
    await assert.rejects(store.commit(gap), FencedError);
    await assert.rejects(store.commit({ ...gap, firstOffset: 10, nextOffset: 9 }), FencedError);
    const head = await store.acquire(0);
    assert.equal(head.nextOffset, 10);
    assert.equal(
      head.decidedIds.reduce((sum, piece) => sum + piece.length, 0),
      12,
    );
    assert.equal((await store.sharedAfter(new Map([[0, 0]]), 10)).length, 1);
    assert.deepEqual(
      await store.accounts(0, head.epoch, ['a']),
      [undefined],
      'a refused commit leaves nothing behind',
    );
  });

  test(`${name}: STATE4 Of the ids of decided transactions the two newest pieces are kept, in order`, async () => {
    const store = await open();
    const { epoch } = await store.acquire(0);
    for (let i = 0; i < 4; i++) {
      await store.commit(
        commitOf({
          epoch,
          firstOffset: i * 10,
          nextOffset: i * 10 + 10,
          decidedIds: bytes(...Array(12).fill(i)),
          startNewIds: i > 1,
        }),
      );
    }
    const head = await store.acquire(0);
    assert.deepEqual(
      head.decidedIds.map((piece) => piece[0]),
      [2, 3],
    );
  });

  test(`${name}: STATE5 What commits did to shared histories is read by others from any offset on, each partition in order`, async () => {
    const store = await open();
    for (const partition of [0, 1]) {
      const { epoch } = await store.acquire(partition);
      for (let i = 0; i < 3; i++) {
        const offsets = { firstOffset: i * 10, nextOffset: i * 10 + 10 };
        await store.commit(commitOf({ partition, epoch, ...offsets, shared: bytes(partition, i) }));
      }
    }
    const found = await store.sharedAfter(
      new Map([
        [0, 10],
        [1, 30],
      ]),
      100,
    );
    assert.deepEqual(
      found.map(({ partition, nextOffset, changes }) => [partition, nextOffset, ...changes]),
      [
        [0, 20, 0, 1],
        [0, 30, 0, 2],
      ],
    );
    assert.equal((await store.sharedAfter(new Map([[1, 0]]), 2)).length, 2);
  });

  test(`${name}: STATE6 A snapshot that does not follow the newest is refused; one that does lets go of what was in the one before`, async () => {
    const store = await open();
    const { epoch } = await store.acquire(0);
    for (let i = 0; i < 4; i++) {
      await store.commit(commitOf({ epoch, firstOffset: i * 10, nextOffset: i * 10 + 10, shared: bytes(i) }));
    }
    assert.equal(await store.sharedSnapshot(), undefined);
    assert.deepEqual(await store.snapshotState(1), { number: 0, batches: 4 });
    const snapshot = (number: number, offset: number) => ({
      number,
      filled: [],
      offsets: new Map([[0, offset]]),
      pieces: [bytes(number), bytes(number, number)],
    });
    assert.ok(await store.keepSnapshot(snapshot(1, 20)));
    assert.equal(await store.keepSnapshot(snapshot(1, 30)), false);
    assert.equal(await store.keepSnapshot(snapshot(3, 30)), false);
    const first = await store.sharedSnapshot();
    assert.deepEqual(
      first?.pieces.map((piece) => [...piece]),
      [[1], [1, 1]],
      'a refused one leaves it alone',
    );
    assert.equal((await store.sharedAfter(new Map([[0, 0]]), 10)).length, 4);
    assert.ok(await store.keepSnapshot(snapshot(2, 30)));
    const kept = await store.sharedSnapshot();
    assert.deepEqual(
      [kept?.number, [...(kept?.offsets ?? [])], kept?.pieces.map((piece) => [...piece])],
      [2, [[0, 30]], [[2], [2, 2]]],
    );
    const left = await store.sharedAfter(new Map([[0, 0]]), 10);
    assert.deepEqual(
      left.map((batch) => batch.nextOffset),
      [30, 40],
    );
  });

  test(`${name}: W11 STATE7 Whoever is held up while keeping a snapshot, or is refused, leaves the newest as it is`, async () => {
    const store = await open();
    const { epoch } = await store.acquire(0);
    await store.commit(commitOf({ epoch, nextOffset: 20 }));
    const heldUp = Promise.withResolvers<void>();
    const slow = store.keepSnapshot({
      number: 1,
      filled: [],
      offsets: new Map([[0, 10]]),
      pieces: (async function* () {
        yield bytes(7);
        await heldUp.promise;
        yield bytes(8);
      })(),
    });
    assert.ok(
      await store.keepSnapshot({
        number: 1,
        filled: [],
        offsets: new Map([[0, 20]]),
        pieces: [bytes(1), bytes(2)],
      }),
    );
    heldUp.resolve();
    assert.equal(await slow, false);
    const kept = await store.sharedSnapshot();
    assert.deepEqual(
      [[...(kept?.offsets ?? [])], kept?.pieces.map((piece) => [...piece])],
      [[[0, 20]], [[1], [2]]],
    );
  });

  test(`${name}: STATE8 A commit is one step, however many accounts are in it`, async () => {
    const store = await open();
    const { epoch } = await store.acquire(0);
    const ids = Array.from({ length: 3000 }, (_, i) => `account-${i}`);
    await store.commit(
      commitOf({ epoch, accounts: ids.map((accountId, i) => ({ accountId, bytes: bytes(i & 255) })) }),
    );
    const back = await store.accounts(0, epoch, ids);
    assert.ok(back.every((value, i) => value?.[0] === (i & 255)));
  });

  test(`${name}: STATE11 A snapshot that holds more of a partition than the store does is refused: it is of before a loss`, async () => {
    const store = await open();
    const { epoch } = await store.acquire(0);
    await store.commit(commitOf({ epoch }));
    const snapshot = (offset: number) => ({
      number: 1,
      filled: ['own:customer:1'],
      offsets: new Map([[0, offset]]),
      pieces: [],
    });
    assert.equal(await store.keepSnapshot(snapshot(11)), false);
    assert.equal(await store.keepSnapshot(snapshot(10)), true);
    assert.deepEqual((await store.sharedSnapshot())?.filled, ['own:customer:1']);
  });

  test(`${name}: STATE10 What an owner says that it tells others of is there for all who ask and for the next owner; who lost the partition cannot say it`, async () => {
    const store = await open();
    const first = await store.acquire(1);
    assert.equal(first.told, undefined);
    const told = { stores: ['own:customer:1'], fromOffset: 7 };
    await store.tell(1, first.epoch, told);
    const said = async () => (await store.standing(3)).map((one) => one.told);
    assert.deepEqual(await said(), [undefined, told, undefined]);
    const next = await store.acquire(1);
    assert.deepEqual(next.told, told);
    await assert.rejects(store.tell(1, first.epoch, { stores: [], fromOffset: 9 }), FencedError);
    assert.deepEqual(await said(), [undefined, told, undefined]);
    await store.commit(commitOf({ partition: 1, epoch: next.epoch }));
    assert.deepEqual((await store.standing(2))[1], { nextOffset: 10, told });
  });

  test(`${name}: STATE9 After a loss nothing is known of a partition, its epochs go on rising, and nobody from before can commit or read`, async () => {
    const { store, lose } = await openWorld();
    const before = await store.acquire(0);
    const first = commitOf({
      epoch: before.epoch,
      accounts: [{ accountId: 'a', bytes: bytes(1) }],
      labels: [{ transactionId: 't', fraud: true }],
      decidedIds: bytes(...Array(12).fill(7)),
      shared: bytes(1),
    });
    await store.commit(first);
    assert.ok(
      await store.keepSnapshot({ number: 1, filled: [], offsets: new Map([[0, 10]]), pieces: [bytes(1)] }),
    );
    await lose();
    await assert.rejects(store.accounts(0, before.epoch, ['a']), FencedError);
    await assert.rejects(store.labels(0, before.epoch, ['t']), FencedError);
    await assert.rejects(store.commit({ ...first, firstOffset: 10, nextOffset: 20 }), FencedError);
    const after = await store.acquire(0);
    assert.ok(after.epoch > before.epoch);
    assert.equal(after.nextOffset, undefined);
    assert.equal(
      after.decidedIds.reduce((sum, piece) => sum + piece.length, 0),
      0,
    );
    await assert.rejects(store.commit({ ...first, firstOffset: 10, nextOffset: 20 }), FencedError);
    assert.deepEqual(await store.accounts(0, after.epoch, ['a']), [undefined]);
    assert.deepEqual(await store.labels(0, after.epoch, ['t']), [undefined]);
    assert.deepEqual(await store.sharedAfter(new Map([[0, 0]]), 10), []);
    assert.equal(await store.sharedSnapshot(), undefined);
    assert.deepEqual(await store.snapshotState(1), { number: 0, batches: 0 });
    await store.commit({ ...first, epoch: after.epoch, firstOffset: 40, nextOffset: 50 });
    assert.equal((await store.acquire(0)).nextOffset, 50, 'a state that is new begins anywhere');
  });
}
