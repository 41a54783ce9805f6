// Imports of files in the database: a row each, with all of its report.
import { isoTime } from '../../domain/iso-time.ts';
import type { FileImport } from '../../ports/file-importer.ts';
import { type FileImports, IMPORTS_KEPT } from '../../ports/office/file-imports.ts';
import type { SqlSession } from './session.ts';
import { timeMs } from './values.ts';

export const FILE_IMPORT_TABLES: readonly string[] = [
  `create table file_imports (
     id text primary key, started_at timestamptz not null, kept_at timestamptz not null, report text not null)`,
];

/** JSON leaves out what is not known. */
type Kept = Omit<FileImport, 'problem' | 'endedAtMs' | 'firstMs' | 'lastMs' | 'mapping'> &
  Partial<FileImport>;

const toImport = (text: string): FileImport => {
  const kept = JSON.parse(text) as Kept;
  return {
    problem: undefined,
    endedAtMs: undefined,
    firstMs: undefined,
    lastMs: undefined,
    mapping: undefined,
    ...kept,
    told: kept.told.map(({ line, problem }) => ({ line, problem })),
  };
};

export function createFileImports(session: SqlSession): FileImports {
  return {
    async keep(one, nowMs) {
      await session.query(
        `insert into file_imports values ($1, $2, $3, $4)
         on conflict (id) do update set kept_at = excluded.kept_at, report = excluded.report`,
        [one.id, isoTime(one.startedAtMs), isoTime(nowMs), JSON.stringify(one)],
      );
      await session.query(
        'delete from file_imports where id not in (select id from file_imports order by started_at desc, id limit $1)',
        [IMPORTS_KEPT],
      );
    },
    async all() {
      const rows = await session.query('select * from file_imports order by started_at desc, id', []);
      return rows.map((row) => ({ one: toImport(String(row.report)), keptAtMs: timeMs(row.kept_at) }));
    },
  };
}
