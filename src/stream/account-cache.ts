// Histories of a partition's accounts that were used last, in bounded memory; all of them are in the state store.
// Two generations of tables: when the newer one is half of the bound, the older one is dropped whole.
import { createEntityTable, type EntityTable } from '../features/entity-table.ts';

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

/** Copy of a history as it is kept in the state store. */
export function historyBytes(table: EntityTable, key: string): Uint8Array {
  const entry = table.find(key);
  const at = table.offsetOf(entry);
  return table.chunkOf(entry).bytes.slice(at, at + table.payloadLength(entry));
}

export function createAccountCache(maxBytes: number): AccountCache {
  let newer = createEntityTable();
  let older: EntityTable | undefined;

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
        if (older && older.find(accountId) >= 0) put(accountId, historyBytes(older, accountId));
        else missing.push(accountId);
      }
      return missing;
    },
    put,
    get wantsRoom() {
      return newer.bytesReserved > maxBytes / 2;
    },
    makeRoom() {
      older = newer;
      newer = createEntityTable();
    },
    get bytes() {
      return newer.bytesReserved + (older?.bytesReserved ?? 0);
    },
  };
}
