// Accounts of people in the database: who they are, and what they may.
import type { Role } from '../../domain/access.ts';
import { isoTime } from '../../domain/iso-time.ts';
import type { Accounts, User } from '../../ports/office/people.ts';
import { auditStatement, auditText } from './audit.ts';
import type { Row, SqlSession, Statement } from './session.ts';
import { ADMINISTERS, LAST_ADMINISTRATOR } from './sign-in-tables.ts';
import { textOrNone, timeMs, timeMsOrNone } from './values.ts';

/** Of a user `u`. */
export const USER_COLUMNS =
  'u.id, u.name, u.roles, u.disabled, u.password_hash is not null as has_password, (u.password_hash is not null or u.oidc_subject is not null) and not u.disabled as can_sign_in, u.created_at as user_since, u.last_sign_in_at';

/** A row of `USER_COLUMNS`. */
export function toUser(row: Row): User {
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

/** Where somebody is signed in, and was. */
const forgetPlaces = (id: string): Statement[] => [
  { sql: 'delete from sessions where user_id = $1', parameters: [id] },
  { sql: 'delete from known_devices where user_id = $1', parameters: [id] },
];

/** Whoever has a new password comes in anew everywhere, and nothing that was tried before counts. */
const forgetSignIns = (id: string): Statement[] => [
  ...forgetPlaces(id),
  { sql: 'delete from sign_in_tries where name = $1', parameters: [id] },
];

/** Accounts by their ids. */
export function createAccounts(session: SqlSession): Accounts {
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
        ...(disabled ? forgetPlaces(id) : []),
        auditStatement(entry),
      ]),
    async setPassword(id, passwordHash, entry) {
      await session.transaction([
        { sql: 'update users set password_hash = $2 where id = $1', parameters: [id, passwordHash] },
        ...forgetSignIns(id),
        auditStatement(entry),
      ]);
    },
  };
}
