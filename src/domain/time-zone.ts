// The local time of a place: by the offset that came with a time, or by the rules of a time zone.

const MINUTE_MS = 60_000;
/** Offsets change on whole quarters of an hour: one is looked up once for each. */
const QUARTER_MS = 15 * MINUTE_MS;
const OFFSET = /^GMT(?:([+-])(\d{2}):(\d{2}))?/;

/** Why a text names no time zone, as the end of a sentence; undefined where it does. */
export function timeZoneProblem(name: string): string | undefined {
  try {
    // An offset is no zone: it knows no summer.
    if (!/^[+-]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name })) return undefined;
  } catch {
    // Said below.
  }
  return 'it must be a time zone of the IANA database such as Europe/Berlin';
}

/**
 * Gives the minutes that local time is ahead of UTC at a moment. What it gives is kept with each transaction, so that replays do
 * not depend on the zone tables of whatever program runs then.
 */
export function zoneOffsets(zone: string): (timeMs: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  const lookUp = (timeMs: number): number => {
    const name = format.formatToParts(timeMs).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
    const [, sign, hours, minutes] = OFFSET.exec(name) ?? [];
    if (sign === undefined) return 0;
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  };
  let quarter = Number.NaN;
  let offset = 0;
  return (timeMs) => {
    const now = Math.floor(timeMs / QUARTER_MS);
    if (now !== quarter) {
      offset = lookUp(timeMs);
      quarter = now;
    }
    return offset;
  };
}
