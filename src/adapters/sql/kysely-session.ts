// A Kysely database over an SqlSession: the query builder writes the SQL, the session runs it.
import {
  type CompiledQuery,
  type DatabaseConnection,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely';
import type { Tables } from './schema.ts';
import type { SqlSession } from './session.ts';

/** The session has one connection that answers in order, so a Kysely transaction must not be shared with others. */
export function kyselyOver(session: SqlSession): Kysely<Tables> {
  const connection: DatabaseConnection = {
    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      return { rows: (await session.query(query.sql, query.parameters)) as R[] };
    },
    // biome-ignore lint/correctness/useYield: streaming is not offered, and says so when it is asked for
    async *streamQuery(): AsyncIterableIterator<never> {
      throw new Error('this database does not stream query results');
    },
  };
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
      createDriver: () => ({
        init: async () => undefined,
        acquireConnection: async () => connection,
        beginTransaction: async () => {
          await session.query('begin', []);
        },
        commitTransaction: async () => {
          await session.query('commit', []);
        },
        rollbackTransaction: async () => {
          await session.query('rollback', []);
        },
        releaseConnection: async () => undefined,
        destroy: async () => undefined,
      }),
    },
  });
}
