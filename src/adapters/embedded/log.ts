// The log of the embedded runtime: batches of records in a PGlite table, appended by group commit.
// Delivery: an append resolves only when its transaction is committed; each offset is written once.
import { zstdCompressSync } from 'node:zlib';
import type { LogRecord } from '../../engine/records.ts';
import type { Log, LogBatch } from '../../ports/stream/log.ts';
import type { Row, SqlSession } from '../sql/session.ts';
import { unpackBatch } from './log-pages.ts';

const MAX_GROUP_RECORDS = 1000;
/** Newest batches kept in memory, so that the engine does not read back what was just written. */
const TAIL_BATCHES = 64;

type Pending = { records: readonly LogRecord[]; resolve(offset: number): void; reject(error: Error): void };

/** What is written together, from the head of a queue: one append at least. */
function nextGroup(queue: readonly Pending[]): Pending[] {
  const group: Pending[] = [];
  let size = 0;
  while (
    queue.length > group.length &&
    (size === 0 || size + queue[group.length].records.length <= MAX_GROUP_RECORDS)
  ) {
    size += queue[group.length].records.length;
    group.push(queue[group.length]);
  }
  return group;
}

/** At most `max` records from an offset on, of batches that follow one another. */
function partOf(batches: Iterable<LogBatch>, fromOffset: number, max: number): LogBatch {
  const records: LogRecord[] = [];
  for (const batch of batches) {
    const next = fromOffset + records.length;
    if (batch.firstOffset + batch.records.length <= next) continue;
    for (let i = next - batch.firstOffset; i < batch.records.length && records.length < max; i++) {
      records.push(batch.records[i]);
    }
  }
  return { firstOffset: fromOffset, records };
}

/** The next batches from the one on that holds an offset; each is unpacked when it is its turn, since they are large. */
async function storedFrom(session: SqlSession, offset: number): Promise<Iterable<LogBatch>> {
  const rows = await session.query(
    `select base_offset, payload from log_batches
     where base_offset >= (select max(base_offset) from log_batches where base_offset <= $1)
     order by base_offset limit 16`,
    [offset],
  );
  return unpacked(rows);
}

function* unpacked(rows: readonly Row[]): Generator<LogBatch> {
  for (const row of rows) {
    yield { firstOffset: Number(row.base_offset), records: unpackBatch(row.payload as Uint8Array) };
  }
}

/** The log in a database; it goes on where that ends. */
export async function openEmbeddedLog(session: SqlSession, nowMs: () => number): Promise<Log> {
  const [last] = await session.query(
    'select base_offset + records as "end" from log_batches order by base_offset desc limit 1',
    [],
  );
  let end = Number(last?.end ?? 0);
  let queue: Pending[] = [];
  let queued = 0;
  let writing = false;
  let wakers: (() => void)[] = [];
  let lastAppendMs: number | undefined;
  const tail: LogBatch[] = [];

  function wake(): void {
    const woken = wakers;
    wakers = [];
    for (const resolve of woken) resolve();
  }

  async function writeGroups(): Promise<void> {
    if (writing) return;
    writing = true;
    while (queue.length > 0) {
      const group = nextGroup(queue);
      queue = queue.slice(group.length);
      const records = group.flatMap((item) => item.records);
      const started = performance.now();
      try {
        const payload = zstdCompressSync(JSON.stringify(records));
        await session.query('insert into log_batches values ($1, $2, $3, $4)', [
          end,
          records.length,
          new Date(nowMs()).toISOString(),
          payload,
        ]);
        lastAppendMs = performance.now() - started;
        tail.push({ firstOffset: end, records });
        if (tail.length > TAIL_BATCHES) tail.shift();
        let offset = end;
        end += records.length;
        for (const item of group) {
          item.resolve(offset);
          offset += item.records.length;
        }
        wake();
      } catch (error) {
        for (const item of group) item.reject(error as Error);
      } finally {
        queued -= records.length;
      }
    }
    writing = false;
  }

  return {
    append(records) {
      if (records.length === 0) return Promise.resolve(end);
      return new Promise((resolve, reject) => {
        queue.push({ records, resolve, reject });
        queued += records.length;
        void writeGroups();
      });
    },
    async read(fromOffset, max) {
      if (fromOffset >= end) return { firstOffset: fromOffset, records: [] };
      if (tail.length > 0 && tail[0].firstOffset <= fromOffset) return partOf(tail, fromOffset, max);
      return partOf(await storedFrom(session, fromOffset), fromOffset, max);
    },
    endOffset: () => end,
    get pending() {
      return queued;
    },
    arrival: (offset) => (offset < end ? Promise.resolve() : new Promise((resolve) => wakers.push(resolve))),
    wake,
    get lastAppendMs() {
      return lastAppendMs;
    },
  };
}
