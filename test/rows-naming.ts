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
  for (const table of new Set(columns.map(({ table_name }) => String(table_name)))) {
    const looks = columns
      .filter(({ table_name }) => table_name === table)
      .flatMap(({ column_name: column, data_type: type }) =>
        values.map((value, i) => {
          const holds =
            type === 'bytea'
              ? `position(convert_to($${i + 1}, 'UTF8') in "${column}") > 0`
              : `position(lower($${i + 1}) in lower("${column}"::text)) > 0`;
          return { where: `${table}.${column}: ${value}`, counted: `count(*) filter (where ${holds})` };
        }),
      );
    const [row] = await query(
      `select to_json(array[${looks.map(({ counted }) => counted).join(', ')}]) as counts from "${table}"`,
      values,
    );
    for (const [i, count] of (row.counts as number[]).entries())
      if (count > 0) found.push(`${looks[i].where} (${count})`);
  }
  return found;
}
