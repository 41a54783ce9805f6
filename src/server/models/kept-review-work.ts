// What thresholds and draws follow from, as settings and the volume that was measured last say it.
import { randomBytes } from 'node:crypto';
import { isObject } from '../../domain/fields.ts';
import { DEFAULT_WORK, type ReviewWork, type Volume } from '../../models/review-work.ts';
import type { Settings } from '../../ports/office/settings.ts';

/** Of the setting that keeps it: no administrator changes it. */
const VOLUME = 'reviewVolume';
const DRAW_SEED = 'drawSeed';

/** A volume as it is kept, with its text: whoever replaces it names that. */
export type KeptVolume = { readonly text: string | undefined; readonly volume: Volume | undefined };

export async function keptVolume(settings: Settings): Promise<KeptVolume> {
  const text = await settings.kept(VOLUME);
  return { text, volume: text === undefined ? undefined : parsed(text) };
}

function parsed(text: string): Volume | undefined {
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) return undefined;
  const { perDay, sinceMs, beforePerDay } = value;
  if (typeof perDay !== 'number' || typeof sinceMs !== 'number') return undefined;
  return { perDay, sinceMs, beforePerDay: typeof beforePerDay === 'number' ? beforePerDay : undefined };
}

/** Whether it took the place of what was kept. */
export const keepVolume = (settings: Settings, before: KeptVolume, volume: Volume): Promise<boolean> =>
  settings.replace(VOLUME, before.text, JSON.stringify(volume));

/** Short, since it is hashed with every id. */
const newSeed = (): string => randomBytes(9).toString('base64url');

export async function readReviewWork(settings: Settings): Promise<ReviewWork> {
  const [{ reviewsADay, reviewPrecision, declinePrecision, sampleShare }, { volume }, kept] =
    await Promise.all([settings.read(), keptVolume(settings), settings.kept(DRAW_SEED)]);
  const drawSeed =
    kept ?? (sampleShare > 0 && volume ? await settings.keep(DRAW_SEED, newSeed()) : undefined);
  return {
    ...DEFAULT_WORK,
    reviewPrecision,
    declinePrecision,
    reviewsADay: reviewsADay ?? undefined,
    volume,
    sampleShare,
    drawSeed,
  };
}
