// The time zone that a desk's payments are made in, where they do not say so themselves.
import { InputError } from '../domain/input-error.ts';
import { timeZoneProblem, zoneOffsets } from '../domain/time-zone.ts';

/**
 * How far the clocks of the zone are ahead that an option, else TIME_ZONE names; undefined where none is named: local time is
 * UTC then. Throws InputError.
 */
export function localTimeAsked(
  option: string | undefined,
  env: Readonly<Record<string, string | undefined>> = process.env,
): ((timeMs: number) => number) | undefined {
  const name = option === undefined ? 'TIME_ZONE' : '--time-zone';
  const given = option ?? env.TIME_ZONE;
  if (given === undefined || given === '') return undefined;
  const problem = timeZoneProblem(given);
  if (problem) throw new InputError(`${name} is "${given}"; ${problem}.`);
  return zoneOffsets(given);
}

export const TIME_ZONE_SPEC = {
  type: 'string',
  value: 'ZONE',
  help: 'where payments are made that do not say it, such as Europe/Berlin [TIME_ZONE, or UTC]',
} as const;
