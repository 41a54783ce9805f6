// Settings in the database: a name and a JSON value each.
import { DEFAULT_SETTINGS, type DeskSettings, type Settings } from '../../ports/settings.ts';
import { auditStatement } from './audit.ts';
import type { SqlSession } from './session.ts';

export function createSettings(session: SqlSession): Settings {
  async function read(): Promise<DeskSettings> {
    const rows = await session.query('select name, value from settings', []);
    const known = Object.fromEntries(rows.map((row) => [String(row.name), JSON.parse(String(row.value))]));
    return { ...DEFAULT_SETTINGS, ...known };
  }
  return {
    read,
    async change(changes, entry) {
      await session.transaction([
        ...Object.entries(changes).map(([name, value]) => ({
          sql: 'insert into settings values ($1, $2) on conflict (name) do update set value = excluded.value',
          parameters: [name, JSON.stringify(value)],
        })),
        auditStatement(entry),
      ]);
      return read();
    },
  };
}
