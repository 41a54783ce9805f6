// An own history at work: what a record puts into it, whether it is read or not.
import type { FeatureRecord } from './feature-record.ts';
import type { History } from './history.ts';
import { type Extras, hasFlag, keepFavourite, MOST_WEIGHT, SUM_FIELDS } from './history-extras.ts';
import { keepKey } from './key-set.ts';
import { keepPlace } from './recent-places.ts';
import type { StoreLayout } from './store-layout.ts';

/** Works out conditions and values of a record, once. */
export function prepare(history: History, layout: StoreLayout, record: FeatureRecord): void {
  const { extras, keysNow } = history;
  const { keySets } = layout;
  for (let s = 0; s < keySets.length; s++) keysNow[s] = keySets[s].hash(record);
  if (extras === undefined) return;
  let flags = 0;
  for (let f = 0; f < layout.flags.length; f++) if (layout.flags[f](record)) flags |= 1 << f;
  extras.addedFlags = flags >>> 0;
  for (let c = 0; c < layout.columns.length; c++) extras.addedValues[c] = layout.columns[c](record);
  prepareRegisters(extras, layout, record);
}

function prepareRegisters(extras: Extras, layout: StoreLayout, record: FeatureRecord): void {
  const { addedFlags, addedLasts, addedSums, addedFavourites } = extras;
  for (let l = 0; l < layout.lasts.length; l++) {
    const last = layout.lasts[l];
    const holds = hasFlag(addedFlags, last.flag);
    const first = last.kind === 'time' ? 0 : last.kind === 'number' ? last.of(record) : last.of.lat(record);
    addedLasts[l * 2] = holds ? first : Number.NaN;
    addedLasts[l * 2 + 1] = last.kind === 'place' ? last.of.lon(record) : 0;
  }
  for (let s = 0; s < layout.sums.length; s++) {
    const { flag, of } = layout.sums[s];
    addedSums[s] = hasFlag(addedFlags, flag) ? of(record) : Number.NaN;
  }
  for (let f = 0; f < layout.favourites.length; f++) {
    const { flag, hash } = layout.favourites[f];
    addedFavourites[f] = hasFlag(addedFlags, flag) ? hash(record) : 0;
  }
}

/** Puts what was prepared into sets and registers, and the event behind the others; false where it came too late for any window. */
export const extend = (history: History, layout: StoreLayout, record: FeatureRecord): boolean =>
  history.extras === undefined
    ? extendProgram(history, layout, record)
    : extendOwn(history, history.extras, record.time, record.amountMinor);

/** The same by what was prepared alone, here or by another worker. */
export function extendOwn(history: History, extras: Extras, time: number, amountMinor: number): boolean {
  const { keySets, keysNow } = history;
  const { addedFlags, addedLasts, addedSums, addedFavourites, shape, sums, firsts } = extras;
  for (let s = 0; s < keySets.length; s++) {
    if (keysNow[s] !== 0 && hasFlag(addedFlags, shape.keyFlags[s])) keepKey(keySets[s], keysNow[s], time);
  }
  for (let l = 0; l < extras.lasts.length; l++) {
    const first = addedLasts[l * 2];
    const second = addedLasts[l * 2 + 1];
    if (!Number.isNaN(first) && !Number.isNaN(second)) keepPlace(extras.lasts[l], time, first, second);
  }
  for (let f = 0; f < firsts.length; f++) {
    if (hasFlag(addedFlags, shape.firsts[f]) && (firsts[f] === 0 || time < firsts[f])) firsts[f] = time;
  }
  for (let s = 0; s < addedSums.length; s++) {
    if (!(addedSums[s] >= 0)) continue;
    const log = Math.log1p(addedSums[s]);
    sums[s * SUM_FIELDS]++;
    sums[s * SUM_FIELDS + 1] += log;
    sums[s * SUM_FIELDS + 2] += log * log;
  }
  for (let f = 0; f < addedFavourites.length; f++) {
    if (addedFavourites[f] !== 0) keepFavourite(extras, f, addedFavourites[f]);
  }
  return history.add(time, shape.amount ? amountMinor : 0);
}

/** The same for a history of the program, which keeps every record alike. */
function extendProgram(history: History, layout: StoreLayout, record: FeatureRecord): boolean {
  const { time } = record;
  const { program } = layout;
  const { keySets, keysNow } = history;
  for (let s = 0; s < keySets.length; s++) if (keysNow[s] !== 0) keepKey(keySets[s], keysNow[s], time);
  if (program?.favourite) keepHome(history, program.favourite(record));
  if (program?.place) {
    const lat = program.place.lat(record);
    if (!Number.isNaN(lat)) keepPlace(history.places, time, lat, program.place.lon(record));
  }
  if (program?.sums) {
    history.logSum += record.logAmount;
    history.logSquareSum += record.logAmount * record.logAmount;
  }
  return history.add(time, record.amountMinor);
}

/** Majority vote of Boyer and Moore (1981): two bytes find the country that most payments were made in. */
function keepHome(history: History, country: number): void {
  if (country === 0) return;
  if (history.homeWeight === 0) {
    history.homeCountry = country;
    history.homeWeight = 1;
  } else if (country === history.homeCountry)
    history.homeWeight = Math.min(history.homeWeight + 1, MOST_WEIGHT);
  else history.homeWeight--;
}
