// What the SQL adapters need of a database: queries, and several statements as one transaction.

export type Row = Readonly<Record<string, unknown>>;

export type Statement = { readonly sql: string; readonly parameters: readonly unknown[] };

export type SqlSession = {
  query(sql: string, parameters: readonly unknown[]): Promise<Row[]>;
  /** All or nothing; resolves when the transaction is committed. */
  transaction(statements: readonly Statement[]): Promise<void>;
  close(): Promise<void>;
};
