// Sessions in the database, and the browsers that people signed in with before.
import { isoTime } from '../../domain/iso-time.ts';
import type { Session, SignIns } from '../../ports/office/people.ts';
import { toUser, USER_COLUMNS } from './accounts.ts';
import { auditStatement } from './audit.ts';
import type { SqlSession } from './session.ts';
import { createSignInTries, forgiven } from './sign-in-tries.ts';
import { timeMs } from './values.ts';

/** A browser that was not used for so long is a new one. */
const DEVICE_MS = 180 * 86_400_000;
const MAX_DEVICES = 20;

/** Sessions of everybody; each that begins or is ended has its line of the audit trail. */
export function createSignIns(session: SqlSession): SignIns {
  return {
    tries: createSignInTries(session),
    async signedIn(id, { tokenHash, deviceHash, forgive }, atMs, entry) {
      const at = isoTime(atMs);
      await session.transaction([
        { sql: 'update users set last_sign_in_at = $2 where id = $1', parameters: [id, at] },
        {
          sql: 'insert into sessions (token_hash, user_id, created_at, last_used_at) values ($1, $2, $3, $3)',
          parameters: [tokenHash, id, at],
        },
        {
          sql: `insert into known_devices values ($1, $2, $3)
                on conflict (token_hash, user_id) do update set at = excluded.at`,
          parameters: [deviceHash, id, at],
        },
        {
          sql: `delete from known_devices where user_id = $1 and token_hash not in (
                  select token_hash from known_devices where user_id = $1 order by at desc limit ${MAX_DEVICES})`,
          parameters: [id],
        },
        ...(forgive === undefined ? [] : forgiven(id, forgive)),
        auditStatement(entry),
      ]);
    },
    async peopleOfDevice(deviceHash, nowMs) {
      const rows = await session.query(
        'select user_id from known_devices where token_hash = $1 and at > $2',
        [deviceHash, isoTime(nowMs - DEVICE_MS)],
      );
      return rows.map((row) => String(row.user_id));
    },
    async session(tokenHash): Promise<Session | undefined> {
      const [row] = await session.query(
        `select ${USER_COLUMNS}, s.created_at, s.last_used_at from sessions s join users u on u.id = s.user_id
         where s.token_hash = $1 and not u.disabled`,
        [tokenHash],
      );
      return (
        row && {
          user: toUser(row),
          createdAtMs: timeMs(row.created_at),
          lastUsedAtMs: timeMs(row.last_used_at),
        }
      );
    },
    async sessionUsed(tokenHash, atMs) {
      await session.query('update sessions set last_used_at = $2 where token_hash = $1', [
        tokenHash,
        isoTime(atMs),
      ]);
    },
    async endSession(tokenHash, entry) {
      await session.transaction([
        { sql: 'delete from sessions where token_hash = $1', parameters: [tokenHash] },
        auditStatement(entry),
      ]);
    },
  };
}
