// Settings in the database: a name and a JSON value each.
import { DEFAULT_SETTINGS, type DeskSettings, type Settings } from '../../ports/office/settings.ts';
import { auditStatement } from './audit.ts';
import type { SqlSession } from './session.ts';

export function createSettings(session: SqlSession): Settings {
  async function read(): Promise<DeskSettings> {
    const rows = await session.query('select name, value from settings', []);
    const known = rows
      .filter(({ name }) => Object.hasOwn(DEFAULT_SETTINGS, String(name)))
      .map((row) => [String(row.name), JSON.parse(String(row.value))]);
    return { ...DEFAULT_SETTINGS, ...Object.fromEntries(known) };
  }
  async function kept(name: string): Promise<string | undefined> {
    const [row] = await session.query('select value from settings where name = $1', [name]);
    return row && String(JSON.parse(String(row.value)));
  }
  return {
    read,
    async keep(name, value) {
      const add = 'insert into settings values ($1, $2) on conflict (name) do nothing';
      await session.query(add, [name, JSON.stringify(value)]);
      return (await kept(name)) ?? value;
    },
    kept,
    async replace(name, before, value) {
      const add = 'insert into settings values ($1, $2) on conflict (name) do nothing returning name';
      const change = 'update settings set value = $2 where name = $1 and value = $3 returning name';
      const rows =
        before === undefined
          ? await session.query(add, [name, JSON.stringify(value)])
          : await session.query(change, [name, JSON.stringify(value), JSON.stringify(before)]);
      return rows.length === 1;
    },
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
