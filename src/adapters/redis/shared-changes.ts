// Histories that accounts share: the changes that each partition made, and snapshots of all of them.
import { randomUUID } from 'node:crypto';
import { asBuffer } from '../../domain/bytes.ts';
import type { SharedBatch, StateStore } from '../../ports/stream/state-store.ts';
import { bytesOr, list, text } from './answers.ts';
import type { RedisConnection } from './connection.ts';
import { keysOf } from './partition-keys.ts';
import { runScript } from './run-script.ts';
import { KEEP_SNAPSHOT } from './scripts.ts';

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
  /** Absent where the version before kept it. */
  readonly filled?: readonly string[];
};

/** A stream entry as Redis gives it: [id, [field, value]], the id being "offset-1". */
function entryOf(value: unknown): { nextOffset: number; payload: Uint8Array } {
  const [id, fields] = list(value);
  return { nextOffset: Number(text(id).split('-')[0]), payload: bytesOr(list(fields)[1]) };
}

async function newestSnapshot(
  redis: RedisConnection,
): Promise<(SnapshotHead & { readonly number: number }) | undefined> {
  const [number, head] = list(await redis.send(['HMGET', SNAPSHOT_HEAD, 'number', 'head']));
  if (number === null || head === null) return undefined;
  // Before snapshots had names, their number stood in its place.
  const kept = JSON.parse(text(head)) as Omit<SnapshotHead, 'name'> & Partial<SnapshotHead>;
  return { name: text(number), ...kept, number: Number(text(number)) };
}

/** What commits changed, and the snapshots that take its place. */
export function createSharedChanges(
  redis: RedisConnection,
): Pick<StateStore, 'sharedAfter' | 'sharedSnapshot' | 'keepSnapshot' | 'snapshotState'> {
  return {
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
      const newest = await newestSnapshot(redis);
      if (!newest) return undefined;
      const { number, name, pieces, offsets, filled = [] } = newest;
      const found = await Promise.all(
        Array.from({ length: pieces }, (_, i) => redis.send(['GET', pieceKey(name, i)])),
      );
      if (found.some((piece) => piece === null)) throw new Error('a newer snapshot was kept meanwhile');
      return { number, offsets: new Map(offsets), filled, pieces: found.map(bytesOr) };
    },
    async keepSnapshot({ number, offsets, filled, pieces }) {
      const name = `${number}-${randomUUID().slice(0, 8)}`;
      await redis.send(['SADD', SNAPSHOTS_BEGUN, name]);
      let count = 0;
      for await (const piece of pieces) {
        if (count === MAX_PIECES) throw new RangeError(`more than ${MAX_PIECES} pieces in a snapshot`);
        await redis.send(['SET', pieceKey(name, count++), asBuffer(piece)]);
      }
      const former = await newestSnapshot(redis);
      const letGo = new Map(former?.offsets);
      const head: SnapshotHead = { name, pieces: count, offsets: [...offsets], filled };
      const partitions = [...offsets.keys()];
      const answer = await runScript(
        redis,
        KEEP_SNAPSHOT,
        [SNAPSHOT_HEAD, ...partitions.flatMap((p) => [keysOf(p).shared, keysOf(p).head])],
        [
          String(number),
          JSON.stringify(head),
          ...partitions.flatMap((p) => [letGo.get(p) ?? 0, offsets.get(p) ?? 0].map(String)),
        ],
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
