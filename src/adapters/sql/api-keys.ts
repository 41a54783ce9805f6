// API keys in the database; what is made or revoked has its line of the audit trail.
import type { Permission } from '../../domain/access.ts';
import { isoTime } from '../../domain/iso-time.ts';
import type { ApiKey, ApiKeys } from '../../ports/office/people.ts';
import { auditStatement, auditText } from './audit.ts';
import type { Row, SqlSession } from './session.ts';
import { textOrNone, timeMs, timeMsOrNone } from './values.ts';

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

/** Keys by their ids; of their secrets only hashes are kept. */
export function createApiKeys(session: SqlSession): ApiKeys {
  return {
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
