// ISO 8601 times: written in UTC as `Date` writes them, a few times faster, since the text of the day is remembered; read with
// any offset.
const DAY_MS = 86_400_000;
const ISO_TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/;
const DAYS_OF_EVERY_MONTH = 28;
/** The last moment that is written with four digits of a year. */
const LAST_MS = Date.UTC(10_000, 0) - 1;

const two = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'));
let dayNumber = Number.NaN;
let dayText = '';
let lastMs = Number.NaN;
let lastText = '';
/** Messages name two moments, each the same in many of them. */
let otherMs = Number.NaN;
let otherText = '';

/** Like `new Date(time).toISOString()`; parts of a millisecond are left out. Throws RangeError on times that have no date. */
export function isoTime(time: number): string {
  const ms = Math.trunc(time);
  if (ms === lastMs) return lastText;
  if (ms === otherMs) return otherText;
  otherMs = lastMs;
  otherText = lastText;
  const day = Math.floor(ms / DAY_MS);
  if (day !== dayNumber) {
    dayText = new Date(ms).toISOString().slice(0, -13);
    dayNumber = day;
  }
  const inDay = ms - day * DAY_MS;
  const seconds = Math.floor(inDay / 1000);
  const minutes = Math.floor(seconds / 60);
  const millis = inDay - seconds * 1000;
  lastText = `${dayText}${two[Math.floor(minutes / 60)]}:${two[minutes % 60]}:${two[seconds % 60]}.${millis < 100 ? '0' : ''}${millis < 10 ? '0' : ''}${millis}Z`;
  lastMs = ms;
  return lastText;
}

/** For people: a day where it is midnight, else to the second; in UTC. */
export function momentText(timeMs: number): string {
  const text = isoTime(timeMs);
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : `${text.slice(0, 19)}Z`;
}

/** Number that the digits of `text` from `from` to `to` are; NaN when one is none. */
function digits(text: string, from: number, to: number): number {
  let number = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}

/**
 * The usual form, `2026-11-23T15:00:00Z` with or without three digits of a second, on a day that every month has: without
 * the pieces that a pattern makes. Undefined for all else, right or wrong.
 */
function parseUsualTime(text: string): number | undefined {
  const { length } = text;
  if ((length !== 20 && length !== 24) || text[length - 1] !== 'Z') return undefined;
  if (text[4] !== '-' || text[7] !== '-' || text[10] !== 'T' || text[13] !== ':' || text[16] !== ':')
    return undefined;
  if (length === 24 && text[19] !== '.') return undefined;
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const second = digits(text, 17, 19);
  const usual =
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= DAYS_OF_EVERY_MONTH &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  const year = digits(text, 0, 4);
  // Date.UTC takes years below a hundred for those of the last century.
  if (!usual || !(year >= 100)) return undefined;
  const ms = Date.UTC(year, month - 1, day, hour, minute, second, length === 24 ? digits(text, 20, 23) : 0);
  return Number.isNaN(ms) ? undefined : ms;
}

/** Epoch milliseconds of an ISO 8601 time with an offset, or undefined; sub-millisecond digits are cut. */
export const parseIsoTime = (text: string): number | undefined => parseUsualTime(text) ?? parseAnyTime(text);

function parseAnyTime(text: string): number | undefined {
  const match = ISO_TIME.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction, offset] = match;
  // Date.UTC takes years below a hundred for those of the last century.
  if (+year < 100) return undefined;
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
  const time = utc - (offset[0] === '-' ? -1 : 1) * offsetMinutes * 60_000;
  return time > LAST_MS ? undefined : time;
}

/**
 * The minutes that a time's offset is ahead of UTC; undefined for Z and -00:00, which say nothing of the place (RFC 9557, 2.2).
 * For texts that `parseIsoTime` reads.
 */
export function offsetOf(text: string): number | undefined {
  const { length } = text;
  if (text[length - 1] === 'Z') return undefined;
  const minutes = digits(text, length - 5, length - 3) * 60 + digits(text, length - 2, length);
  if (text[length - 6] !== '-') return minutes;
  return minutes === 0 ? undefined : -minutes;
}

/** A moment as the local time of a place that is so many minutes ahead of UTC. */
export function isoTimeAt(time: number, offsetMinutes: number): string {
  const local = isoTime(time + offsetMinutes * 60_000).slice(0, -1);
  const distance = Math.abs(offsetMinutes);
  return `${local}${offsetMinutes < 0 ? '-' : '+'}${two[Math.floor(distance / 60)]}:${two[distance % 60]}`;
}
