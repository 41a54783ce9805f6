// An own history at work: what a record puts into it, whether it is read or not.
import type { FeatureRecord } from './feature-record.ts';
import type { History } from './history.ts';
import { hasFlag, keepFavourite, MOST_WEIGHT, SUM_FIELDS } from './history-extras.ts';
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
}

/** Puts what was prepared into sets and registers, and the event behind the others; false where it came too late for any window. */
export function extend(history: History, layout: StoreLayout, record: FeatureRecord): boolean {
  const { extras, keySets, keysNow } = history;
  if (extras === undefined) return extendProgram(history, layout, record);
  const { time } = record;
  const { addedFlags } = extras;
  for (let s = 0; s < layout.keySets.length; s++) {
    const key = hasFlag(addedFlags, layout.keySets[s].flag) ? keysNow[s] : 0;
    if (key !== 0) keepKey(keySets[s], key, time);
  }
  for (let l = 0; l < layout.lasts.length; l++) {
    const last = layout.lasts[l];
    if (!hasFlag(addedFlags, last.flag)) continue;
    const first = last.kind === 'time' ? 0 : last.kind === 'number' ? last.of(record) : last.of.lat(record);
    const second = last.kind === 'place' ? last.of.lon(record) : 0;
    if (!Number.isNaN(first) && !Number.isNaN(second)) keepPlace(extras.lasts[l], time, first, second);
  }
  for (let f = 0; f < layout.firsts.length; f++) {
    if (hasFlag(addedFlags, layout.firsts[f]) && (extras.firsts[f] === 0 || time < extras.firsts[f]))
      extras.firsts[f] = time;
  }
  for (let s = 0; s < layout.sums.length; s++) {
    const { flag, of } = layout.sums[s];
    const value = hasFlag(addedFlags, flag) ? of(record) : Number.NaN;
    if (!(value >= 0)) continue;
    const log = Math.log1p(value);
    extras.sums[s * SUM_FIELDS]++;
    extras.sums[s * SUM_FIELDS + 1] += log;
    extras.sums[s * SUM_FIELDS + 2] += log * log;
  }
  for (let f = 0; f < layout.favourites.length; f++) {
    const { flag, hash } = layout.favourites[f];
    const key = hasFlag(addedFlags, flag) ? hash(record) : 0;
    if (key !== 0) keepFavourite(extras, f, key);
  }
  return history.add(time, layout.shape.own?.amount === true ? record.amountMinor : 0);
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
