// Times as tables write them: day, month and year in digits, with or without a time of day, by the clocks of a zone.
import { timeZoneProblem, zoneOffsets } from '../../domain/time-zone.ts';

/** In which order day, month and year stand. */
export const DATE_ORDERS = ['year_month_day', 'day_month_year', 'month_day_year'] as const;
export type DateOrder = (typeof DATE_ORDERS)[number];

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const OFFSET = /^([+-])(\d{2}):(\d{2})$/;
const LOCAL =
  /^(\d{1,4})[-./](\d{1,2})[-./](\d{1,4})(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?: ?([AaPp])\.?[Mm]\.?)?)?$/;

/** Why a text names no zone, as the end of a sentence; undefined where it does. An offset is one here: a file may have no summer. */
export const zoneProblem = (zone: string): string | undefined =>
  OFFSET.test(zone) ? undefined : timeZoneProblem(zone);

/** Minutes that the clocks of a zone are ahead of UTC at a moment. */
function offsetsOf(zone: string): (timeMs: number) => number {
  const [, sign, hours, minutes] = OFFSET.exec(zone) ?? [];
  if (sign === undefined) return zoneOffsets(zone);
  const fixed = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  return () => fixed;
}

/**
 * The minutes that clocks were ahead of UTC when they showed this; of an hour that comes twice in autumn the first time, undefined
 * for one that spring leaves out.
 */
function offsetWhen(localMs: number, offsetAt: (timeMs: number) => number): number | undefined {
  const near = [offsetAt(localMs - DAY_MS), offsetAt(localMs + DAY_MS)];
  return near.find((minutes) => offsetAt(localMs - minutes * MINUTE_MS) === minutes);
}

const two = (number: number): string => String(number).padStart(2, '0');

function offsetText(minutes: number): string {
  const distance = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(distance / 60))}:${two(distance % 60)}`;
}

/** The hour of a clock with twelve hours, or with 24 where nobody says which half of the day; undefined where there is none. */
function hourOf(hour: number, half: string | undefined): number | undefined {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
}

/** Year, month and day of the three numbers, as they were written; a year has four digits. */
function dateOf(parts: readonly string[], order: DateOrder): readonly [number, number, number] | undefined {
  const [first, second, third] = parts;
  const [year, month, day] =
    order === 'year_month_day'
      ? [first, second, third]
      : order === 'day_month_year'
        ? [third, second, first]
        : [third, first, second];
  return year.length === 4 && day.length <= 2 ? [Number(year), Number(month), Number(day)] : undefined;
}

/** A reader of local times of a zone: gives ISO 8601 with the offset, and what is none as it stands, to be told. */
export function localTimes(order: DateOrder, zone: string): (text: string) => string {
  const offsetAt = offsetsOf(zone);
  const isUtc = zone === 'UTC';
  return (text) => {
    const match = LOCAL.exec(text.trim());
    if (!match) return text;
    const [, first, second, third, hours = '0', minutes = '0', seconds = '0', fraction = '', half] = match;
    const date = dateOf([first, second, third], order);
    const hour = hourOf(Number(hours), half);
    if (!date || hour === undefined) return text;
    const [year, month, day] = date;
    const millis = Number(fraction.slice(0, 3).padEnd(3, '0'));
    const localMs = Date.UTC(year, month - 1, day, hour, Number(minutes), Number(seconds), millis);
    const local = new Date(localMs);
    const isReal =
      year >= 1000 &&
      local.getUTCMonth() === month - 1 &&
      local.getUTCDate() === day &&
      local.getUTCHours() === hour &&
      local.getUTCMinutes() === Number(minutes) &&
      local.getUTCSeconds() === Number(seconds);
    if (!isReal) return text;
    if (isUtc) return local.toISOString();
    const offset = offsetWhen(localMs, offsetAt);
    return offset === undefined ? text : `${local.toISOString().slice(0, -1)}${offsetText(offset)}`;
  };
}
