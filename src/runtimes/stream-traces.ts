// What an installation over a stream keeps of a person beside its database is with Kafka and Redis, for as long as docs/data.md says:
// nothing is taken out of them one by one.
import type { SqlSession } from '../adapters/sql/session.ts';
import type { Traces } from '../ports/desk.ts';

export const streamTraces = (session: SqlSession): Traces => ({
  async end() {
    const [row] = await session.query('select next from stream_sequence', []);
    return Number(row.next);
  },
  erase: async () => ({ histories: 0, records: 0 }),
});
