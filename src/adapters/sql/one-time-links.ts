// One-time links in the database: for a person's password, and for the first administrator.
import { isoTime } from '../../domain/iso-time.ts';
import type { OneTimeLinks } from '../../ports/office/people.ts';
import { auditText } from './audit.ts';
import type { SqlSession } from './session.ts';
import { ADMINISTERS } from './sign-in-tables.ts';

/** Links by the hashes of their secrets; each works once. */
export function createOneTimeLinks(session: SqlSession): OneTimeLinks {
  return {
    async addLink(tokenHash, userId, expiresAtMs) {
      await session.transaction([
        // A new link for the same person makes the one before worthless.
        {
          sql: 'delete from one_time_links where user_id is not distinct from $1',
          parameters: [userId ?? null],
        },
        {
          sql: 'insert into one_time_links (token_hash, user_id, expires_at) values ($1, $2, $3)',
          parameters: [tokenHash, userId ?? null, isoTime(expiresAtMs)],
        },
      ]);
    },
    async link(tokenHash, nowMs) {
      const [row] = await session.query(
        `select user_id from one_time_links where token_hash = $1 and not used and expires_at > $2
           and case when user_id is null then not exists (select 1 from users u where ${ADMINISTERS})
             else exists (select 1 from users u where u.id = user_id and not u.disabled) end`,
        [tokenHash, isoTime(nowMs)],
      );
      return row && { userId: row.user_id === null ? undefined : String(row.user_id) };
    },
    async takeLink(tokenHash, passwordHash, entry) {
      const rows = await session.query(
        `with link as (
           update one_time_links set used = true
           where token_hash = $1 and not used and expires_at > $2
             and exists (select 1 from users u where u.id = user_id and not u.disabled)
           returning user_id),
         changed as (
           update users set password_hash = $3 from link where id = link.user_id and not disabled returning id),
         ended as (delete from sessions using changed where user_id = changed.id),
         forgotten as (delete from known_devices using changed where user_id = changed.id),
         forgiven as (delete from sign_in_tries using changed where name = changed.id)
         select append_audit($4) from changed`,
        [tokenHash, isoTime(entry.atMs), passwordHash, auditText(entry)],
      );
      return rows.length > 0;
    },
    async takeFirstLink(tokenHash, { id, name, passwordHash }, entry) {
      const rows = await session.query(
        `with link as (
           update one_time_links set used = true
           where token_hash = $1 and user_id is null and not used and expires_at > $2
             and not exists (select 1 from users u where u.id = $3)
             and not exists (select 1 from users u where ${ADMINISTERS})
           returning token_hash),
         added as (
           insert into users (id, name, roles, password_hash, created_at)
           select $3, $4, '["administrator"]', $5, $2 from link returning id)
         select append_audit($6) from added`,
        [tokenHash, isoTime(entry.atMs), id, name, passwordHash, auditText(entry)],
      );
      return rows.length > 0;
    },
  };
}
