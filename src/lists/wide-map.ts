// A map of millions of keys that grows in small steps: one large map copies all that it holds when it doubles, and nothing
// else goes on meanwhile.

const PARTS = 256;

export type WideMap<K, V> = {
  readonly size: number;
  get(key: K): V | undefined;
  set(key: K, value: V): void;
  delete(key: K): void;
};

/** By the last letters: identifiers differ there. */
function hashOf(key: string): number {
  let hash = key.length;
  for (let i = Math.max(0, key.length - 8); i < key.length; i++) {
    hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  }
  return hash ^ (hash >>> 16);
}

export function createWideMap<K extends string | number, V>(): WideMap<K, V> {
  const parts = new Array<Map<K, V> | undefined>(PARTS).fill(undefined);
  const placeOf = (key: K): number =>
    (typeof key === 'string' ? hashOf(key) : (key as number) ^ ((key as number) >>> 8)) & (PARTS - 1);
  return {
    get size() {
      return parts.reduce((sum, part) => sum + (part?.size ?? 0), 0);
    },
    get: (key) => parts[placeOf(key)]?.get(key),
    set(key, value) {
      const place = placeOf(key);
      const part = parts[place] ?? new Map<K, V>();
      parts[place] = part;
      part.set(key, value);
    },
    delete(key) {
      parts[placeOf(key)]?.delete(key);
    },
  };
}
