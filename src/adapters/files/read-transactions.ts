// Reads transactions from a file: CSV with a mapping, or NDJSON of canonical transactions that may each carry
// "fraud"; plain or gzip. Bounded memory: rows come in batches.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, Readable, Transform, type TransformCallback } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { parse as parseCsv } from 'csv-parse';
import { maskCardNumbers } from '../../domain/card-number.ts';
import { isObject, shown } from '../../domain/fields.ts';
import { InputError } from '../../domain/input-error.ts';
import { readJson } from '../../domain/json-text.ts';
import type { Problem } from '../../domain/problem.ts';
import { keptOf } from '../../domain/raw-input.ts';
import { type Bounds, readTransaction } from '../../domain/read-transaction.ts';
import { isSensitiveField, SENSITIVE_FIELD } from '../../domain/sensitive-fields.ts';
import type { Transaction } from '../../domain/transaction.ts';
import { badByteText, badUtf8, byteName, textOfBytes } from '../../domain/utf8.ts';
import { byteLines, utf8Bytes } from './file-bytes.ts';
import { type FieldSource, type Mapping, NUMBER_FIELDS } from './mapping.ts';

export type InputRow =
  | { readonly ok: true; readonly line: number; readonly transaction: Transaction; readonly fraud?: boolean }
  | {
      readonly ok: false;
      readonly line: number;
      readonly raw: string;
      readonly problems: readonly Problem[];
    };

export type InputFile = {
  readonly totalBytes: number;
  /** Bytes of the file read so far, for a progress bar. */
  bytesRead(): number;
  batches(): AsyncGenerator<InputRow[]>;
};

const BATCH_ROWS = 1000;
const MAX_LINE_BYTES = 1 << 20;
const RAW_SHOWN = 500;

/** Opens a file for reading; `mapping` is needed for CSV. Throws InputError when the file cannot be used. */
export async function openTransactions(
  file: string,
  mapping: Mapping | undefined,
  bounds: Bounds,
): Promise<InputFile> {
  const info = await stat(file).catch(() => undefined);
  if (!info?.isFile()) throw new InputError(`${file}: no such file.`);
  const isNdjson = /\.(ndjson|jsonl)(\.gz)?$/.test(file);
  if (!isNdjson && !mapping) {
    throw new InputError(
      `${file}: a CSV file needs --mapping (a preset or a JSON file); NDJSON ends in .ndjson or .jsonl.`,
    );
  }
  let bytesRead = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      bytesRead += chunk.length;
      done(null, chunk);
    },
  });
  async function* batches(): AsyncGenerator<InputRow[]> {
    const source = createReadStream(file, { highWaterMark: 1 << 18 });
    const counted = source.pipe(counter);
    source.on('error', (error) => counter.destroy(error));
    let bytes: Readable = counted;
    if (file.endsWith('.gz')) {
      const gunzip = createGunzip();
      counted.on('error', (error) => gunzip.destroy(error));
      bytes = counted.pipe(gunzip);
    }
    try {
      if (isNdjson || !mapping) yield* ndjsonRows(utf8Bytes(bytes, file), bounds);
      else yield* csvRows(utf8Bytes(bytes, file), mapping, file, bounds);
    } catch (error) {
      throw readableError(file, error);
    } finally {
      source.destroy();
    }
  }
  return { totalBytes: info.size, bytesRead: () => bytesRead, batches };
}

function readableError(file: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof InputError) return error;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'Z_BUF_ERROR')
    return new InputError(`${file} is cut off: the gzip stream ends early. Fetch the file again.`);
  if (code?.startsWith('Z_')) return new InputError(`${file} is not a sound gzip file: ${error.message}.`);
  if (code?.startsWith('CSV_')) return new InputError(`${file}: ${error.message}`);
  return error;
}

async function* ndjsonRows(bytes: AsyncIterable<Buffer>, bounds: Bounds): AsyncGenerator<InputRow[]> {
  let batch: InputRow[] = [];
  let line = 0;
  for await (const { bytes: one, tooLong } of byteLines(bytes, MAX_LINE_BYTES)) {
    line++;
    const row = ndjsonRow(one, tooLong, line, bounds);
    if (!row) continue;
    batch.push(row);
    if (batch.length === BATCH_ROWS) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

/** Undefined where the line is blank. */
function ndjsonRow(bytes: Buffer, tooLong: boolean, line: number, bounds: Bounds): InputRow | undefined {
  const text = bytes.toString('utf8');
  const raw = (): string => keptOf(text, RAW_SHOWN, bounds.cards);
  const refused = (message: string): InputRow => ({
    ok: false,
    line,
    raw: raw(),
    problems: [{ pointer: '', message }],
  });
  if (tooLong) return refused(`The line is longer than ${MAX_LINE_BYTES} bytes.`);
  const bad = badUtf8(bytes);
  if (bad) return refused(`Line ${line}, column ${bad.column}: byte ${byteName(bad.byte)} is not UTF-8.`);
  if (text.trim() === '') return undefined;
  const read = readJson(text);
  if (!read.ok) return { ok: false, line, raw: raw(), problems: read.problems };
  let { value } = read;
  let fraud: boolean | undefined;
  if (isObject(value) && 'fraud' in value) {
    const { fraud: given, ...rest } = value;
    if (typeof given !== 'boolean') {
      return {
        ok: false,
        line,
        raw: raw(),
        problems: [{ pointer: '/fraud', message: 'fraud must be true or false.' }],
      };
    }
    fraud = given;
    value = rest;
  }
  const parsed = readTransaction(value, bounds);
  if (!parsed.ok) return { ok: false, line, raw: raw(), problems: parsed.problems };
  return { ok: true, line, transaction: parsed.value, ...(fraud !== undefined && { fraud }) };
}

async function* csvRows(
  bytes: AsyncIterable<Buffer>,
  mapping: Mapping,
  file: string,
  bounds: Bounds,
): AsyncGenerator<InputRow[]> {
  // As bytes, one a character: a value that is not UTF-8 is to be refused, not repaired, and the other rows read on.
  const parser = parseCsv({ encoding: 'latin1', relax_column_count: true, max_record_size: MAX_LINE_BYTES });
  pipeline(Readable.from(bytes), parser, () => undefined);
  let toRow: ((record: readonly string[], line: number) => InputRow) | undefined;
  let batch: InputRow[] = [];
  let line = 0;
  for await (const record of parser as AsyncIterable<string[]>) {
    line++;
    if (!toRow) {
      toRow = rowReader(record, mapping, file, bounds);
      continue;
    }
    batch.push(toRow(record, line));
    if (batch.length === BATCH_ROWS) {
      yield batch;
      batch = [];
    }
  }
  if (!toRow) throw new InputError(`${file} is empty: a CSV file starts with a line of column names.`);
  if (batch.length > 0) yield batch;
}

function rowReader(head: readonly string[], mapping: Mapping, file: string, bounds: Bounds) {
  const header = head.map((cell) => {
    const found = textOfBytes(cell);
    if (!found.ok) throw new InputError(`${file}: a name of a column is ${badByteText(found.bad)}.`);
    return found.text;
  });
  const position = (column: string): number => {
    if (isSensitiveField(column)) throw new InputError(`${file}, column "${column}": ${SENSITIVE_FIELD}`);
    const at = header.indexOf(column);
    if (at < 0)
      throw new InputError(
        `${file} has no column "${column}"; it has ${maskCardNumbers(header.slice(0, 40).join(', '))}.`,
      );
    return at;
  };
  const readers = Object.entries(mapping.fields).map(([field, source]) => {
    const [parent, child] = field.includes('.') ? field.split('.') : [undefined, field];
    const at = 'column' in source ? position(source.column) : -1;
    return { parent, child, read: valueReader(field, source, at) };
  });
  const sensitive = new Set(header.flatMap((name, column) => (isSensitiveField(name) ? [column] : [])));
  const kept = (cells: readonly string[]): string =>
    keptOf(
      cells.map((cell, column) => (sensitive.has(column) ? '' : cell)).join(','),
      RAW_SHOWN,
      bounds.cards,
    );
  const labelAt = mapping.label ? position(mapping.label.column) : -1;
  return (bytes: readonly string[], line: number): InputRow => {
    const record = new Array<string>(bytes.length);
    for (let i = 0; i < bytes.length; i++) {
      const found = textOfBytes(bytes[i]);
      if (!found.ok) {
        const place = `Line ${line}, column ${shown(header[i] ?? i + 1)}, character ${found.bad.column}`;
        const message = `${place}: byte ${byteName(found.bad.byte)} is not UTF-8.`;
        return { ok: false, line, raw: kept(bytes.map(repaired)), problems: [{ pointer: '', message }] };
      }
      record[i] = found.text;
    }
    const value: Record<string, unknown> = {};
    for (const { parent, child, read } of readers) {
      const item = read(record);
      if (item === undefined) continue;
      if (parent === undefined) value[child] = item;
      else {
        value[parent] ??= {};
        (value[parent] as Record<string, unknown>)[child] = item;
      }
    }
    const parsed = readTransaction(value, bounds);
    if (!parsed.ok) return { ok: false, line, raw: kept(record), problems: parsed.problems };
    const fraud = labelAt >= 0 ? record[labelAt] === mapping.label?.fraudValue : undefined;
    return { ok: true, line, transaction: parsed.value, ...(fraud !== undefined && { fraud }) };
  };
}

/** To be looked at, where it is not taken in. */
const repaired = (binary: string): string => Buffer.from(binary, 'latin1').toString('utf8');

function valueReader(field: string, source: FieldSource, at: number): (record: readonly string[]) => unknown {
  if ('constant' in source) return () => source.constant;
  const { factor, time, prefix } = source;
  if (field === 'occurredAt') {
    return (record) => {
      const text = record[at];
      if (text === undefined || text === '') return undefined;
      if (time === 'utc') return `${text.trim().replace(' ', 'T')}Z`;
      if (time === 'epoch_seconds' || time === 'epoch_milliseconds') {
        const date = new Date(Number(text) * (time === 'epoch_seconds' ? 1000 : 1));
        return Number.isNaN(date.getTime()) ? text : date.toISOString();
      }
      return text;
    };
  }
  if (NUMBER_FIELDS.has(field)) {
    return (record) => {
      const text = record[at];
      if (text === undefined || text.trim() === '') return undefined;
      const number = Number(text);
      if (Number.isNaN(number)) return text;
      // 57.16 × 100 is 5715.999…; minor units are whole.
      return field.endsWith('amountMinor') ? Math.round(number * (factor ?? 1)) : number * (factor ?? 1);
    };
  }
  return (record) => {
    const text = record[at];
    if (text === undefined || text === '') return undefined;
    return prefix === undefined ? text : prefix + text;
  };
}
