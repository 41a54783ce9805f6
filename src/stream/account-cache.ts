// Histories of a partition's accounts that were used last, in bounded memory; all of them are in the state store.
// Two generations of tables: when the newer one is half of the bound, the older one is emptied and takes its place. Both
// are kept: dropped ones, outside the heap, waited for a collection of all objects.
import { copyBytes } from '../domain/bytes.ts';
import { createEntityTable, type EntityTable } from '../features/entity-table.ts';
import type { AccountBytes } from '../ports/stream/state-store.ts';

export type AccountCache = {
  /** Histories of the batch at hand are in this one. */
  readonly table: EntityTable;
  /** Which of these accounts must be read from the state store; the others are in `table` after this call. */
  missing(accountIds: Iterable<string>): string[];
  /** Puts what the store knows of an account into `table`; undefined for a new one. */
  put(accountId: string, bytes: Uint8Array | undefined): void;
  /** Drops what was not used for long. Call it only when everything that was changed is committed. */
  makeRoom(): void;
  readonly wantsRoom: boolean;
  readonly bytes: number;
};

/** Copies of histories as they are kept in the state store; all in one buffer, for memory of its own each costs more than the copy. */
export function copyHistories(table: EntityTable, accountIds: ReadonlySet<string>): AccountBytes[] {
  const entries = Array.from(accountIds, (accountId) => table.find(accountId));
  let length = 0;
  for (const entry of entries) length += table.payloadLength(entry);
  const all = Buffer.allocUnsafe(length);
  let to = 0;
  return Array.from(accountIds, (accountId, i) => {
    const from = table.offsetOf(entries[i]);
    const end = from + table.payloadLength(entries[i]);
    const { bytes } = table.chunkOf(entries[i]);
    const start = to;
    to += end - from;
    copyBytes(bytes, from, end, all, start);
    return { accountId, bytes: all.subarray(start, to) };
  });
}

const createTable = (): EntityTable => createEntityTable({ notesChanges: false });

export function createAccountCache(maxBytes: number): AccountCache {
  let newer = createTable();
  let older = createTable();

  function put(accountId: string, bytes: Uint8Array | undefined): void {
    const entry = newer.findOrAdd(accountId);
    if (bytes === undefined) return;
    newer.reserve(entry, bytes.length);
    newer.chunkOf(entry).bytes.set(bytes, newer.offsetOf(entry));
  }

  return {
    get table() {
      return newer;
    },
    missing(accountIds) {
      const missing: string[] = [];
      for (const accountId of accountIds) {
        if (newer.find(accountId) >= 0) continue;
        const entry = older.find(accountId);
        if (entry >= 0) {
          const at = older.offsetOf(entry);
          put(accountId, older.chunkOf(entry).bytes.subarray(at, at + older.payloadLength(entry)));
        } else missing.push(accountId);
      }
      return missing;
    },
    put,
    get wantsRoom() {
      return newer.bytesInUse > maxBytes / 2;
    },
    makeRoom() {
      const emptied = older;
      older = newer;
      // One that had to hold a batch far beyond its share is not kept.
      newer = emptied.bytesReserved > maxBytes ? createTable() : emptied;
      newer.clear();
    },
    get bytes() {
      return newer.bytesReserved + older.bytesReserved;
    },
  };
}
