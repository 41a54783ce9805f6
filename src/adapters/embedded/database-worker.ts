// The thread that PGlite (PostgreSQL in process) lives in: answers one message after the other.
import './exact-text.ts';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import type { Statement } from '../sql/session.ts';

export type DatabaseRequest =
  | {
      readonly id: number;
      readonly kind: 'query';
      readonly sql: string;
      readonly parameters: readonly unknown[];
    }
  | { readonly id: number; readonly kind: 'read'; readonly sql: string }
  | { readonly id: number; readonly kind: 'transaction'; readonly statements: readonly Statement[] }
  | { readonly id: number; readonly kind: 'close' };
export type DatabaseReply =
  | { readonly id: number; readonly rows: unknown[]; readonly workMs: number }
  | { readonly id: number; readonly error: string; readonly code: string | undefined };

const port = parentPort;
if (!port) throw new Error('database-worker runs as a worker thread');
const { dataDir } = workerData as { dataDir: string };
const opening = PGlite.create({ dataDir });
let queue: Promise<void> = opening.then(
  () => undefined,
  () => undefined,
);

/** In a transaction that may not write, by a role that may only read tables, and of which nothing stays. */
async function read(database: PGlite, sql: string): Promise<unknown[]> {
  await database.query('begin transaction read only');
  try {
    await database.query('set local role pg_read_all_data');
    return (await database.query(sql)).rows;
  } finally {
    await database.query('rollback');
  }
}

async function answer(request: DatabaseRequest): Promise<unknown[]> {
  const database = await opening;
  switch (request.kind) {
    case 'query':
      return (await database.query(request.sql, [...request.parameters])).rows;
    case 'read':
      return read(database, request.sql);
    case 'transaction':
      if (request.statements.length === 1) {
        // A statement is a transaction of its own.
        const [only] = request.statements;
        await database.query(only.sql, [...only.parameters]);
      } else {
        await database.transaction(async (transaction) => {
          for (const { sql, parameters } of request.statements) await transaction.query(sql, [...parameters]);
        });
      }
      return [];
    case 'close':
      await database.close();
      return [];
  }
}

const reply = (message: DatabaseReply): void => port.postMessage(message);

// What is thrown here ends the thread, and the desk that it belongs to hears of it.
port.on('message', (request: DatabaseRequest) => {
  queue = queue.then(async () => {
    const started = performance.now();
    try {
      const rows = await answer(request);
      reply({ id: request.id, rows, workMs: performance.now() - started });
    } catch (error) {
      const { message, code } = error as Error & { code?: string };
      reply({ id: request.id, error: message, code });
      // After that PGlite answers nothing more: its desk is opened again on a new thread.
      if ((error as Error).name === 'RuntimeError') throw error;
    }
    if (request.kind === 'close') port.close();
  });
});
