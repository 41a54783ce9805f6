// A PostgreSQL server as an SqlSession: a bounded pool, every statement with a time limit.
import { Kysely, PostgresDialect } from 'kysely';
import { Pool, type PoolClient } from 'pg';
import { InputError } from '../../domain/input-error.ts';
import { diskFullError, OverCapacityError } from '../../ports/desk.ts';
import type { Tables } from '../sql/schema.ts';
import type { Row, SqlSession } from '../sql/session.ts';

export type PostgresOptions = {
  /** postgres://user:password@host:port/database, with sslmode and the like. */
  readonly url: string;
  readonly connections?: number;
  readonly statementTimeoutMs?: number;
  readonly connectTimeoutMs?: number;
};

export type Postgres = { readonly session: SqlSession; readonly db: Kysely<Tables>; readonly pool: Pool };

const CONNECTIONS = 8;
const STATEMENT_TIMEOUT_MS = 15_000;
const CONNECT_TIMEOUT_MS = 5_000;
const IDLE_MS = 60_000;
const IDLE_IN_TRANSACTION_MS = 10_000;
const DISK_FULL = '53100';
/** The statement timeout, and what the pool says when all its connections are at work. */
const TIMED_OUT = '57014';
const NO_CONNECTION = 'timeout exceeded when trying to connect';

/**
 * Connects to a server. Throws InputError, naming DATABASE_URL, when the address, the password or the database is
 * wrong; other failures (a server that is not up yet) come as they are, to be tried again. A full disk of the
 * server is an OverCapacityError.
 */
export async function openPostgres(options: PostgresOptions): Promise<Postgres> {
  const pool = new Pool({
    connectionString: options.url,
    max: options.connections ?? CONNECTIONS,
    statement_timeout: options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS,
    // A process that sleeps in the middle of a transaction must not hold its locks for long.
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    connectionTimeoutMillis: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_MS,
    application_name: 'goshawk',
  });
  // A connection that dies while idle is replaced on its next use; that use reports what is wrong.
  pool.on('error', () => undefined);
  // One that dies between two statements of a transaction says so by itself as well: the next statement reports it.
  pool.on('connect', (client) => client.on('error', () => undefined));
  try {
    const { rows } = await pool.query("select current_setting('server_encoding') as encoding");
    if (rows[0].encoding !== 'UTF8') throw new InputError(wrongEncoding(rows[0].encoding, options.url));
  } catch (error) {
    await pool.end();
    throw explained(error, options.url);
  }

  async function inTransaction(client: PoolClient, work: () => Promise<void>): Promise<void> {
    await client.query('begin');
    try {
      await work();
      await client.query('commit');
    } catch (error) {
      // The connection may be what failed; the server then rolls back by itself.
      await client.query('rollback').catch(() => undefined);
      throw error;
    }
  }

  const session: SqlSession = {
    async query(sql, parameters) {
      return (await pool.query(sql, [...parameters]).catch(rethrow)).rows as Row[];
    },
    async transaction(statements) {
      if (statements.length === 1) {
        // A statement is a transaction of its own.
        const [{ sql, parameters }] = statements;
        await pool.query(sql, [...parameters]).catch(rethrow);
        return;
      }
      const client = await pool.connect();
      let failure: Error | undefined;
      try {
        await inTransaction(client, async () => {
          for (const { sql, parameters } of statements) await client.query(sql, [...parameters]);
        });
      } catch (error) {
        failure = error as Error;
        rethrow(error);
      } finally {
        client.release(failure);
      }
    },
    close: () => pool.end(),
  };
  return { session, db: new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }), pool };
}

function rethrow(error: unknown): never {
  const { code, message } = error as { code?: string; message?: string };
  if (code === DISK_FULL) throw diskFullError();
  if (code === TIMED_OUT || message === NO_CONNECTION) {
    throw new OverCapacityError(
      'The database takes too long for this. Ask for less (a shorter time, one account, a smaller page), or try again.',
      5,
    );
  }
  throw error;
}

/** SQLSTATE classes of https://www.postgresql.org/docs/current/errcodes-appendix.html */
function explained(error: unknown, url: string): unknown {
  const { code, message } = error as { code?: string; message: string };
  const where = withoutPassword(url);
  switch (code) {
    case '28P01':
    case '28000':
      return new InputError(`DATABASE_URL: ${where} does not accept this user and password (${message}).`);
    case '3D000':
      return new InputError(
        `DATABASE_URL: there is no such database at ${where}; create it first (${message}).`,
      );
    case 'ENOTFOUND':
    case 'ERR_INVALID_URL':
      return new InputError(`DATABASE_URL: ${where} is not the address of a PostgreSQL server (${message}).`);
    default:
      return error;
  }
}

/** Others cannot hold every text, or hold bytes that are none. */
const wrongEncoding = (encoding: string, url: string): string =>
  `DATABASE_URL: the database at ${withoutPassword(url)} is in ${encoding}; create one in UTF8 (create database … encoding 'UTF8' template template0).`;

function withoutPassword(url: string): string {
  try {
    const parsed = new URL(url);
    parsed.password = '';
    return parsed.toString();
  } catch {
    return 'the address';
  }
}
