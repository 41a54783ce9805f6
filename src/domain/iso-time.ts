// ISO 8601 times in UTC, as `Date` writes them, a few times faster: the text of the day is remembered.
const DAY_MS = 86_400_000;

const two = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'));
let dayNumber = Number.NaN;
let dayText = '';
let lastMs = Number.NaN;
let lastText = '';

/** Like `new Date(time).toISOString()`; parts of a millisecond are left out. Throws RangeError on times that have no date. */
export function isoTime(time: number): string {
  const ms = Math.trunc(time);
  if (ms === lastMs) return lastText;
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
