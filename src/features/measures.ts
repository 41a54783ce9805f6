// Spans, units and bounds of measures, and the entities of the program.
import { NEEDS, type Needs, type OfKind } from '../domain/measures.ts';

export { NEEDS, type Needs, type OfKind };

export const UNIT_SECONDS: Readonly<Record<string, number>> = {
  seconds: 1,
  minutes: 60,
  hours: 3600,
  days: 86_400,
};

const SPAN = /^([1-9]\d{0,6})([smhd])$/;
const SPAN_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
export const MAX_SPAN_SECONDS = 90 * 86_400;

/** Seconds of "90s", "30m", "24h" or "7d"; undefined where it is none, or none from a second to ninety days. */
export function spanSeconds(text: string): number | undefined {
  const [, number, unit] = SPAN.exec(text) ?? [];
  if (number === undefined) return undefined;
  const seconds = Number(number) * SPAN_SECONDS[unit];
  return seconds <= MAX_SPAN_SECONDS ? seconds : undefined;
}

/** How many different keys are told apart where nothing is said, and at most. */
export const PRESET_UP_TO = 16;
export const MOST_UP_TO = 64;
/** From so many times the usual value on, a value is unusual, where nothing is said. */
export const PRESET_TIMES = 3;

/** The histories that the program keeps itself: what names each. */
export const PROGRAM_ENTITIES: Readonly<Record<string, readonly string[]>> = {
  account: ['accountId'],
  merchant: ['merchant.id'],
  device: ['deviceId'],
  ip: ['ip'],
  counterparty: ['counterpartyId'],
};
