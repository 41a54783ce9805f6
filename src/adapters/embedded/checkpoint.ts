// Histories on disk: segments of changed entities, so that a restart replays seconds of the log and not years.
//
// A segment holds what changed since the one before and a sixteenth of everything else; the newest sixteen
// segments together therefore hold every entity. The log can always rebuild what a segment would have said.
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { encodedLength, encodeEntity, loadEntities } from '../../features/entity-codec.ts';
import { type FeatureState, tablesOf } from '../../features/feature-state.ts';

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

function serializeEntities(state: FeatureState, slice: number | 'all'): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (const [store, table] of tablesOf(state)) {
    const wanted = new Set<number>(table.changed().entries);
    for (let entry = 0; entry < table.size; entry++) {
      if (slice === 'all' || table.hashOf(entry) % SLICES === slice) wanted.add(entry);
    }
    for (const entry of wanted) {
      const part = Buffer.allocUnsafe(encodedLength(table, entry, store));
      encodeEntity(table, entry, store, part, 0);
      parts.push(part);
    }
    table.clearChanged();
  }
  return parts;
}

/** Loads all segments of a folder into `state`; gives the log offset the state stands at, or undefined for none. */
export async function loadCheckpoints(folder: string, state: FeatureState): Promise<number | undefined> {
  await mkdir(folder, { recursive: true });
  const names = (await readdir(folder)).filter((name) => NAME.test(name)).sort();
  let offset: number | undefined;
  for (const name of names) {
    const bytes = await readFile(join(folder, name));
    const headerEnd = bytes.indexOf(10);
    const header = JSON.parse(bytes.subarray(0, headerEnd).toString('utf8'));
    const body = bytes.subarray(headerEnd + 1);
    if (header.magic !== CHECKPOINT_VERSION || header.bytes !== body.length || header.crc32 !== crc32(body)) {
      throw new Error(`${join(folder, name)} is damaged`);
    }
    loadEntities(body, state);
    offset = header.offset;
  }
  for (const [, table] of tablesOf(state)) table.clearChanged();
  return offset;
}

export async function openCheckpoints(folder: string, state: FeatureState): Promise<Checkpoints> {
  await mkdir(folder, { recursive: true });
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
      const body = Buffer.concat(serializeEntities(state, number === 0 ? 'all' : number % SLICES));
      return async () => {
        const header = { magic: CHECKPOINT_VERSION, offset, bytes: body.length, crc32: crc32(body) };
        const file = await open(`${fileOf(number)}.part`, 'w');
        try {
          await file.write(`${JSON.stringify(header)}\n`);
          await file.write(body);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(`${fileOf(number)}.part`, fileOf(number));
        for (const name of await readdir(folder)) {
          const old = NAME.exec(name);
          if (old && Number(old[1]) <= number - SLICES) await rm(join(folder, name));
        }
      };
    },
  };
}
