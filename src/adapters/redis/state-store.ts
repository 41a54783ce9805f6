// The StateStore on Redis. A commit is one script call; it is durable as Redis is (append-only file).
import { randomUUID } from 'node:crypto';
import { asBuffer } from '../../domain/bytes.ts';
import {
  FencedError,
  MAX_COMMIT_LABELS,
  type PartitionCommit,
  type SharedBatch,
  type StateStore,
} from '../../ports/stream/state-store.ts';
import type { RedisConnection } from './connection.ts';
import { ACQUIRE, COMMIT, KEEP_SNAPSHOT, type Script } from './scripts.ts';

const keysOf = (partition: number) => {
  const key = (name: string): string => `goshawk:{${partition}}:${name}`;
  return {
    head: key('head'),
    accounts: key('accounts'),
    labels: key('labels'),
    olderIds: key('decided-ids-older'),
    ids: key('decided-ids'),
    shared: key('shared'),
  };
};

const SNAPSHOT_HEAD = 'goshawk:shared';
/** Names of snapshots whose pieces are being written, or were left half written. */
const SNAPSHOTS_BEGUN = 'goshawk:shared:begun';
const MAX_PIECES = 2000;
const pieceKey = (name: string, piece: number): string => `goshawk:shared:${name}:${piece}`;
/** Each try has a name of its own: nobody who was held up can write into a snapshot that others kept meanwhile. */
type SnapshotHead = {
  readonly name: string;
  readonly pieces: number;
  readonly offsets: readonly [number, number][];
};

/** The answers of our own scripts and of Redis have these shapes; anything else is a fault worth a stack trace. */
const text = (value: unknown): string => String(value);
const bytesOr = (value: unknown): Uint8Array => (value instanceof Buffer ? value : new Uint8Array(0));
const list = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value;
  throw new TypeError(`Redis answered ${typeof value} where a list was expected`);
};

/** A stream entry as Redis gives it: [id, [field, value]], the id being "offset-1". */
function entryOf(value: unknown): { nextOffset: number; payload: Uint8Array } {
  const [id, fields] = list(value);
  return { nextOffset: Number(text(id).split('-')[0]), payload: bytesOr(list(fields)[1]) };
}

export function createRedisStateStore(redis: RedisConnection): StateStore {
  async function run(script: Script, keys: readonly string[], args: readonly (string | Buffer)[]) {
    try {
      return await redis.send(['EVALSHA', script.sha1, String(keys.length), ...keys, ...args]);
    } catch (error) {
      if (!/NOSCRIPT/.test((error as Error).message)) throw error;
      return redis.send(['EVAL', script.text, String(keys.length), ...keys, ...args]);
    }
  }

  /** The epoch is looked at after the fields: while it stands, they were not lost. */
  async function readFields(key: string, partition: number, epoch: number, fields: readonly string[]) {
    if (fields.length === 0) return [];
    const [answer, stands] = await Promise.all([
      redis.send(['HMGET', key, ...fields]),
      redis.send(['HGET', keysOf(partition).head, 'epoch']),
    ]);
    if (stands === null || text(stands) !== String(epoch))
      throw new FencedError(`partition ${partition} was acquired by another worker, or lost`);
    return list(answer);
  }

  async function newestSnapshot(): Promise<(SnapshotHead & { readonly number: number }) | undefined> {
    const [number, head] = list(await redis.send(['HMGET', SNAPSHOT_HEAD, 'number', 'head']));
    if (number === null || head === null) return undefined;
    // Before snapshots had names, their number stood in its place.
    const kept = JSON.parse(text(head)) as Omit<SnapshotHead, 'name'> & Partial<SnapshotHead>;
    return { name: text(number), ...kept, number: Number(text(number)) };
  }

  return {
    async acquire(partition) {
      const { head, olderIds, ids } = keysOf(partition);
      const answer = list(await run(ACQUIRE, [head, olderIds, ids], []));
      return {
        epoch: Number(text(answer[0])),
        nextOffset: answer[1] === null ? undefined : Number(text(answer[1])),
        decidedIds: [bytesOr(answer[2]), bytesOr(answer[3])],
      };
    },
    async accounts(partition, epoch, accountIds) {
      const answer = await readFields(keysOf(partition).accounts, partition, epoch, accountIds);
      return answer.map((value) => (value instanceof Buffer ? value : undefined));
    },
    async labels(partition, epoch, transactionIds) {
      const answer = await readFields(keysOf(partition).labels, partition, epoch, transactionIds);
      return answer.map((value) => (value === null ? undefined : text(value) === '1'));
    },
    async commit(commit: PartitionCommit) {
      const { partition } = commit;
      if (commit.labels.length > MAX_COMMIT_LABELS)
        throw new RangeError(`more than ${MAX_COMMIT_LABELS} labels in a batch`);
      const { head, accounts, labels, olderIds, ids, shared } = keysOf(partition);
      const args: (string | Buffer)[] = [
        String(commit.epoch),
        String(commit.firstOffset),
        String(commit.nextOffset),
        asBuffer(commit.decidedIds),
        commit.startNewIds ? '1' : '0',
        asBuffer(commit.shared),
        String(commit.labels.length),
      ];
      for (const { transactionId, fraud } of commit.labels) args.push(transactionId, fraud ? '1' : '0');
      for (const { accountId, bytes } of commit.accounts) args.push(accountId, asBuffer(bytes));
      const answer = text(await run(COMMIT, [head, accounts, labels, olderIds, ids, shared], args));
      if (answer === 'done') return;
      throw new FencedError(
        answer === 'epoch'
          ? `partition ${partition} was acquired by another worker`
          : `partition ${partition} stands at ${answer}, not at ${commit.firstOffset}`,
      );
    },
    async sharedAfter(offsets, maxBatches) {
      if (offsets.size === 0) return [];
      const partitions = [...offsets.keys()];
      const answers = await Promise.all(
        partitions.map((partition) =>
          redis.send([
            'XRANGE',
            keysOf(partition).shared,
            `(${offsets.get(partition) ?? 0}-1`,
            '+',
            'COUNT',
            String(maxBatches),
          ]),
        ),
      );
      const batches: SharedBatch[] = [];
      answers.forEach((answer, i) => {
        for (const value of list(answer)) {
          const { nextOffset, payload } = entryOf(value);
          batches.push({ partition: partitions[i], nextOffset, changes: payload });
        }
      });
      return batches;
    },
    async sharedSnapshot() {
      const newest = await newestSnapshot();
      if (!newest) return undefined;
      const { number, name, pieces, offsets } = newest;
      const found = await Promise.all(
        Array.from({ length: pieces }, (_, i) => redis.send(['GET', pieceKey(name, i)])),
      );
      if (found.some((piece) => piece === null)) throw new Error('a newer snapshot was kept meanwhile');
      return { number, offsets: new Map(offsets), pieces: found.map(bytesOr) };
    },
    async keepSnapshot({ number, offsets, pieces }) {
      const name = `${number}-${randomUUID().slice(0, 8)}`;
      await redis.send(['SADD', SNAPSHOTS_BEGUN, name]);
      let count = 0;
      for await (const piece of pieces) {
        if (count === MAX_PIECES) throw new RangeError(`more than ${MAX_PIECES} pieces in a snapshot`);
        await redis.send(['SET', pieceKey(name, count++), asBuffer(piece)]);
      }
      const former = await newestSnapshot();
      const letGo = new Map(former?.offsets);
      const head: SnapshotHead = { name, pieces: count, offsets: [...offsets] };
      const partitions = [...offsets.keys()];
      const answer = await run(
        KEEP_SNAPSHOT,
        [SNAPSHOT_HEAD, ...partitions.map((partition) => keysOf(partition).shared)],
        [String(number), JSON.stringify(head), ...partitions.map((p) => String(letGo.get(p) ?? 0))],
      );
      const kept = Number(text(answer)) === 1;
      // Whoever began one before this was kept will be refused.
      const begun = kept ? list(await redis.send(['SMEMBERS', SNAPSHOTS_BEGUN])).map(text) : [name];
      const gone = kept ? begun.filter((other) => other !== name).concat(former?.name ?? []) : [name];
      for (const other of gone)
        await redis.send(['UNLINK', ...Array.from({ length: MAX_PIECES }, (_, i) => pieceKey(other, i))]);
      await redis.send(['SREM', SNAPSHOTS_BEGUN, ...begun]);
      return kept;
    },
    async snapshotState(partitions) {
      const number = await redis.send(['HGET', SNAPSHOT_HEAD, 'number']);
      const lengths = await Promise.all(
        Array.from({ length: partitions }, (_, partition) => redis.send(['XLEN', keysOf(partition).shared])),
      );
      return {
        number: number === null ? 0 : Number(text(number)),
        batches: lengths.reduce<number>((sum, length) => sum + Number(text(length)), 0),
      };
    },
  };
}

/** Forgets everything about a partition. */
export async function dropPartition(redis: RedisConnection, partition: number): Promise<void> {
  await redis.send(['UNLINK', ...Object.values(keysOf(partition))]);
}
