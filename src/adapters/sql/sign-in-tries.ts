// Tries to sign in, counted in the database before any password is hashed: of many at once, in however many processes, each has
// a number of its own.
import { isoTime } from '../../domain/iso-time.ts';
import type { SignInTries, TryLimit } from '../../ports/office/people.ts';
import type { SqlSession, Statement } from './session.ts';
import { timeMs } from './values.ts';

/** What was tried longer ago does not count any more. */
const REMEMBERED_MS = 24 * 3_600_000;
const MAX_ROWS = 200_000;
/** Names are made up by whoever likes: the table is kept small now and then. */
const TIDY_EVERY = 500;
const ANYWHERE = '';

/** What a right password takes back: its own count, and one of what is counted for the name. */
export function forgiven(name: string, source: string): Statement[] {
  return [
    { sql: 'delete from sign_in_tries where name = $1 and source = $2', parameters: [name, source] },
    {
      sql: `update sign_in_tries set failures = greatest(failures - 1, 0), locked_until = null
            where name = $1 and source = '${ANYWHERE}'`,
      parameters: [name],
    },
  ];
}

export function createSignInTries(session: SqlSession): SignInTries {
  let tries = 0;

  /** Counts one more where it is not locked, in one statement; the row's lock puts those of one name in a row. */
  async function count(
    name: string,
    source: string,
    nowMs: number,
    limit: TryLimit,
  ): Promise<number | undefined> {
    const [row] = await session.query(
      `insert into sign_in_tries as t (name, source, failures, at) values ($1, $2, 1, $3)
       on conflict (name, source) do update set at = excluded.at,
         failures = case when t.at < $4 then 1 else t.failures + 1 end,
         locked_until = case when t.at < $4 or t.failures + 1 < $5 then null else excluded.at
           + least($7::float8, $6::float8 * power(2, least(t.failures + 1 - $5, 40))) * interval '1 millisecond' end
       where t.locked_until is null or t.locked_until <= excluded.at
       returning failures`,
      [
        name,
        source,
        isoTime(nowMs),
        isoTime(nowMs - REMEMBERED_MS),
        limit.free,
        limit.firstMs,
        limit.longestMs,
      ],
    );
    return row && Number(row.failures);
  }

  async function waitMs(name: string, source: string, nowMs: number): Promise<number> {
    const [row] = await session.query(
      'select locked_until from sign_in_tries where name = $1 and source = $2 and locked_until > $3',
      [name, source, isoTime(nowMs)],
    );
    return row ? timeMs(row.locked_until) - nowMs : 0;
  }

  async function tidy(nowMs: number): Promise<void> {
    await session.query('delete from sign_in_tries where at < $1', [isoTime(nowMs - REMEMBERED_MS)]);
    await session.query(
      `delete from sign_in_tries where at <= (select at from sign_in_tries order by at desc offset ${MAX_ROWS} limit 1)`,
      [],
    );
  }

  return {
    async take(name, source, nowMs, own, anywhere) {
      if (tries++ % TIDY_EVERY === 0) await tidy(nowMs);
      if (anywhere) {
        // Asked before the own count, which a name that is slowed for all must not use up.
        const slowed = await waitMs(name, ANYWHERE, nowMs);
        if (slowed > 0) return { waitMs: slowed };
      }
      const failures = await count(name, source, nowMs, own);
      if (failures === undefined) return { waitMs: Math.max(1, await waitMs(name, source, nowMs)) };
      if (anywhere && (await count(name, ANYWHERE, nowMs, anywhere)) === undefined) {
        await session.query(
          `update sign_in_tries set failures = failures - 1, locked_until = case when failures > $3 then locked_until end
           where name = $1 and source = $2`,
          [name, source, own.free],
        );
        return { waitMs: Math.max(1, await waitMs(name, ANYWHERE, nowMs)) };
      }
      return { failures };
    },
  };
}
