// Universal Binary JSON (https://ubjson.org, draft 12), as XGBoost writes its models.
import { refused } from './foreign-model.ts';

const MAX_DEPTH = 100;

type Container = { readonly type: string | undefined; readonly count: number | undefined };

/** Where reading is. */
type Cursor = {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly utf8: TextDecoder;
  at: number;
  /** Lists of what takes no bytes could be longer than any memory. */
  values: number;
};

/** Reads one value. Throws InputError where the bytes are none. */
export function parseUbjson(bytes: Uint8Array): unknown {
  const cursor: Cursor = {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    utf8: new TextDecoder('utf-8', { fatal: true }),
    at: 0,
    values: 0,
  };
  const whole = value(cursor, marker(cursor), 0);
  if (cursor.at !== bytes.length) throw refused(`there are ${bytes.length - cursor.at} bytes after its end.`);
  return whole;
}

/** Goes on by so many bytes; gives where they begin. */
function take(cursor: Cursor, length: number): number {
  const from = cursor.at;
  if (length < 0 || from + length > cursor.bytes.length)
    throw refused('its bytes end in the middle of a value.');
  cursor.at += length;
  return from;
}

const marker = (cursor: Cursor): string => String.fromCharCode(cursor.bytes[take(cursor, 1)]);

/** Undefined where the type is none of a number. */
function number(cursor: Cursor, type: string): number | undefined {
  switch (type) {
    case 'i':
      return cursor.view.getInt8(take(cursor, 1));
    case 'U':
      return cursor.view.getUint8(take(cursor, 1));
    case 'I':
      return cursor.view.getInt16(take(cursor, 2));
    case 'l':
      return cursor.view.getInt32(take(cursor, 4));
    case 'L':
      return Number(cursor.view.getBigInt64(take(cursor, 8)));
    case 'd':
      return cursor.view.getFloat32(take(cursor, 4));
    case 'D':
      return cursor.view.getFloat64(take(cursor, 8));
  }
  return undefined;
}

function length(cursor: Cursor): number {
  const found = number(cursor, marker(cursor));
  if (found === undefined || found < 0) throw refused('a length in it is no number.');
  return found;
}

function text(cursor: Cursor): string {
  const bytesLong = length(cursor);
  const from = take(cursor, bytesLong);
  return cursor.utf8.decode(cursor.bytes.subarray(from, from + bytesLong));
}

/** What stands before the items of a list or an object. */
function container(cursor: Cursor): Container {
  const { bytes } = cursor;
  let type: string | undefined;
  if (bytes[cursor.at] === 0x24) {
    cursor.at++;
    type = marker(cursor);
  }
  if (bytes[cursor.at] !== 0x23) {
    if (type !== undefined) throw refused('a typed list in it has no count.');
    return { type, count: undefined };
  }
  cursor.at++;
  const count = length(cursor);
  if (count > bytes.length) throw refused('a list in it is longer than the file.');
  return { type, count };
}

/** Whether a container goes on after `done` items. */
function goesOn(cursor: Cursor, { count }: Container, done: number, end: number): boolean {
  if (count !== undefined) return done < count;
  if (cursor.at >= cursor.bytes.length) throw refused('its bytes end in the middle of a value.');
  if (cursor.bytes[cursor.at] !== end) return true;
  cursor.at++;
  return false;
}

function value(cursor: Cursor, type: string, depth: number): unknown {
  if (depth > MAX_DEPTH) throw refused('it is nested too deep.');
  if (++cursor.values > cursor.bytes.length) throw refused('it has more values than bytes.');
  const found = number(cursor, type);
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
      return marker(cursor);
    case 'S':
      return text(cursor);
    case '[': {
      const parts = container(cursor);
      const items: unknown[] = [];
      while (goesOn(cursor, parts, items.length, 0x5d))
        items.push(value(cursor, parts.type ?? marker(cursor), depth + 1));
      return items;
    }
    case '{': {
      const parts = container(cursor);
      const fields: [string, unknown][] = [];
      while (goesOn(cursor, parts, fields.length, 0x7d)) {
        const key = text(cursor);
        fields.push([key, value(cursor, parts.type ?? marker(cursor), depth + 1)]);
      }
      const keys = new Map(fields);
      if (keys.size !== fields.length) throw refused('a key stands twice in one of its objects.');
      return Object.fromEntries(keys);
    }
  }
  throw refused(`byte ${cursor.at - 1} starts no value of Universal Binary JSON.`);
}
