// The histories that the first model learnt from, in the database: what a worker on any machine starts with.
import type { Pool } from 'pg';
import { createEntityTable, type EntityTable } from '../../features/entity-table.ts';
import { ENTITY_KINDS, type EntityKind, type FeatureState } from '../../features/feature-state.ts';
import { lastSeenMs } from '../../features/history-codec.ts';
import type { BaseHistories } from '../../ports/stream/history.ts';

const ROWS_AT_ONCE = 1000;

/** Keeps the histories from before the stream. */
export async function saveBaseHistories(pool: Pool, state: FeatureState): Promise<void> {
  for (const kind of ENTITY_KINDS) {
    const table = state[kind];
    for (let from = 0; from < table.size; from += ROWS_AT_ONCE) {
      const keys: string[] = [];
      const histories: Buffer[] = [];
      for (let entry = from; entry < Math.min(from + ROWS_AT_ONCE, table.size); entry++) {
        const at = table.offsetOf(entry);
        keys.push(table.keyOf(entry));
        histories.push(Buffer.from(table.chunkOf(entry).bytes.slice(at, at + table.payloadLength(entry))));
      }
      await pool.query(
        `insert into base_histories select $1, * from unnest($2::text[], $3::bytea[]) on conflict do nothing`,
        [kind, keys, histories],
      );
    }
  }
}

async function readKind(pool: Pool, kind: EntityKind): Promise<{ key: string; bytes: Uint8Array }[]> {
  const { rows } = await pool.query('select key, bytes from base_histories where kind = $1 order by key', [
    kind,
  ]);
  return rows as { key: string; bytes: Buffer }[];
}

/** Puts the histories of one kind into a table. */
async function loadKind(pool: Pool, kind: EntityKind, table: EntityTable): Promise<void> {
  for (const { key, bytes } of await readKind(pool, kind)) {
    const entry = table.findOrAdd(key);
    table.reserve(entry, bytes.length);
    table.chunkOf(entry).bytes.set(bytes, table.offsetOf(entry));
  }
}

/** The accounts of the history that the first model learnt from, for a simulator that goes on with them. */
export async function basePeople(
  pool: Pool,
): Promise<{ readonly accounts: number; lastSeenMs(accountId: string): number }> {
  const table = createEntityTable();
  await loadKind(pool, 'account', table);
  return { accounts: table.size, lastSeenMs: (accountId) => lastSeenMs(table, accountId) };
}

/** `partitionOf` tells where the stream puts an account. */
export function baseHistories(pool: Pool, partitionOf: (accountId: string) => number): BaseHistories {
  return {
    async accounts(partition) {
      const all = await readKind(pool, 'account');
      return all
        .filter(({ key }) => partitionOf(key) === partition)
        .map(({ key, bytes }) => ({ accountId: key, bytes }));
    },
    async loadShared(tables) {
      for (const kind of ENTITY_KINDS) if (kind !== 'account') await loadKind(pool, kind, tables[kind]);
    },
  };
}
