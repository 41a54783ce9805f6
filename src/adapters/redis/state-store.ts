// The StateStore on Redis. A commit is one script call; it is durable as Redis is (append-only file).
import { asBuffer } from '../../domain/bytes.ts';
import {
  FencedError,
  MAX_COMMIT_LABELS,
  type PartitionCommit,
  type StateStore,
  type Told,
} from '../../ports/stream/state-store.ts';
import { bytesOr, list, text } from './answers.ts';
import type { RedisConnection } from './connection.ts';
import { keysOf } from './partition-keys.ts';
import { runScript } from './run-script.ts';
import { ACQUIRE, COMMIT, TELL } from './scripts.ts';
import { createSharedChanges } from './shared-changes.ts';

const toldIn = (answer: unknown): Told | undefined =>
  answer === null || answer === undefined ? undefined : (JSON.parse(text(answer)) as Told);

/** State of partitions, and what they share. */
export function createRedisStateStore(redis: RedisConnection): StateStore {
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

  return {
    ...createSharedChanges(redis),
    async acquire(partition) {
      const { head, olderIds, ids } = keysOf(partition);
      const answer = list(await runScript(redis, ACQUIRE, [head, olderIds, ids], []));
      return {
        epoch: Number(text(answer[0])),
        nextOffset: answer[1] === null ? undefined : Number(text(answer[1])),
        decidedIds: [bytesOr(answer[2]), bytesOr(answer[3])],
        told: toldIn(answer[4]),
      };
    },
    async tell(partition, epoch, told) {
      const answer = await runScript(
        redis,
        TELL,
        [keysOf(partition).head],
        [String(epoch), JSON.stringify(told)],
      );
      if (Number(text(answer)) !== 1)
        throw new FencedError(`partition ${partition} was acquired by another worker, or lost`);
    },
    standing: (partitions) =>
      Promise.all(
        Array.from({ length: partitions }, async (_, partition) => {
          const [next, told] = list(await redis.send(['HMGET', keysOf(partition).head, 'next', 'told']));
          return { nextOffset: next === null ? undefined : Number(text(next)), told: toldIn(told) };
        }),
      ),
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
      const answer = text(
        await runScript(redis, COMMIT, [head, accounts, labels, olderIds, ids, shared], args),
      );
      if (answer === 'done') return;
      throw new FencedError(
        answer === 'epoch'
          ? `partition ${partition} was acquired by another worker`
          : `partition ${partition} stands at ${answer}, not at ${commit.firstOffset}`,
      );
    },
  };
}

/** Forgets everything about a partition. */
export async function dropPartition(redis: RedisConnection, partition: number): Promise<void> {
  await redis.send(['UNLINK', ...Object.values(keysOf(partition))]);
}
