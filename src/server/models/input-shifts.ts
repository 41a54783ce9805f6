// What comes in beside what came in while a model learnt: volume, categories, delay of labels.

import type { Scorer } from '../../models/model.ts';
import { labelDelayShift, type Shift, unseenShifts, volumeShift } from '../../models/shift.ts';
import type { Desk } from '../../ports/desk.ts';
import type { CountRow } from '../../ports/store.ts';
import type { LabelledPeriod } from './labelled-period.ts';

const MAX_LABELS = 20_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Decisions by hour since the epoch, from the first whole hour in which any was made to the last. */
function hoursOf(minutes: readonly CountRow[], nowMs: number): ReadonlyMap<number, number> {
  const hours = new Map<number, number>();
  const firstMs = minutes.reduce((first, { minuteMs }) => Math.min(first, minuteMs), nowMs);
  const end = Math.floor(nowMs / HOUR_MS);
  for (let hour = Math.ceil(firstMs / HOUR_MS); hour < end; hour++) hours.set(hour, 0);
  for (const { minuteMs, transactions } of minutes) {
    const hour = Math.floor(minuteMs / HOUR_MS);
    const count = hours.get(hour);
    if (count !== undefined) hours.set(hour, count + transactions);
  }
  return hours;
}

export async function shiftsOver(
  { rows }: LabelledPeriod,
  desk: Desk,
  champion: Scorer,
): Promise<readonly Shift[]> {
  const { input, info, knows, catalogue } = champion;
  const nowMs = desk.clock.nowMs();
  const madeMs = Date.parse(info.createdAt);
  const [minutes, delays] = await Promise.all([
    desk.store.counts(nowMs - DAY_MS, nowMs),
    desk.office.past.labelDelays(madeMs, nowMs, MAX_LABELS),
  ]);
  return [
    volumeShift(input?.volume, hoursOf(minutes, nowMs)),
    labelDelayShift(input?.labelDelayMs, delays),
    ...unseenShifts(
      input?.unseen,
      rows.map(({ transaction }) => transaction),
      catalogue.categories,
      knows,
    ),
  ];
}
