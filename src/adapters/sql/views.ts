// Saved views in the database.
import type { Views } from '../../ports/office/views.ts';
import type { SqlSession } from './session.ts';

export const VIEW_TABLES: readonly string[] = [
  'create table saved_views (person text not null, name text not null, path text not null, primary key (person, name))',
];

export function createViews(session: SqlSession): Views {
  return {
    async list(person) {
      const rows = await session.query(
        'select name, path from saved_views where person = $1 order by lower(name)',
        [person],
      );
      return rows.map((row) => ({ name: String(row.name), path: String(row.path) }));
    },
    async save(person, name, path, limit) {
      const rows = await session.query(
        `insert into saved_views (person, name, path) select $1, $2, $3
         where (select count(*) from saved_views where person = $1 and name <> $2) < $4
         on conflict (person, name) do update set path = excluded.path returning name`,
        [person, name, path, limit],
      );
      return rows.length > 0;
    },
    async remove(person, name) {
      await session.query('delete from saved_views where person = $1 and name = $2', [person, name]);
    },
  };
}
