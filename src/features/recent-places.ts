// Where an account was lately, by the time of its payments: the place before a payment is the one before it in event time,
// whatever came in between. A few places are enough for payments that come late or are stamped ahead.

export const MAX_PLACES = 3;
/** As far as a stamp may be ahead: what ended before that is no place of now. */
const KEPT_SECONDS = 86_400;
/** Payments within an hour are one stay. */
const BURST_SECONDS = 3600;

/** Places by ascending time, in flat arrays: a scratch area like the history that it is part of. */
export type RecentPlaces = {
  size: number;
  /** One more than are kept, for the one that is being added. */
  readonly times: Uint32Array;
  readonly lats: Float64Array;
  readonly lons: Float64Array;
};

export const createPlaces = (): RecentPlaces => ({
  size: 0,
  times: new Uint32Array(MAX_PLACES + 1),
  lats: new Float64Array(MAX_PLACES + 1),
  lons: new Float64Array(MAX_PLACES + 1),
});

/** The latest place at or before a second, or -1. */
export function placeUntil({ size, times }: RecentPlaces, time: number): number {
  let at = size - 1;
  while (at >= 0 && times[at] > time) at--;
  return at;
}

/**
 * Adds a place. Of too many one goes that another followed within the hour, else the oldest: a burst of payments with a wrong
 * stamp does not push out where the account really was.
 */
export function keepPlace(places: RecentPlaces, time: number, lat: number, lon: number): void {
  const { times } = places;
  let at = places.size;
  while (at > 0 && times[at - 1] > time) {
    move(places, at - 1, at);
    at--;
  }
  times[at] = time;
  places.lats[at] = lat;
  places.lons[at] = lon;
  places.size++;
  const newest = times[places.size - 1];
  while (places.size > 1 && times[1] + KEPT_SECONDS <= newest) drop(places, 0);
  if (places.size <= MAX_PLACES) return;
  let last = places.size - 2;
  while (last > 0 && times[last + 1] - times[last] >= BURST_SECONDS) last--;
  drop(places, last);
}

function move({ times, lats, lons }: RecentPlaces, from: number, to: number): void {
  times[to] = times[from];
  lats[to] = lats[from];
  lons[to] = lons[from];
}

function drop(places: RecentPlaces, index: number): void {
  places.size--;
  for (let i = index; i < places.size; i++) move(places, i + 1, i);
}
