// A set of millions of ids, in 16 to 32 bytes each.
import { hash } from 'node:crypto';

export type IdSet = {
  /** False when the id was in the set before. */
  add(id: string): boolean;
};

/** Ids by 64 bits of their hash, in a table that doubles. */
export function createIdSet(): IdSet {
  let slots = new Uint32Array(2 << 16);
  let count = 0;
  const find = (table: Uint32Array, low: number, high: number): number => {
    const mask = table.length / 2 - 1;
    for (let at = low & mask; ; at = (at + 1) & mask) {
      if (table[2 * at] === 0 || (table[2 * at] === low && table[2 * at + 1] === high)) return at;
    }
  };
  return {
    add(id) {
      if (4 * count > slots.length) {
        const larger = new Uint32Array(2 * slots.length);
        for (let i = 0; i < slots.length; i += 2) {
          if (slots[i] === 0) continue;
          const at = find(larger, slots[i], slots[i + 1]);
          larger[2 * at] = slots[i];
          larger[2 * at + 1] = slots[i + 1];
        }
        slots = larger;
      }
      const digest = hash('sha256', id, 'buffer');
      // Zero marks a free place.
      const low = digest.readUInt32LE(0) || 1;
      const high = digest.readUInt32LE(4);
      const at = find(slots, low, high);
      if (slots[2 * at] !== 0) return false;
      slots[2 * at] = low;
      slots[2 * at + 1] = high;
      count++;
      return true;
    },
  };
}
