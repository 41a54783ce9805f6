// Rows for COPY in its binary format, written straight into one buffer: neither side makes or reads texts of numbers,
// times and bytes. https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4
import { once } from 'node:events';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { writeLongBE } from '../../domain/long-bytes.ts';

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const TRAILER = Buffer.from([0xff, 0xff]);
const LENGTH_BYTES = 4;
const NULL = -1;
/** Times count from 2000-01-01 there. */
const EPOCH_MS = Date.UTC(2000, 0, 1);
const MICROSECONDS = 1000;
const LONGEST_UTF8 = 3;

export type CopyRows = {
  /** Begins a row; then comes one value for each column, in order. */
  row(columns: number): void;
  text(value: string | undefined): void;
  integer(value: number | undefined): void;
  bigint(value: number | undefined): void;
  double(value: number | undefined): void;
  real(value: number): void;
  timestamp(epochMs: number): void;
  bytes(value: Uint8Array): void;
  /** Room for a bigint that is told later; gives where it stands. */
  bigintLater(): number;
  setBigint(place: number, value: number): void;
  /** How much is written so far, and back to there: a row that cannot be written leaves nothing behind. */
  mark(): number;
  rewind(mark: number): void;
  /** Everything so far, as a view of what goes on being written to. */
  written(): Buffer;
  /** All of the bytes that were written into. */
  whole(): Buffer;
};

/** Writes into `first`, and into longer ones where it is too short. */
export function createCopyRows(first: Buffer): CopyRows {
  let buffer = first;
  let at = 0;

  function room(bytes: number): void {
    if (at + bytes <= buffer.length) return;
    const longer = Buffer.allocUnsafe(2 * buffer.length + bytes);
    buffer.copy(longer, 0, 0, at);
    buffer = longer;
  }
  function head(length: number): void {
    room(LENGTH_BYTES + Math.max(0, length));
    at = buffer.writeInt32BE(length, at);
  }
  function long(value: number): void {
    at = writeLongBE(buffer, value, at);
  }

  return {
    mark: () => at,
    rewind(mark) {
      at = mark;
    },
    row(columns) {
      room(2);
      at = buffer.writeInt16BE(columns, at);
    },
    text(value) {
      if (value === undefined) return head(NULL);
      room(LENGTH_BYTES + value.length * LONGEST_UTF8);
      const written = buffer.write(value, at + LENGTH_BYTES);
      buffer.writeInt32BE(written, at);
      at += LENGTH_BYTES + written;
    },
    integer(value) {
      if (value === undefined) return head(NULL);
      head(4);
      at = buffer.writeInt32BE(value, at);
    },
    bigint(value) {
      if (value === undefined) return head(NULL);
      head(8);
      long(value);
    },
    double(value) {
      if (value === undefined) return head(NULL);
      head(8);
      at = buffer.writeDoubleBE(value, at);
    },
    real(value) {
      head(4);
      at = buffer.writeFloatBE(value, at);
    },
    timestamp(epochMs) {
      head(8);
      long((epochMs - EPOCH_MS) * MICROSECONDS);
    },
    bytes(value) {
      head(value.length);
      buffer.set(value, at);
      at += value.length;
    },
    bigintLater() {
      head(8);
      at += 8;
      return at - 8;
    },
    setBigint(place, value) {
      writeLongBE(buffer, value, place);
    },
    written: () => buffer.subarray(0, at),
    whole: () => buffer,
  };
}

/** Appends rows to a table. Rejects with what the server says. */
export async function copyInto(
  client: PoolClient,
  table: string,
  columns: readonly string[],
  rows: readonly CopyRows[],
): Promise<void> {
  const copy = client.query(
    copyFrom(`copy ${table} (${columns.join(', ')}) from stdin with (format binary)`),
  );
  const finished = once(copy, 'finish');
  for (const bytes of [SIGNATURE, ...rows.map((part) => part.written()), TRAILER]) copy.write(bytes);
  copy.end();
  await finished;
}
