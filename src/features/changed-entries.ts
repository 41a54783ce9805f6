// Which entries of a table changed since the last time somebody asked.

export type ChangedEntries = {
  /** The first `count` are those that changed, in their order. */
  list: Uint32Array;
  count: number;
  /** Payload bytes behind them. */
  bytes: number;
  /** By entry. */
  flags: Uint8Array;
};

/** None yet, with room for so many entries. */
export const noneChanged = (entries: number): ChangedEntries => ({
  list: new Uint32Array(entries),
  count: 0,
  bytes: 0,
  flags: new Uint8Array(entries),
});

/** Makes room for so many entries. */
export function growChanged(changed: ChangedEntries, entries: number): void {
  const flags = new Uint8Array(entries);
  flags.set(changed.flags);
  changed.flags = flags;
}

/** Notes an entry, once. */
export function noteChanged(changed: ChangedEntries, entry: number, bytes: number): void {
  if (changed.flags[entry]) return;
  changed.flags[entry] = 1;
  if (changed.count === changed.list.length) {
    const longer = new Uint32Array(changed.count * 2);
    longer.set(changed.list);
    changed.list = longer;
  }
  changed.list[changed.count++] = entry;
  changed.bytes += bytes;
}

/** From now on none has changed. */
export function clearChanged(changed: ChangedEntries): void {
  for (let i = 0; i < changed.count; i++) changed.flags[changed.list[i]] = 0;
  changed.count = 0;
  changed.bytes = 0;
}
