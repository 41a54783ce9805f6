// People, sessions, links and keys in the database; each change and its audit line are one transaction.
import type { Permission, Role } from '../../domain/access.ts';
import { isoTime } from '../../domain/iso-time.ts';
import type { ApiKey, People, Session, User } from '../../ports/people.ts';
import { auditStatement, auditText } from './audit.ts';
import type { Row, SqlSession } from './session.ts';
import { timeMs, timeMsOrNone } from './values.ts';

export const PEOPLE_TABLES: readonly string[] = [
  `create table users (
    id text primary key, name text not null, roles text not null, password_hash text, oidc_subject text unique,
    disabled boolean not null default false, created_at timestamptz not null, last_sign_in_at timestamptz,
    failures integer not null default 0, locked_until timestamptz)`,
  `create table sessions (
    token_hash text primary key, user_id text not null references users, created_at timestamptz not null,
    last_used_at timestamptz not null)`,
  'create index sessions_user on sessions (user_id)',
  `create table one_time_links (
    token_hash text primary key, user_id text references users, expires_at timestamptz not null,
    used boolean not null default false)`,
  `create table api_keys (
    id text primary key, name text not null, secret_hash text not null, permissions text not null,
    created_by text not null, created_at timestamptz not null, expires_at timestamptz,
    last_used_at timestamptz, revoked boolean not null default false)`,
];

const USER_COLUMNS =
  'u.id, u.name, u.roles, u.disabled, u.password_hash is not null as has_password, u.created_at as user_since, u.last_sign_in_at';

function toUser(row: Row): User {
  return {
    id: String(row.id),
    name: String(row.name),
    roles: JSON.parse(String(row.roles)) as Role[],
    disabled: row.disabled === true,
    hasPassword: row.has_password === true,
    createdAtMs: timeMs(row.user_since),
    lastSignInAtMs: timeMsOrNone(row.last_sign_in_at),
  };
}

function toKey(row: Row): ApiKey & { readonly secretHash: string } {
  return {
    id: String(row.id),
    name: String(row.name),
    permissions: JSON.parse(String(row.permissions)) as Permission[],
    createdBy: String(row.created_by),
    createdAtMs: timeMs(row.created_at),
    expiresAtMs: timeMsOrNone(row.expires_at),
    lastUsedAtMs: timeMsOrNone(row.last_used_at),
    revoked: row.revoked === true,
    secretHash: String(row.secret_hash),
  };
}

export function createPeople(session: SqlSession): People {
  const userWhere = async (condition: string, value: string): Promise<User | undefined> => {
    const [row] = await session.query(`select ${USER_COLUMNS} from users u where ${condition}`, [value]);
    return row && toUser(row);
  };
  return {
    async anyone() {
      return (await session.query('select 1 from users limit 1', [])).length > 0;
    },
    async users() {
      const rows = await session.query(
        `select ${USER_COLUMNS} from users u order by lower(u.name), u.id`,
        [],
      );
      return rows.map(toUser);
    },
    user: (id) => userWhere('u.id = $1', id),
    userOfOidc: (subject) => userWhere('u.oidc_subject = $1', subject),
    async credentials(id) {
      const [row] = await session.query(
        'select password_hash, failures, locked_until from users where id = $1 and not disabled',
        [id],
      );
      if (!row) return undefined;
      return {
        passwordHash: row.password_hash === null ? undefined : String(row.password_hash),
        failures: Number(row.failures),
        lockedUntilMs: timeMsOrNone(row.locked_until),
      };
    },
    async addUser({ id, name, roles, oidcSubject }, entry) {
      const rows = await session.query(
        `with added as (
           insert into users (id, name, roles, oidc_subject, created_at) values ($1, $2, $3, $4, $5)
           on conflict do nothing returning id)
         select append_audit($6) from added`,
        [id, name, JSON.stringify(roles), oidcSubject ?? null, isoTime(entry.atMs), auditText(entry)],
      );
      return rows.length > 0;
    },
    async linkOidc(id, subject, entry) {
      await session.transaction([
        { sql: 'update users set oidc_subject = $2 where id = $1', parameters: [id, subject] },
        auditStatement(entry),
      ]);
    },
    async setRoles(id, roles, entry) {
      await session.transaction([
        { sql: 'update users set roles = $2 where id = $1', parameters: [id, JSON.stringify(roles)] },
        auditStatement(entry),
      ]);
    },
    async setDisabled(id, disabled, entry) {
      await session.transaction([
        { sql: 'update users set disabled = $2 where id = $1', parameters: [id, disabled] },
        { sql: 'delete from sessions where user_id = $1', parameters: [id] },
        auditStatement(entry),
      ]);
    },
    async setPassword(id, passwordHash, entry) {
      await session.transaction([
        {
          sql: 'update users set password_hash = $2, failures = 0, locked_until = null where id = $1',
          parameters: [id, passwordHash],
        },
        { sql: 'delete from sessions where user_id = $1', parameters: [id] },
        auditStatement(entry),
      ]);
    },
    async failed(id, lockedUntilMs, entry) {
      await session.transaction([
        {
          sql: 'update users set failures = failures + 1, locked_until = $2 where id = $1',
          parameters: [id, lockedUntilMs === undefined ? null : isoTime(lockedUntilMs)],
        },
        auditStatement(entry),
      ]);
    },
    async signedIn(id, tokenHash, atMs, entry) {
      await session.transaction([
        {
          sql: 'update users set failures = 0, locked_until = null, last_sign_in_at = $2 where id = $1',
          parameters: [id, isoTime(atMs)],
        },
        {
          sql: 'insert into sessions (token_hash, user_id, created_at, last_used_at) values ($1, $2, $3, $3)',
          parameters: [tokenHash, id, isoTime(atMs)],
        },
        auditStatement(entry),
      ]);
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
        'select user_id from one_time_links where token_hash = $1 and not used and expires_at > $2',
        [tokenHash, isoTime(nowMs)],
      );
      return row && { userId: row.user_id === null ? undefined : String(row.user_id) };
    },
    async takeLink(tokenHash, nowMs) {
      const rows = await session.query(
        `update one_time_links set used = true where token_hash = $1 and not used and expires_at > $2
         returning token_hash`,
        [tokenHash, isoTime(nowMs)],
      );
      return rows.length > 0;
    },
    async keys() {
      const rows = await session.query('select * from api_keys order by created_at desc', []);
      return rows.map((row) => {
        const { secretHash: _secretHash, ...key } = toKey(row);
        return key;
      });
    },
    async key(id) {
      const [row] = await session.query('select * from api_keys where id = $1', [id]);
      return row && toKey(row);
    },
    async addKey({ id, name, permissions, createdBy, createdAtMs, expiresAtMs }, secretHash, entry) {
      await session.transaction([
        {
          sql: `insert into api_keys (id, name, secret_hash, permissions, created_by, created_at, expires_at)
                values ($1, $2, $3, $4, $5, $6, $7)`,
          parameters: [
            id,
            name,
            secretHash,
            JSON.stringify(permissions),
            createdBy,
            isoTime(createdAtMs),
            expiresAtMs === undefined ? null : isoTime(expiresAtMs),
          ],
        },
        auditStatement(entry),
      ]);
    },
    async keyUsed(id, atMs) {
      await session.query('update api_keys set last_used_at = $2 where id = $1', [id, isoTime(atMs)]);
    },
    async revokeKey(id, entry) {
      const rows = await session.query(
        `with gone as (update api_keys set revoked = true where id = $1 and not revoked returning id)
         select append_audit($2) from gone`,
        [id, auditText(entry)],
      );
      return rows.length > 0;
    },
  };
}
