// Secrets of a desk in its database: made when first asked for, the same in every process and after a restart.
import { randomBytes } from 'node:crypto';
import type { DeskSecrets } from '../../ports/office/desk-secrets.ts';
import type { SqlSession } from './session.ts';

const BYTES = 32;

export const SECRET_TABLES: readonly string[] = [
  'create table desk_secrets (name text primary key, value text not null)',
];

export function createDeskSecrets(session: SqlSession): DeskSecrets {
  return {
    async secret(name) {
      // Of processes that start at the same moment, one makes it and the others read it.
      await session.query('insert into desk_secrets values ($1, $2) on conflict (name) do nothing', [
        name,
        randomBytes(BYTES).toString('base64'),
      ]);
      const [row] = await session.query('select value from desk_secrets where name = $1', [name]);
      return Buffer.from(String(row.value), 'base64');
    },
  };
}
