// Rows as commands print them: names of columns, then a line a row, with tabs between.

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export function table(rows: readonly Readonly<Record<string, unknown>>[]): string {
  if (rows.length === 0) return '(no rows)';
  const columns = Object.keys(rows[0]);
  return [columns, ...rows.map((row) => columns.map((column) => cell(row[column])))]
    .map((cells) => cells.join('\t'))
    .join('\n');
}
