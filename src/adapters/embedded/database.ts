// PGlite in a worker thread of its own, as an SqlSession. Requests are answered in the order they were made.
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { diskFullError } from '../../ports/desk.ts';
import type { Row, SqlSession } from '../sql/session.ts';
import type { DatabaseReply, DatabaseRequest } from './database-worker.ts';

/** PostgreSQL's code for it; the statement had no effect and may be tried again. */
const DISK_FULL = '53100';
const CLOSE_MS = 20_000;

export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly code: string | undefined;
  constructor(message: string, code: string | undefined) {
    super(message);
    this.code = code;
  }
}

type Waiting = { resolve(rows: Row[]): void; reject(error: Error): void };
type RequestBody = DatabaseRequest extends infer R ? (R extends unknown ? Omit<R, 'id'> : never) : never;

export type EmbeddedDatabase = SqlSession & {
  /** One statement of somebody at the machine, which can change nothing. */
  read(sql: string): Promise<Row[]>;
  /** Requests not answered yet. */
  readonly waiting: number;
};

/** Opens (or makes) the database in a folder. `onFailure` hears of a thread that died. A full disk is an OverCapacityError. */
export function openEmbeddedDatabase(dataDir: string, onFailure: (error: Error) => void): EmbeddedDatabase {
  const worker = new Worker(new URL('./database-worker.ts', import.meta.url), { workerData: { dataDir } });
  const waiting = new Map<number, Waiting>();
  let nextId = 1;
  let closed = false;
  /** Nobody waits for a thread that is gone, whether it was wanted to end or not. */
  const fail = (error: Error): void => {
    const wasClosed = closed;
    closed = true;
    for (const request of waiting.values()) request.reject(error);
    waiting.clear();
    if (!wasClosed) onFailure(error);
  };
  worker.on('error', fail);
  worker.on('exit', (code) => fail(new DatabaseError(`the database thread ended with ${code}`, undefined)));
  worker.on('messageerror', fail);
  worker.on('message', (reply: DatabaseReply) => {
    const request = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (!request) return;
    if ('error' in reply) {
      const isFull = reply.code === DISK_FULL;
      request.reject(isFull ? diskFullError() : new DatabaseError(reply.error, reply.code));
    } else request.resolve(reply.rows as Row[]);
  });
  function ask(body: RequestBody): Promise<Row[]> {
    if (closed) return Promise.reject(new DatabaseError('the database is closed', undefined));
    return new Promise((resolve, reject) => {
      const id = nextId++;
      worker.postMessage({ id, ...body });
      waiting.set(id, { resolve, reject });
    });
  }
  return {
    query: (sql, parameters) => ask({ kind: 'query', sql, parameters }),
    read: (sql) => ask({ kind: 'read', sql }),
    async transaction(statements) {
      await ask({ kind: 'transaction', statements });
    },
    async close() {
      if (closed) return;
      const done = ask({ kind: 'close' });
      closed = true;
      const late = new AbortController();
      try {
        // What was committed is on the disk: a thread that hangs is ended as it is.
        await Promise.race([done, sleep(CLOSE_MS, undefined, { signal: late.signal })]);
      } finally {
        late.abort();
        await worker.terminate();
      }
    },
    get waiting() {
      return waiting.size;
    },
  };
}
