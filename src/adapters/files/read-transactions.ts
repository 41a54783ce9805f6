// Reads transactions from a file: CSV with a mapping, or NDJSON of canonical transactions that may each carry
// "fraud"; plain or gzip. Bounded memory: rows come in batches.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Transform, type TransformCallback } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { parse as parseCsv } from 'csv-parse';
import { maskCardNumbers } from '../../domain/card-number.ts';
import { isObject } from '../../domain/fields.ts';
import { InputError } from '../../domain/input-error.ts';
import { notJson } from '../../domain/json-text.ts';
import type { Problem } from '../../domain/problem.ts';
import { keptOf } from '../../domain/raw-input.ts';
import { isSensitiveField } from '../../domain/sensitive-fields.ts';
import { parseTransaction, type Transaction } from '../../domain/transaction.ts';
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

/** What a transaction is held against: when it is now, and the most that one may move where it is not the preset. */
export type Bounds = { readonly nowMs: number; readonly maxAmountMinor?: number };

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
    let bytes: NodeJS.ReadableStream = counted;
    if (file.endsWith('.gz')) {
      const gunzip = createGunzip();
      counted.on('error', (error) => gunzip.destroy(error));
      bytes = counted.pipe(gunzip);
    }
    try {
      if (isNdjson || !mapping) yield* ndjsonRows(bytes, bounds);
      else yield* csvRows(bytes, mapping, file, bounds);
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

async function* ndjsonRows(bytes: NodeJS.ReadableStream, bounds: Bounds): AsyncGenerator<InputRow[]> {
  const lines = createInterface({ input: bytes, crlfDelay: Number.POSITIVE_INFINITY });
  let failure: Error | undefined;
  bytes.once('error', (error: Error) => {
    failure = error;
    lines.close();
  });
  let batch: InputRow[] = [];
  let line = 0;
  for await (const text of lines) {
    line++;
    if (text.trim() === '') continue;
    batch.push(ndjsonRow(text, line, bounds));
    if (batch.length === BATCH_ROWS) {
      yield batch;
      batch = [];
    }
  }
  if (failure) throw failure;
  if (batch.length > 0) yield batch;
}

function ndjsonRow(text: string, line: number, bounds: Bounds): InputRow {
  const raw = (): string => keptOf(text, RAW_SHOWN);
  if (text.length > MAX_LINE_BYTES) {
    return {
      ok: false,
      line,
      raw: raw(),
      problems: [{ pointer: '', message: `The line is longer than ${MAX_LINE_BYTES} bytes.` }],
    };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return {
      ok: false,
      line,
      raw: raw(),
      problems: [{ pointer: '', message: notJson(error) }],
    };
  }
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
  const parsed = parseTransaction(value, bounds.nowMs, bounds.maxAmountMinor);
  if (!parsed.ok) return { ok: false, line, raw: raw(), problems: parsed.problems };
  return { ok: true, line, transaction: parsed.value, ...(fraud !== undefined && { fraud }) };
}

async function* csvRows(
  bytes: NodeJS.ReadableStream,
  mapping: Mapping,
  file: string,
  bounds: Bounds,
): AsyncGenerator<InputRow[]> {
  const parser = parseCsv({ bom: true, relax_column_count: true, max_record_size: MAX_LINE_BYTES });
  bytes.on('error', (error) => parser.destroy(error as Error));
  bytes.pipe(parser);
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

function rowReader(header: readonly string[], mapping: Mapping, file: string, bounds: Bounds) {
  const position = (column: string): number => {
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
  const labelAt = mapping.label ? position(mapping.label.column) : -1;
  return (record: readonly string[], line: number): InputRow => {
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
    const parsed = parseTransaction(value, bounds.nowMs, bounds.maxAmountMinor);
    if (!parsed.ok) {
      const kept = record.map((cell, column) => (sensitive.has(column) ? '' : cell)).join(',');
      return { ok: false, line, raw: keptOf(kept, RAW_SHOWN), problems: parsed.problems };
    }
    const fraud = labelAt >= 0 ? record[labelAt] === mapping.label?.fraudValue : undefined;
    return { ok: true, line, transaction: parsed.value, ...(fraud !== undefined && { fraud }) };
  };
}

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
      return field === 'amountMinor' ? Math.round(number * (factor ?? 1)) : number * (factor ?? 1);
    };
  }
  return (record) => {
    const text = record[at];
    if (text === undefined || text === '') return undefined;
    return prefix === undefined ? text : prefix + text;
  };
}
