// Reads the fields of an untrusted JSON object one by one and collects every problem on the way.
import type { Problem } from './problem.ts';

const CONTROL_CHARACTER = /\p{Cc}/u;
const UNPAIRED_SURROGATE = /\p{Cs}/u;
const ISO_TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/;

export type TextBounds = { readonly maxLength: number; readonly pattern?: RegExp; readonly hint?: string };

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Shortens a value for a message, so that a 1 MB string never comes back in an error. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value).slice(0, 60);
  const text = JSON.stringify(value.slice(0, 60));
  return value.length > 60 ? `${text.slice(0, -1)}…"` : text;
}

/** Epoch milliseconds of an ISO 8601 time with an offset, or undefined; sub-millisecond digits are cut. */
export function parseIsoTime(text: string): number | undefined {
  const match = ISO_TIME.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction, offset] = match;
  const ms = Number((fraction ?? '').slice(0, 3).padEnd(3, '0'));
  const utc = Date.UTC(+year, +month - 1, +day, +hour, +minute, +second, ms);
  const check = new Date(utc);
  const real =
    check.getUTCMonth() === +month - 1 &&
    check.getUTCDate() === +day &&
    check.getUTCHours() === +hour &&
    check.getUTCMinutes() === +minute &&
    check.getUTCSeconds() === +second;
  if (!real) return undefined;
  if (offset === 'Z') return utc;
  const offsetMinutes = +offset.slice(1, 3) * 60 + +offset.slice(4, 6);
  if (+offset.slice(1, 3) > 18 || +offset.slice(4, 6) > 59) return undefined;
  return utc - (offset[0] === '-' ? -1 : 1) * offsetMinutes * 60_000;
}

/** A reader over one object; `problems` grows, getters give undefined where the field is absent or wrong. */
export function fieldReader(source: Record<string, unknown>, base: string, problems: Problem[]) {
  const report = (name: string, message: string): undefined => {
    problems.push({ pointer: `${base}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, message });
    return undefined;
  };
  const present = (name: string, required: boolean): boolean => {
    const value = source[name];
    if (value !== undefined && value !== null) return true;
    if (required) report(name, `${name} is required.`);
    else if (value === null) report(name, `${name} is null; leave it out when it is unknown.`);
    return false;
  };
  return {
    report,
    text(name: string, required: boolean, bounds: TextBounds): string | undefined {
      if (!present(name, required)) return undefined;
      const value = source[name];
      if (typeof value !== 'string') return report(name, `${name} must be a string, not ${shown(value)}.`);
      if (value.length === 0) return report(name, `${name} must not be empty.`);
      if (value.length > bounds.maxLength)
        return report(name, `${name} has ${value.length} characters; ${bounds.maxLength} are allowed.`);
      if (CONTROL_CHARACTER.test(value)) return report(name, `${name} must not contain control characters.`);
      if (UNPAIRED_SURROGATE.test(value)) return report(name, `${name} is not valid Unicode text.`);
      if (bounds.pattern && !bounds.pattern.test(value))
        return report(name, `${name} is ${shown(value)}; it must be ${bounds.hint}.`);
      return value;
    },
    choice<T extends string>(name: string, required: boolean, allowed: ReadonlySet<T>): T | undefined {
      if (!present(name, required)) return undefined;
      const value = source[name];
      if (typeof value === 'string' && (allowed as ReadonlySet<string>).has(value)) return value as T;
      const list = allowed.size <= 12 ? `one of ${[...allowed].join(', ')}` : 'a known code';
      return report(name, `${name} is ${shown(value)}; it must be ${list}.`);
    },
    number(name: string, required: boolean, min: number, max: number, integer: boolean): number | undefined {
      if (!present(name, required)) return undefined;
      const value = source[name];
      if (typeof value !== 'number' || !Number.isFinite(value))
        return report(name, `${name} must be a finite number, not ${shown(value)}.`);
      if (integer && !Number.isSafeInteger(value))
        return report(name, `${name} is ${value}; it must be a whole number below 2^53.`);
      if (value < min || value > max)
        return report(name, `${name} is ${value}; it must be from ${min} to ${max}.`);
      return value;
    },
    time(name: string, required: boolean, minMs: number, maxMs: number): number | undefined {
      if (!present(name, required)) return undefined;
      const value = source[name];
      const ms = typeof value === 'string' && value.length <= 40 ? parseIsoTime(value) : undefined;
      if (ms === undefined)
        return report(
          name,
          `${name} is ${shown(value)}; it must be a time like 2026-11-23T15:00:00Z (ISO 8601 with Z or an offset).`,
        );
      if (ms < minMs) return report(name, `${name} is before ${new Date(minMs).toISOString()}.`);
      if (ms > maxMs)
        return report(name, `${name} is in the future: later than ${new Date(maxMs).toISOString()}.`);
      return ms;
    },
    flag(name: string, required: boolean): boolean | undefined {
      if (!present(name, required)) return undefined;
      const value = source[name];
      if (typeof value === 'boolean') return value;
      return report(name, `${name} must be true or false, not ${shown(value)}.`);
    },
    object(name: string): Record<string, unknown> | undefined {
      if (!present(name, false)) return undefined;
      const value = source[name];
      if (isObject(value)) return value;
      return report(name, `${name} must be an object, not ${shown(value)}.`);
    },
    onlyKnown(known: ReadonlySet<string>): void {
      for (const name of Object.keys(source)) {
        if (known.has(name)) continue;
        report(name.slice(0, 60), `${shown(name)} is not a known field; known are ${[...known].join(', ')}.`);
      }
    },
  };
}
