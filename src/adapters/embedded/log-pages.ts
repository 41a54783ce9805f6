// The log as it is stored, for whoever goes through much of it in a thread of its own: batches are handed on packed, and unpacked
// there. Statements are short: decisions pass between two of them (A14).
import { zstdDecompressSync } from 'node:zlib';
import type { LogRecord } from '../../engine/records.ts';
import type { SqlSession } from '../sql/session.ts';

export type PackedBatch = { readonly firstOffset: number; readonly payload: Uint8Array };

export type LogPage = {
  readonly batches: readonly PackedBatch[];
  /** How many transactions and events of [from, until) histories took. */
  readonly decided: number;
  /** How many of its labels they could not take. */
  readonly refused: number;
};

const IN_HISTORIES = `
  select (select count(*) from transactions where seq >= $1 and seq < $2)
    + (select count(*) from events where seq >= $1 and seq < $2)
    + (select count(*) from dead_letters where partition = 0 and log_offset >= $1 and log_offset < $2
        and record_kind in ('transaction', 'event')) as decided,
    (select count(*) from dead_letters where record_kind = 'label' and step = 'deciding'
      and origin_offset >= $1 and origin_offset < $2) as refused`;

/** What is committed in [from, until): the batches that hold it, which may begin before and end after it. */
export async function readLogPage(session: SqlSession, from: number, until: number): Promise<LogPage> {
  const rows = await session.query(
    `select base_offset, payload from log_batches
     where base_offset >= (select max(base_offset) from log_batches where base_offset <= $1) and base_offset < $2
     order by base_offset`,
    [from, until],
  );
  const [counts] = await session.query(IN_HISTORIES, [from, until]);
  return {
    batches: rows.map((row) => ({
      firstOffset: Number(row.base_offset),
      payload: row.payload as Uint8Array,
    })),
    decided: Number(counts.decided),
    refused: Number(counts.refused),
  };
}

export const unpackBatch = (payload: Uint8Array): readonly LogRecord[] =>
  JSON.parse(zstdDecompressSync(payload).toString('utf8')) as LogRecord[];

export type StoredVector = {
  readonly offset: number;
  readonly catalogueHash: string;
  readonly vector: Uint8Array;
};

/** The features that transactions in [from, until) were decided by. */
export async function readStoredVectors(
  session: SqlSession,
  from: number,
  until: number,
): Promise<readonly StoredVector[]> {
  const rows = await session.query(
    'select seq, catalogue_hash, features from transactions where seq >= $1 and seq < $2 order by seq',
    [from, until],
  );
  return rows.map((row) => ({
    offset: Number(row.seq),
    catalogueHash: String(row.catalogue_hash),
    vector: row.features as Uint8Array,
  }));
}
