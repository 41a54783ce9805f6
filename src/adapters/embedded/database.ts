// PGlite in a worker thread of its own, as an SqlSession. There is one thread for all: what decisions wait for goes to it at
// once, in order; what can wait goes one by one, between what decisions ask.
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { diskFullError } from '../../ports/desk.ts';
import type { Row, SqlSession } from '../sql/session.ts';
import type { DatabaseReply, DatabaseRequest } from './database-worker.ts';
import { createTurns } from './turns.ts';

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

type Ask = (body: RequestBody) => Promise<Row[]>;
export type EmbeddedDatabase = SqlSession & {
  /** One statement of somebody at the machine, which can change nothing. */
  read(sql: string): Promise<Row[]>;
  /** The same database for whoever can wait: at most one of these statements stands before one of the others. */
  readonly unhurried: SqlSession;
  /** Requests not answered yet. */
  readonly waiting: number;
};

const closedError = (): DatabaseError => new DatabaseError('the database is closed', undefined);

const sessionOf = (ask: Ask): Pick<SqlSession, 'query' | 'transaction'> => ({
  query: (sql, parameters) => ask({ kind: 'query', sql, parameters }),
  async transaction(statements) {
    await ask({ kind: 'transaction', statements });
  },
});

/** Opens (or makes) the database in a folder. `onFailure` hears of a thread that died. A full disk is an OverCapacityError. */
export function openEmbeddedDatabase(dataDir: string, onFailure: (error: Error) => void): EmbeddedDatabase {
  const worker = new Worker(new URL('./database-worker.ts', import.meta.url), { workerData: { dataDir } });
  const waiting = new Map<number, Waiting>();
  let nextId = 1;
  let closed = false;
  const turns = createTurns(send);
  const unlessClosed =
    (ask: Ask): Ask =>
    (body) =>
      closed ? Promise.reject(closedError()) : ask(body);
  const askInTurn = unlessClosed(turns.inTurn);
  /** Nobody waits for a thread that is gone, whether it was wanted to end or not. */
  const fail = (error: Error): void => {
    const wasClosed = closed;
    closed = true;
    for (const request of waiting.values()) request.reject(error);
    waiting.clear();
    turns.drop(error);
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
  function send(body: RequestBody): Promise<Row[]> {
    return new Promise((resolve, reject) => {
      const id = nextId++;
      worker.postMessage({ id, ...body });
      waiting.set(id, { resolve, reject });
    });
  }

  async function close(): Promise<void> {
    if (closed) return;
    closed = true;
    turns.hurry();
    const late = new AbortController();
    try {
      // What was committed is on the disk: a thread that hangs is ended as it is.
      await Promise.race([send({ kind: 'close' }), sleep(CLOSE_MS, undefined, { signal: late.signal })]);
    } finally {
      late.abort();
      await worker.terminate();
    }
  }
  return {
    ...sessionOf(unlessClosed(turns.now)),
    read: (sql) => askInTurn({ kind: 'read', sql }),
    unhurried: { ...sessionOf(askInTurn), close },
    close,
    get waiting() {
      return waiting.size + turns.waiting;
    },
  };
}
