// A list in memory, for look-ups on the hot path: a map from values to when they end; for addresses one map a prefix length.
import { identifierForm } from '../domain/identifier-form.ts';
import { maskIp, parseIp, parseIpRange } from '../domain/ip-address.ts';
import type { ListKind } from '../domain/list.ts';
import { isNamed } from './entry.ts';
import { createWideMap, type WideMap } from './wide-map.ts';

const NEVER = Number.POSITIVE_INFINITY;

export type ListSet = {
  readonly size: number;
  /** Puts an entry in, or changes when it ends; `expiresAtMs` undefined for never. */
  add(value: string, expiresAtMs: number | undefined): void;
  remove(value: string): void;
  has(value: string, nowMs: number): boolean;
};

export function createListSet(kind: ListKind): ListSet {
  return kind === 'ip' ? createIpSet() : createTextSet(keyOf(kind));
}

/** Entries that were kept before identifiers had one form are found by it too. */
function keyOf(kind: ListKind): (value: string) => string {
  if (kind === 'country') return (value) => value.toUpperCase();
  return isNamed(kind) ? identifierForm : (value) => value;
}

function createTextSet(key: (value: string) => string): ListSet {
  const ends = createWideMap<string, number>();
  return {
    get size() {
      return ends.size;
    },
    add: (value, expiresAtMs) => ends.set(key(value), expiresAtMs ?? NEVER),
    remove: (value) => ends.delete(key(value)),
    has(value, nowMs) {
      const end = ends.get(key(value));
      return end !== undefined && end > nowMs;
    },
  };
}

/** An IPv4 address as a number, without making anything on the way; NaN where it is none. */
function ipv4Number(text: string): number {
  let value = 0;
  let part = 0;
  let digits = 0;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 46) {
      if (digits === 0 || part > 255) return Number.NaN;
      value = value * 256 + part;
      part = 0;
      digits = 0;
      dots++;
    } else if (code >= 48 && code <= 57 && digits < 3) {
      part = part * 10 + code - 48;
      digits++;
    } else return Number.NaN;
  }
  return dots === 3 && digits > 0 && part <= 255 ? value * 256 + part : Number.NaN;
}

const bytesNumber = (bytes: Uint8Array): number =>
  bytes[0] * 2 ** 24 + bytes[1] * 2 ** 16 + bytes[2] * 2 ** 8 + bytes[3];
const bytesText = (bytes: Uint8Array, bits: number): string => String.fromCharCode(...maskIp(bytes, bits));

/** Ranges of one length: what an address is divided by, and the ends of those that are there. */
type Length<Key extends string | number> = {
  readonly bits: number;
  readonly divisor: number;
  readonly ends: WideMap<Key, number>;
};

function lengthOf<Key extends string | number>(lengths: Length<Key>[], bits: number): Length<Key> {
  const found = lengths.find((one) => one.bits === bits);
  if (found) return found;
  const made: Length<Key> = { bits, divisor: 2 ** (32 - bits), ends: createWideMap<Key, number>() };
  lengths.push(made);
  return made;
}

function createIpSet(): ListSet {
  const short: Length<number>[] = [];
  const long: Length<string>[] = [];

  function placeOf(value: string) {
    const range = parseIpRange(value);
    if (!range) return undefined;
    const { bytes, bits } = range;
    if (bytes.length === 4) {
      const { divisor, ends } = lengthOf(short, bits);
      const key = Math.floor(bytesNumber(bytes) / divisor);
      return { set: (end: number) => ends.set(key, end), remove: () => ends.delete(key) };
    }
    const { ends } = lengthOf(long, bits);
    const key = bytesText(bytes, bits);
    return { set: (end: number) => ends.set(key, end), remove: () => ends.delete(key) };
  }

  return {
    get size() {
      return [...short, ...long].reduce((sum, { ends }) => sum + ends.size, 0);
    },
    add: (value, expiresAtMs) => placeOf(value)?.set(expiresAtMs ?? NEVER),
    remove: (value) => placeOf(value)?.remove(),
    has(value, nowMs) {
      let number = ipv4Number(value);
      if (Number.isNaN(number)) {
        const bytes = parseIp(value);
        if (!bytes) return false;
        if (bytes.length === 16) {
          for (const { bits, ends } of long) {
            const end = ends.get(bytesText(bytes, bits));
            if (end !== undefined && end > nowMs) return true;
          }
          return false;
        }
        number = bytesNumber(bytes);
      }
      for (const { divisor, ends } of short) {
        const end = ends.get(Math.floor(number / divisor));
        if (end !== undefined && end > nowMs) return true;
      }
      return false;
    },
  };
}
