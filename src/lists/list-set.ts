// A list in memory, for look-ups on the hot path: a map from values to when they end; for addresses one map a prefix length.
import { type ListKind, maskIp, parseIp, parseIpRange } from './entry.ts';

const NEVER = Number.POSITIVE_INFINITY;

export type ListSet = {
  readonly size: number;
  /** Puts an entry in, or changes when it ends; `expiresAtMs` undefined for never. */
  add(value: string, expiresAtMs: number | undefined): void;
  remove(value: string): void;
  has(value: string, nowMs: number): boolean;
};

export function createListSet(kind: ListKind): ListSet {
  return kind === 'ip' ? createIpSet() : createTextSet(kind === 'country');
}

function createTextSet(upper: boolean): ListSet {
  const ends = new Map<string, number>();
  return {
    get size() {
      return ends.size;
    },
    add: (value, expiresAtMs) => ends.set(value, expiresAtMs ?? NEVER),
    remove: (value) => ends.delete(value),
    has(value, nowMs) {
      const end = ends.get(upper ? value.toUpperCase() : value);
      return end !== undefined && end > nowMs;
    },
  };
}

/** The first bits of an address as one key; addresses of four bytes as a number. */
const keyOf = (bytes: Uint8Array, bits: number): string | number => {
  const masked = maskIp(bytes, bits);
  if (masked.length === 4) return masked[0] * 2 ** 24 + masked[1] * 2 ** 16 + masked[2] * 2 ** 8 + masked[3];
  return String.fromCharCode(...masked);
};

function createIpSet(): ListSet {
  const byLength: Readonly<Record<4 | 16, Map<number, Map<string | number, number>>>> = {
    4: new Map(),
    16: new Map(),
  };
  let size = 0;
  const placeOf = (value: string) => {
    const range = parseIpRange(value);
    if (!range) return undefined;
    const { bytes, bits } = range;
    return { lengths: byLength[bytes.length as 4 | 16], bits, key: keyOf(bytes, bits) };
  };
  return {
    get size() {
      return size;
    },
    add(value, expiresAtMs) {
      const place = placeOf(value);
      if (!place) return;
      let keys = place.lengths.get(place.bits);
      if (!keys) {
        keys = new Map();
        place.lengths.set(place.bits, keys);
      }
      if (!keys.has(place.key)) size++;
      keys.set(place.key, expiresAtMs ?? NEVER);
    },
    remove(value) {
      const place = placeOf(value);
      const keys = place?.lengths.get(place.bits);
      if (!place || !keys?.delete(place.key)) return;
      size--;
      if (keys.size === 0) place.lengths.delete(place.bits);
    },
    has(value, nowMs) {
      const bytes = parseIp(value);
      if (!bytes) return false;
      for (const [bits, keys] of byLength[bytes.length as 4 | 16]) {
        const end = keys.get(keyOf(bytes, bits));
        if (end !== undefined && end > nowMs) return true;
      }
      return false;
    },
  };
}
