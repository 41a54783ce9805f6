// Files that rows are read from: where their bytes come from, what their content says they are, and their text as UTF-8.
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { type Readable, Transform, type TransformCallback } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { InputError } from '../../domain/input-error.ts';
import { utf8Bytes } from './file-bytes.ts';

/** A file by its name for people, and its bytes, as often as they are asked for. */
export type FileSource = {
  readonly name: string;
  readonly totalBytes: number;
  /** Its first bytes. */
  readonly start: Buffer;
  open(): Readable;
};

export type RowsFile<Row> = {
  readonly totalBytes: number;
  /** Bytes of the file read so far, for a progress bar. */
  bytesRead(): number;
  batches(): AsyncGenerator<Row[]>;
};

const START_BYTES = 8;

/** A file of this machine by its path; what is a source already is it. Throws InputError where there is none. */
export async function fileSource(file: string | FileSource): Promise<FileSource> {
  if (typeof file !== 'string') return file;
  const info = await stat(file).catch(() => undefined);
  if (!info?.isFile()) throw new InputError(`${file}: no such file.`);
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(START_BYTES), 0, START_BYTES, 0);
    return {
      name: file,
      totalBytes: info.size,
      start: buffer.subarray(0, bytesRead),
      open: () => createReadStream(file, { highWaterMark: 1 << 18 }),
    };
  } finally {
    await handle.close();
  }
}

const KINDS: readonly { readonly starts: string; readonly said: string }[] = [
  {
    starts: 'PK\u0003\u0004',
    said: 'a zip archive (or a spreadsheet of Excel): unpack it, or save it as CSV',
  },
  { starts: 'PAR1', said: 'a Parquet file: write it as CSV or as a line of JSON each' },
  { starts: '\u0028\u00b5\u002f\u00fd', said: 'compressed by zstd: unpack it, or compress it by gzip' },
  { starts: 'BZh', said: 'compressed by bzip2: unpack it, or compress it by gzip' },
  { starts: '\u00fd7zXZ', said: 'compressed by xz: unpack it, or compress it by gzip' },
  { starts: '\u00d0\u00cf\u0011\u00e0', said: 'an old spreadsheet of Excel: save it as CSV' },
  { starts: '<', said: 'XML or HTML: was the page of an error saved in its place?' },
];

export type FileKind = { readonly isGzip: boolean; readonly isJson: boolean };

/** What a file is says its content, not its name. Throws InputError where it is none that is read. */
export async function kindOf(file: string | FileSource): Promise<FileKind> {
  const { name, start: bytes } = await fileSource(file);
  const start = bytes.toString('latin1', 0, START_BYTES);
  const kind = KINDS.find(({ starts }) => start.startsWith(starts));
  if (kind) throw new InputError(`${name} is ${kind.said}.`);
  return {
    isGzip: start.startsWith('\u001f\u008b'),
    isJson: /^[\s\u00ef\u00bb\u00bf]*[{[]/.test(start),
  };
}

/** A file whose bytes, as UTF-8, become rows. */
export function openRows<Row>(
  source: FileSource,
  { isGzip }: FileKind,
  rowsOf: (bytes: AsyncIterable<Buffer>) => AsyncIterable<Row[]>,
): RowsFile<Row> {
  let bytesRead = 0;
  async function* batches(): AsyncGenerator<Row[]> {
    const opened = opening(source, isGzip, (bytes) => {
      bytesRead += bytes;
    });
    try {
      yield* rowsOf(utf8Bytes(opened.bytes, source.name));
    } catch (error) {
      throw readableError(source.name, error);
    } finally {
      opened.close();
    }
  }
  return { totalBytes: source.totalBytes, bytesRead: () => bytesRead, batches };
}

/** Has somebody look at the text of a file, as far as they like. */
export async function utf8Of<T>(
  source: FileSource,
  { isGzip }: FileKind,
  look: (bytes: AsyncIterable<Buffer>) => Promise<T>,
): Promise<T> {
  const opened = opening(source, isGzip, () => undefined);
  try {
    return await look(utf8Bytes(opened.bytes, source.name));
  } catch (error) {
    throw readableError(source.name, error);
  } finally {
    opened.close();
  }
}

function opening(
  source: FileSource,
  isGzip: boolean,
  onBytes: (bytes: number) => void,
): { readonly bytes: Readable; close(): void } {
  const stream = source.open();
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      onBytes(chunk.length);
      done(null, chunk);
    },
  });
  stream.on('error', (error) => counted.destroy(error));
  stream.pipe(counted);
  const close = (): void => {
    stream.destroy();
  };
  if (!isGzip) return { bytes: counted, close };
  const gunzip = createGunzip();
  counted.on('error', (error) => gunzip.destroy(error));
  return { bytes: counted.pipe(gunzip), close };
}

function readableError(file: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof InputError) return error;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'Z_BUF_ERROR')
    return new InputError(`${file} is cut off: the gzip stream ends early. Fetch the file again.`);
  if (code?.startsWith('Z_')) return new InputError(`${file} is not a sound gzip file: ${error.message}.`);
  return error;
}
