// Universal Binary JSON (https://ubjson.org, draft 12), as XGBoost writes its models.
import { refused } from './foreign-model.ts';

const MAX_DEPTH = 100;

type Container = { readonly type: string | undefined; readonly count: number | undefined };

/** Reads one value. Throws InputError where the bytes are none. */
export function parseUbjson(bytes: Uint8Array): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  let at = 0;
  /** Lists of what takes no bytes could be longer than any memory. */
  let values = 0;

  const take = (length: number): number => {
    const from = at;
    if (length < 0 || from + length > bytes.length) throw refused('its bytes end in the middle of a value.');
    at += length;
    return from;
  };
  const marker = (): string => String.fromCharCode(bytes[take(1)]);

  function number(type: string): number | undefined {
    switch (type) {
      case 'i':
        return view.getInt8(take(1));
      case 'U':
        return view.getUint8(take(1));
      case 'I':
        return view.getInt16(take(2));
      case 'l':
        return view.getInt32(take(4));
      case 'L':
        return Number(view.getBigInt64(take(8)));
      case 'd':
        return view.getFloat32(take(4));
      case 'D':
        return view.getFloat64(take(8));
    }
    return undefined;
  }

  function length(): number {
    const found = number(marker());
    if (found === undefined || found < 0) throw refused('a length in it is no number.');
    return found;
  }

  function text(): string {
    const bytesLong = length();
    const from = take(bytesLong);
    return utf8.decode(bytes.subarray(from, from + bytesLong));
  }

  function container(): Container {
    let type: string | undefined;
    if (bytes[at] === 0x24) {
      at++;
      type = marker();
    }
    if (bytes[at] !== 0x23) {
      if (type !== undefined) throw refused('a typed list in it has no count.');
      return { type, count: undefined };
    }
    at++;
    const count = length();
    if (count > bytes.length) throw refused('a list in it is longer than the file.');
    return { type, count };
  }

  /** Whether a container goes on after `done` items. */
  function goesOn({ count }: Container, done: number, end: number): boolean {
    if (count !== undefined) return done < count;
    if (at >= bytes.length) throw refused('its bytes end in the middle of a value.');
    if (bytes[at] !== end) return true;
    at++;
    return false;
  }

  function value(type: string, depth: number): unknown {
    if (depth > MAX_DEPTH) throw refused('it is nested too deep.');
    if (++values > bytes.length) throw refused('it has more values than bytes.');
    const found = number(type);
    if (found !== undefined) return found;
    switch (type) {
      case 'Z':
      case 'N':
        return null;
      case 'T':
        return true;
      case 'F':
        return false;
      case 'C':
        return marker();
      case 'S':
        return text();
      case '[': {
        const parts = container();
        const items: unknown[] = [];
        while (goesOn(parts, items.length, 0x5d)) items.push(value(parts.type ?? marker(), depth + 1));
        return items;
      }
      case '{': {
        const parts = container();
        const fields: [string, unknown][] = [];
        while (goesOn(parts, fields.length, 0x7d)) {
          const key = text();
          fields.push([key, value(parts.type ?? marker(), depth + 1)]);
        }
        const keys = new Map(fields);
        if (keys.size !== fields.length) throw refused('a key stands twice in one of its objects.');
        return Object.fromEntries(keys);
      }
    }
    throw refused(`byte ${at - 1} starts no value of Universal Binary JSON.`);
  }

  const whole = value(marker(), 0);
  if (at !== bytes.length) throw refused(`there are ${bytes.length - at} bytes after its end.`);
  return whole;
}
