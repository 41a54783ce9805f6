// Looks through every column of every table of a database for values: texts as they stand, in any capitals, and bytes.
import type { SqlSession } from '../src/adapters/sql/session.ts';

/** Where any of these values stands, as "table.column: value (rows)". */
export async function rowsNaming(
  query: SqlSession['query'],
  values: readonly string[],
): Promise<readonly string[]> {
  const columns = await query(
    `select table_name, column_name, data_type from information_schema.columns
     where table_schema = 'public' order by table_name, ordinal_position`,
    [],
  );
  const found: string[] = [];
  for (const { table_name: table, column_name: column, data_type: type } of columns) {
    for (const value of values) {
      const holds =
        type === 'bytea'
          ? `position(convert_to($1, 'UTF8') in "${column}") > 0`
          : `position(lower($1) in lower("${column}"::text)) > 0`;
      const [row] = await query(`select count(*) as n from "${table}" where ${holds}`, [value]);
      if (Number(row.n) > 0) found.push(`${table}.${column}: ${value} (${row.n})`);
    }
  }
  return found;
}
