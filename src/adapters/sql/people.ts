// People, sessions, links and keys in the database; each change and its audit line are one transaction.
import type { Permission, Role } from '../../domain/access.ts';
import { isoTime } from '../../domain/iso-time.ts';
import type { ApiKey, People, Session, User } from '../../ports/office/people.ts';
import { auditStatement, auditText } from './audit.ts';
import type { Row, SqlSession, Statement } from './session.ts';
import { ADMINISTERS, LAST_ADMINISTRATOR } from './sign-in-tables.ts';
import { createSignInTries, forgiven } from './sign-in-tries.ts';
import { textOrNone, timeMs, timeMsOrNone } from './values.ts';

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
  'u.id, u.name, u.roles, u.disabled, u.password_hash is not null as has_password, (u.password_hash is not null or u.oidc_subject is not null) and not u.disabled as can_sign_in, u.created_at as user_since, u.last_sign_in_at';

function toUser(row: Row): User {
  return {
    id: String(row.id),
    name: String(row.name),
    roles: JSON.parse(String(row.roles)) as Role[],
    disabled: row.disabled === true,
    hasPassword: row.has_password === true,
    canSignIn: row.can_sign_in === true,
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
    ownerId: textOrNone(row.owner_id),
    createdAtMs: timeMs(row.created_at),
    expiresAtMs: timeMsOrNone(row.expires_at),
    lastUsedAtMs: timeMsOrNone(row.last_used_at),
    revoked: row.revoked === true,
    secretHash: String(row.secret_hash),
  };
}

/** A browser that was not used for so long is a new one. */
const DEVICE_MS = 180 * 86_400_000;
const MAX_DEVICES = 20;

/** Whoever has a new password comes in anew everywhere, and nothing that was tried before counts. */
const forgetSignIns = (id: string): Statement[] => [
  { sql: 'delete from sessions where user_id = $1', parameters: [id] },
  { sql: 'delete from known_devices where user_id = $1', parameters: [id] },
  { sql: 'delete from sign_in_tries where name = $1', parameters: [id] },
];

export function createPeople(session: SqlSession): People {
  /** False where the database refuses to be left without an administrator. */
  async function unlessLast(statements: readonly Statement[]): Promise<boolean> {
    try {
      await session.transaction(statements);
      return true;
    } catch (error) {
      if ((error as { code?: string }).code === LAST_ADMINISTRATOR) return false;
      throw error;
    }
  }
  const userWhere = async (condition: string, value: string): Promise<User | undefined> => {
    const [row] = await session.query(`select ${USER_COLUMNS} from users u where ${condition}`, [value]);
    return row && toUser(row);
  };
  return {
    async anyone() {
      return (await session.query('select 1 from users limit 1', [])).length > 0;
    },
    async administered() {
      return (await session.query(`select 1 from users u where ${ADMINISTERS} limit 1`, [])).length > 0;
    },
    tries: createSignInTries(session),
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
      const [row] = await session.query('select password_hash from users where id = $1 and not disabled', [
        id,
      ]);
      return row && { passwordHash: textOrNone(row.password_hash) };
    },
    async addUser({ id, name, roles, oidcSubject }, entry) {
      const rows = await session.query(
        `with added as (
           insert into users (id, name, roles, oidc_subject, created_at)
           select $1::text, $2::text, $3::text, $4::text, $5::timestamptz
           where $3::text::jsonb @> '["administrator"]' or $4::text is not null or exists (select 1 from users)
           on conflict do nothing returning id)
         select append_audit($6) from added`,
        [id, name, JSON.stringify(roles), oidcSubject ?? null, isoTime(entry.atMs), auditText(entry)],
      );
      return rows.length > 0;
    },
    async makeAdministrator(id, entry) {
      await session.query(
        `with made as (
           insert into users as u (id, name, roles, created_at) values ($1, $1, '["administrator"]', $2)
           on conflict (id) do update set disabled = false,
             roles = case when u.roles::jsonb @> '["administrator"]' then u.roles
               else (u.roles::jsonb || '["administrator"]')::text end
           returning id)
         select append_audit($3) from made`,
        [id, isoTime(entry.atMs), auditText(entry)],
      );
    },
    async linkOidc(id, subject, entry) {
      await session.transaction([
        { sql: 'update users set oidc_subject = $2 where id = $1', parameters: [id, subject] },
        auditStatement(entry),
      ]);
    },
    setRoles: (id, roles, entry) =>
      unlessLast([
        { sql: 'update users set roles = $2 where id = $1', parameters: [id, JSON.stringify(roles)] },
        auditStatement(entry),
      ]),
    setDisabled: (id, disabled, entry) =>
      unlessLast([
        { sql: 'update users set disabled = $2 where id = $1', parameters: [id, disabled] },
        { sql: 'delete from sessions where user_id = $1', parameters: [id] },
        { sql: 'delete from known_devices where user_id = $1', parameters: [id] },
        auditStatement(entry),
      ]),
    async setPassword(id, passwordHash, entry) {
      await session.transaction([
        { sql: 'update users set password_hash = $2 where id = $1', parameters: [id, passwordHash] },
        ...forgetSignIns(id),
        auditStatement(entry),
      ]);
    },
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
    async addKey({ id, name, permissions, createdBy, ownerId, createdAtMs, expiresAtMs }, secretHash, entry) {
      await session.transaction([
        {
          sql: `insert into api_keys (id, name, secret_hash, permissions, created_by, owner_id, created_at, expires_at)
                values ($1, $2, $3, $4, $5, $6, $7, $8)`,
          parameters: [
            id,
            name,
            secretHash,
            JSON.stringify(permissions),
            createdBy,
            ownerId ?? null,
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
