// What the SQL adapters need of a database: queries, and several statements as one transaction.

export type Row = Readonly<Record<string, unknown>>;

export type Statement =
  | { readonly sql: string; readonly parameters: readonly unknown[] }
  /** COPY … FROM STDIN with the text format's lines. */
  | { readonly copyInto: string; readonly lines: string };

export type SqlSession = {
  query(sql: string, parameters: readonly unknown[]): Promise<Row[]>;
  /** All or nothing; resolves when the transaction is committed. */
  transaction(statements: readonly Statement[]): Promise<void>;
  close(): Promise<void>;
};

const SPECIAL = /[\\\t\n\r]/;

/** One value in COPY's text format; undefined and NaN become NULL. */
export function copyValue(value: string | number | boolean | Uint8Array | undefined): string {
  if (value === undefined) return '\\N';
  if (typeof value === 'string') {
    if (!SPECIAL.test(value)) return value;
    return value
      .replaceAll('\\', '\\\\')
      .replaceAll('\t', '\\t')
      .replaceAll('\n', '\\n')
      .replaceAll('\r', '\\r');
  }
  if (typeof value === 'number') return Number.isNaN(value) ? '\\N' : String(value);
  if (typeof value === 'boolean') return value ? 't' : 'f';
  return `\\\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`;
}
