// Histories that were filled for a coming catalogue, on disk until a checkpoint holds them: a line that says what they are, then
// parts of encoded entities, each with its length and checksum (u32 each), then a part of no bytes.
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { encodedPieces, type PiecesToEncode } from '../../features/encoded-pieces.ts';
import { loadEntities, withoutEntities } from '../../features/entity-codec.ts';
import type { FeatureState } from '../../features/feature-state.ts';
import { readFully } from './read-fully.ts';

const NAME = /^filled-(\d{1,10})\.bin$/;
const MAGIC = 'goshawk-filled-1';
/** Small enough that whoever loads one holds nothing up. */
const PART_BYTES = 256 << 10;
const HEAD_BYTES = 8;
const MAX_HEADER_BYTES = 1 << 20;

export type FilledHeader = {
  readonly version: number;
  /** The log offset that the histories stand at. */
  readonly offset: number;
  readonly stores: readonly string[];
};

const nameOf = (version: number): string => `filled-${version}.bin`;

/** The entries that `of` names, of the stores that are asked for, in parts. */
export const encodedParts = (
  state: FeatureState,
  stores: readonly string[],
  of: PiecesToEncode['of'],
): Generator<Uint8Array> =>
  encodedPieces(state, { wants: (store) => stores.includes(store), of, pieceBytes: PART_BYTES });

/** Writes a file of its own for a version; what stood there before is replaced at the end. */
export async function writeFilled(
  folder: string,
  header: FilledHeader,
  parts: Iterable<Uint8Array>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, nameOf(header.version));
  const file = await open(`${path}.part`, 'w');
  try {
    await file.write(`${JSON.stringify({ magic: MAGIC, ...header })}\n`);
    const head = Buffer.alloc(HEAD_BYTES);
    for (const part of parts) {
      head.writeUInt32LE(part.length, 0);
      head.writeUInt32LE(crc32(part), 4);
      await file.write(head);
      await file.write(part);
    }
    await file.write(Buffer.alloc(HEAD_BYTES));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.part`, path);
}

async function versionsIn(folder: string): Promise<number[]> {
  await mkdir(folder, { recursive: true });
  const names = await readdir(folder);
  return names
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => b - a);
}

type Reading = { readonly file: FileHandle; readonly header: FilledHeader; at: number };

async function openFilled(folder: string, version: number): Promise<Reading | undefined> {
  const file = await open(join(folder, nameOf(version)));
  const start = Buffer.alloc(MAX_HEADER_BYTES);
  const { bytesRead } = await file.read(start, 0, start.length, 0);
  const end = start.subarray(0, bytesRead).indexOf(10);
  const header = end < 0 ? undefined : headerOf(start.subarray(0, end).toString('utf8'));
  if (header) return { file, header, at: end + 1 };
  await file.close();
  return undefined;
}

function headerOf(text: string): FilledHeader | undefined {
  try {
    const { magic, ...header } = JSON.parse(text) as FilledHeader & { readonly magic: string };
    return magic === MAGIC ? header : undefined;
  } catch {
    return undefined;
  }
}

/** Hands over the parts of a file; false where it is damaged. */
async function eachPart(reading: Reading, take: (part: Uint8Array) => void): Promise<boolean> {
  const { file } = reading;
  for (;;) {
    const head = await readFully(file, HEAD_BYTES, reading.at);
    if (!head) return false;
    const length = head.readUInt32LE(0);
    if (length === 0) return true;
    const part = await readFully(file, length, reading.at + HEAD_BYTES);
    if (!part || crc32(part) !== head.readUInt32LE(4)) return false;
    take(part);
    reading.at += HEAD_BYTES + length;
  }
}

/**
 * The newest file that holds some of these stores, loaded into a state, with those that it holds; undefined where none does, or it is
 * damaged. The state has the other stores of the file as well.
 */
export async function loadFilled(
  folder: string,
  wanted: readonly string[],
  createState: () => FeatureState,
): Promise<
  { readonly state: FeatureState; readonly stores: readonly string[]; readonly offset: number } | undefined
> {
  for (const version of await versionsIn(folder)) {
    const reading = await openFilled(folder, version);
    if (!reading) continue;
    const { header } = reading;
    try {
      const stores = wanted.filter((store) => header.stores.includes(store));
      if (stores.length === 0) continue;
      const state = createState();
      if (await eachPart(reading, (part) => loadEntities(part, state)))
        return { state, stores, offset: header.offset };
    } finally {
      await reading.file.close();
    }
  }
  return undefined;
}

/** Rewrites the files that hold entities which are to be forgotten; one that is damaged is left to whoever loads it. */
export async function forgetInFilled(folder: string, isForgotten: (key: string) => boolean): Promise<void> {
  for (const version of await versionsIn(folder)) {
    const reading = await openFilled(folder, version);
    if (!reading) continue;
    const parts: Uint8Array[] = [];
    let isChanged = false;
    try {
      const isWhole = await eachPart(reading, (part) => {
        const kept = withoutEntities(part, isForgotten);
        if (kept !== part) isChanged = true;
        if (kept.length > 0) parts.push(kept);
      });
      if (!isWhole) continue;
    } finally {
      await reading.file.close();
    }
    if (isChanged) await writeFilled(folder, reading.header, parts);
  }
}

/** Takes away what was filled for a version. */
export const removeFilled = (folder: string, version: number): Promise<void> =>
  rm(join(folder, nameOf(version)), { force: true });

/** Takes away the files of which nobody needs a store any more. */
export async function dropFilled(folder: string, isDone: (store: string) => boolean): Promise<void> {
  for (const version of await versionsIn(folder)) {
    const reading = await openFilled(folder, version);
    const isHeld = reading === undefined || reading.header.stores.every(isDone);
    await reading?.file.close();
    if (isHeld) await removeFilled(folder, version);
  }
}
