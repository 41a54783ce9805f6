// Histories on disk: segments of changed entities, so that a restart replays seconds of the log and not years.
//
// A segment holds what changed since the one before and a sixteenth of everything else; the newest sixteen
// segments together therefore hold every entity. The log can always rebuild what a segment would have said.
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { encodedLength, encodeEntity, loadEntities, withoutEntities } from '../../features/entity-codec.ts';
import type { EntityTable } from '../../features/entity-table.ts';
import { ENTITY_KINDS, type FeatureState, forgetOthers, tablesOf } from '../../features/feature-state.ts';
import { dropFilled } from './filled-histories.ts';

const SLICES = 16;
export const CHECKPOINT_VERSION = 'goshawk-state-3';
const NAME = /^segment-(\d{10})\.bin$/;

export type Checkpoints = {
  /** Bytes changed since the last segment. */
  changedBytes(): number;
  /**
   * Copies what belongs into the next segment now (the state stands at `offset`), and gives a function that
   * writes it once the decisions up to that offset are committed.
   */
  prepare(offset: number): () => Promise<void>;
};

/** Copies entries of the stores that are kept: what changed, a slice of the rest, and all of a store that is nowhere on disk yet. */
function serializeEntities(
  state: FeatureState,
  stores: ReadonlySet<string>,
  slice: number | 'all',
  isNew: (store: string) => boolean,
): Buffer {
  const found: { readonly store: string; readonly table: EntityTable; readonly entries: Set<number> }[] = [];
  let bytes = 0;
  for (const [store, table] of tablesOf(state)) {
    if (!stores.has(store)) continue;
    const entries = new Set<number>(table.changed().entries);
    const whole = slice === 'all' || isNew(store);
    for (let entry = 0; entry < table.size; entry++) {
      if (whole || table.hashOf(entry) % SLICES === slice) entries.add(entry);
    }
    for (const entry of entries) bytes += encodedLength(table, entry, store);
    found.push({ store, table, entries });
  }
  const body = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const { store, table, entries } of found) {
    for (const entry of entries) {
      encodeEntity(table, entry, store, body, at);
      at += encodedLength(table, entry, store);
    }
    table.clearChanged();
  }
  return body;
}

type Header = {
  readonly magic: string;
  readonly offset: number;
  readonly bytes: number;
  readonly crc32: number;
  /** The histories that this segment and those before hold whole; absent in what was written before there were others. */
  readonly stores?: readonly string[];
  /** Those that lie in a file of what was filled until the segments hold them whole, with how many segments have a part of them. */
  readonly inParts?: Readonly<Record<string, number>>;
};

export type Loaded = {
  /** The log offset that the histories stand at. */
  readonly offset: number;
  /** The histories that are whole. */
  readonly stores: ReadonlySet<string>;
};

const segmentsIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => NAME.test(name)).sort();

/** Loads all segments of a folder into `state`; nothing where there is none. A history that is not whole is left empty. */
export async function loadCheckpoints(folder: string, state: FeatureState): Promise<Loaded | undefined> {
  await mkdir(folder, { recursive: true });
  let loaded: Loaded | undefined;
  for (const name of await segmentsIn(folder)) {
    const bytes = await readFile(join(folder, name));
    const headerEnd = bytes.indexOf(10);
    const header = JSON.parse(bytes.subarray(0, headerEnd).toString('utf8')) as Header;
    const body = bytes.subarray(headerEnd + 1);
    if (header.magic !== CHECKPOINT_VERSION || header.bytes !== body.length || header.crc32 !== crc32(body)) {
      throw new Error(`${join(folder, name)} is damaged`);
    }
    loadEntities(body, state);
    loaded = { offset: header.offset, stores: new Set(header.stores ?? ENTITY_KINDS) };
  }
  if (loaded) forgetOthers(state, loaded.stores);
  for (const [, table] of tablesOf(state)) table.clearChanged();
  return loaded;
}

/**
 * Rewrites the segments that hold entities which are to be forgotten. A segment is read and written as a whole, one after the other;
 * one that a newer one replaced meanwhile may come back, and goes with the next checkpoint.
 */
export async function forgetInSegments(folder: string, isForgotten: (key: string) => boolean): Promise<void> {
  for (const name of await segmentsIn(folder)) {
    const path = join(folder, name);
    const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (!bytes) continue;
    const headerEnd = bytes.indexOf(10);
    const body = bytes.subarray(headerEnd + 1);
    const kept = withoutEntities(body, isForgotten);
    if (kept === body) continue;
    const header = JSON.parse(bytes.subarray(0, headerEnd).toString('utf8')) as Header;
    const file = await open(`${path}.part`, 'w');
    try {
      await file.write(`${JSON.stringify({ ...header, bytes: kept.length, crc32: crc32(kept) })}\n`);
      await file.write(kept);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.part`, path);
  }
}

/** How many segments have a part of each history, by the newest of a folder; as many as there are slices have it whole. */
async function segmentsOfStores(folder: string): Promise<Map<string, number>> {
  const newest = (await segmentsIn(folder)).at(-1);
  if (newest === undefined) return new Map();
  const file = await open(join(folder, newest));
  try {
    for await (const line of file.readLines({ encoding: 'latin1' })) {
      const { stores = ENTITY_KINDS, inParts = {} } = JSON.parse(line) as Header;
      return new Map([...stores.map((store) => [store, SLICES] as const), ...Object.entries(inParts)]);
    }
    return new Map();
  } catch {
    // Whoever loads it says that it is damaged: here all is written anew.
    return new Map();
  } finally {
    await file.close().catch(() => undefined);
  }
}

/**
 * `kept` are the histories that the catalogue in service reads; `filled` those that were taken over from a file of what was filled
 * since the last segment: they go into segments slice by slice, since to copy a large one at once would hold decisions up.
 */
export async function openCheckpoints(
  folder: string,
  state: FeatureState,
  kept: () => ReadonlySet<string>,
  filled: Set<string> = new Set(),
): Promise<Checkpoints> {
  await mkdir(folder, { recursive: true });
  let written: ReadonlyMap<string, number> = await segmentsOfStores(folder);
  const numbers = (await readdir(folder)).flatMap((name) => NAME.exec(name)?.[1] ?? []).map(Number);
  let next = numbers.length > 0 ? Math.max(...numbers) + 1 : 0;
  const fileOf = (number: number): string => join(folder, `segment-${String(number).padStart(10, '0')}.bin`);
  return {
    changedBytes() {
      let bytes = 0;
      for (const [, table] of tablesOf(state)) bytes += table.changed().bytes;
      return bytes;
    },
    prepare(offset) {
      const number = next++;
      const stores = kept();
      const slice = number === 0 ? 'all' : number % SLICES;
      const begun = new Set(filled);
      filled.clear();
      const body = serializeEntities(
        state,
        stores,
        slice,
        (store) => !begun.has(store) && !written.has(store),
      );
      const before = written;
      const partsOf = (store: string): number => {
        if (begun.has(store)) return 1;
        return slice === 'all' ? SLICES : Math.min(SLICES, (before.get(store) ?? SLICES) + 1);
      };
      const inSegments = new Map([...stores].map((store) => [store, partsOf(store)]));
      // Whoever is asked for the next one before this is written counts from here.
      written = inSegments;
      const isWhole = (store: string): boolean => (inSegments.get(store) ?? 0) >= SLICES;
      return async () => {
        const header: Header = {
          magic: CHECKPOINT_VERSION,
          offset,
          bytes: body.length,
          crc32: crc32(body),
          stores: [...stores].filter(isWhole),
          inParts: Object.fromEntries([...inSegments].filter(([store]) => !isWhole(store))),
        };
        const file = await open(`${fileOf(number)}.part`, 'w');
        try {
          await file.write(`${JSON.stringify(header)}\n`);
          await file.write(body);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(`${fileOf(number)}.part`, fileOf(number));
        await dropFilled(folder, isWhole);
        for (const name of await readdir(folder)) {
          const old = NAME.exec(name);
          if (old && Number(old[1]) <= number - SLICES) await rm(join(folder, name));
        }
      };
    },
  };
}
