// The past that a first start leaves, as it was begun: kept, so that a start that was cut short is finished by the next.
import { isObject } from '../domain/fields.ts';
import type { Settings } from '../ports/office/settings.ts';
import { type PastOptions, PRESETS } from '../training/simulated-past.ts';
import type { PastRecordsOptions } from './past-records.ts';

/** Of the setting that keeps it: no administrator changes it. */
const SETTING = 'simulatedPast';

/** So many payments are stored at most, whatever the rate: as many as a start has time for. */
const MOST_PAYMENTS = 120_000;
const MOST_DAYS = 7;
const DAY_MS = 86_400_000;

export type PastPlan = PastRecordsOptions & {
  /** Once all of it is stored, and what came until the desk was ready. */
  readonly stored: StoredUntil | undefined;
};

/** Where it ended, and how many payments of the minute in which it did were its own. */
export type StoredUntil = { readonly untilMs: number; readonly inLastMinute: number };

export type FirstPast = PastOptions & {
  readonly events: boolean;
  readonly ownFields: boolean;
  /** So many payments at most; as many as a start has time for where nobody says. */
  readonly payments?: number;
};

/** Undefined where nothing of the past runs as the live stream will: there would be a jump. */
function planOf({ payments = MOST_PAYMENTS, ...past }: FirstPast): PastPlan | undefined {
  if (past.preset === 'classic') return undefined;
  const spanMs = Math.min((payments / past.liveRate) * 1000, MOST_DAYS * DAY_MS);
  return { ...past, fromMs: Math.ceil(past.endMs - spanMs), stored: undefined };
}

export async function keptPlan(settings: Settings): Promise<PastPlan | undefined> {
  const text = await settings.kept(SETTING);
  return text === undefined ? undefined : parsed(JSON.parse(text));
}

/** The one that was begun before, where one was. */
export async function begunPlan(settings: Settings, wanted: FirstPast): Promise<PastPlan | undefined> {
  const plan = planOf(wanted);
  if (!plan) return undefined;
  await settings.keep(SETTING, JSON.stringify(plan));
  return keptPlan(settings);
}

export async function storedPlan(settings: Settings, plan: PastPlan): Promise<void> {
  const before = await settings.kept(SETTING);
  await settings.replace(SETTING, before, JSON.stringify(plan));
}

function parsed(value: unknown): PastPlan | undefined {
  if (!isObject(value)) return undefined;
  const { seed, endMs, liveRate, fromMs, events, ownFields, stored } = value;
  const preset = PRESETS.find((one) => one === value.preset);
  if (preset === undefined || typeof seed !== 'number' || typeof endMs !== 'number') return undefined;
  if (typeof liveRate !== 'number' || typeof fromMs !== 'number') return undefined;
  return {
    preset,
    seed,
    endMs,
    liveRate,
    fromMs,
    events: events === true,
    ownFields: ownFields === true,
    stored: storedOf(stored),
  };
}

function storedOf(value: unknown): StoredUntil | undefined {
  if (!isObject(value)) return undefined;
  const { untilMs, inLastMinute } = value;
  if (typeof untilMs !== 'number' || typeof inLastMinute !== 'number') return undefined;
  return { untilMs, inLastMinute };
}
