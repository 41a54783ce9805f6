// Features of what was before, whenever that was: ages, last values, keys, running sums, frauds.
import { distanceKm } from './geo.ts';
import type { History } from './history.ts';
import { ALL, hasFlag } from './history-extras.ts';
import { distinctKeys, isKeyKnown } from './key-set.ts';
import { UNIT_SECONDS } from './measures.ts';
import { placeUntil, type RecentPlaces } from './recent-places.ts';
import type { NumberOf } from './record-fields.ts';
import { isKnown, KEPT_BY_ALL, scoreOf, usualOf } from './running-sums.ts';
import type { Aggregate, Places } from './store-layout.ts';
import { DAY, HOUR } from './units.ts';
import type { Reader } from './window-readers.ts';

const registerOf = (history: History, last: number): RecentPlaces =>
  last === KEPT_BY_ALL ? history.places : (history.extras?.lasts[last] ?? history.places);

const favouriteOf = (history: History, index: number): number =>
  index === KEPT_BY_ALL ? history.homeCountry : (history.extras?.favourites[index] ?? 0);
const weightOf = (history: History, index: number): number =>
  index === KEPT_BY_ALL ? history.homeWeight : (history.extras?.favouriteWeights[index] ?? 0);

const secondsOf = ({ feature }: Aggregate): number => UNIT_SECONDS[feature.unit] ?? DAY;
const limitOf = ({ feature }: Aggregate): number => feature.limit ?? Infinity;

/** The reader of one feature that has no window of its own, or whose window looks for frauds. */
export function pointReader(aggregate: Aggregate, places: Places): Reader {
  const { feature, slot } = aggregate;
  switch (feature.measure) {
    case 'distinct':
      return distinctReader(aggregate, places);
    case 'is_new':
      return newReader(aggregate, places);
    case 'differs_from_most':
      return favouriteReader(aggregate, places);
    case 'age':
      return ageReader(aggregate, places);
    case 'since_last':
      return sinceLastReader(aggregate, places);
    case 'last':
      return (history, { time }, out) => {
        const register = registerOf(history, places.last);
        const at = placeUntil(register, time);
        if (at >= 0) out[slot] = register.lats[at];
      };
    case 'distance_from_last':
    case 'speed_from_last':
      return distanceReader(aggregate, places);
    case 'ratio_to_usual':
      return usualReader(aggregate, places);
    case 'zscore':
      return scoreReader(aggregate, places);
    case 'fraud_count':
      // Without a window: all that is known.
      return (history, _record, out) => {
        out[slot] = history.knownFrauds;
      };
    default:
      return fraudReader(aggregate, places);
  }
}

const hashIn = ({ source }: Aggregate): NumberOf => (source.kind === 'text' ? source.hash : () => 0);

function distinctReader(aggregate: Aggregate, { keySet, flag }: Places): Reader {
  const { slot, windowSeconds, delaySeconds, current } = aggregate;
  return (history, { time }, out) => {
    const to = time - delaySeconds;
    const counts = current && (flag === ALL || hasFlag(history.extras?.addedFlags ?? 0, flag));
    out[slot] = distinctKeys(
      history.keySets[keySet],
      to - windowSeconds,
      to,
      counts ? history.keysNow[keySet] : 0,
    );
  };
}

function newReader({ slot }: Aggregate, { keySet }: Places): Reader {
  return (history, { time }, out) => {
    const key = history.keysNow[keySet];
    if (key !== 0 && isKnown(history, time))
      out[slot] = isKeyKnown(history.keySets[keySet], key, time) ? 0 : 1;
  };
}

function favouriteReader(aggregate: Aggregate, { favourite }: Places): Reader {
  const { slot } = aggregate;
  const hash = hashIn(aggregate);
  return (history, record, out) => {
    const key = hash(record);
    if (key !== 0 && isKnown(history, record.time) && weightOf(history, favourite) > 0)
      out[slot] = key === favouriteOf(history, favourite) ? 0 : 1;
  };
}

function ageReader(aggregate: Aggregate, { flag, first }: Places): Reader {
  const { slot, feature } = aggregate;
  const seconds = secondsOf(aggregate);
  const limit = limitOf(aggregate);
  const { otherwise = Number.NaN } = feature;
  return (history, { time }, out) => {
    const since =
      flag === ALL ? (history.count > 0 ? history.firstSeen : 0) : (history.extras?.firsts[first] ?? 0);
    out[slot] = since > 0 && since <= time ? Math.min(limit, (time - since) / seconds) : otherwise;
  };
}

function sinceLastReader(aggregate: Aggregate, { last }: Places): Reader {
  const { slot } = aggregate;
  const seconds = secondsOf(aggregate);
  const limit = limitOf(aggregate);
  if (last === KEPT_BY_ALL) {
    return (history, { time }, out) => {
      if (!isKnown(history, time)) return;
      const before = history.lastUntil(time);
      if (before > 0) out[slot] = Math.min(limit, (time - before) / seconds);
    };
  }
  return (history, { time }, out) => {
    const register = registerOf(history, last);
    const at = placeUntil(register, time);
    if (at >= 0) out[slot] = Math.min(limit, (time - register.times[at]) / seconds);
  };
}

function distanceReader({ feature, slot, source }: Aggregate, { last }: Places): Reader {
  if (source.kind !== 'place') return () => undefined;
  const { lat, lon } = source.of;
  const isSpeed = feature.measure === 'speed_from_last';
  return (history, record, out) => {
    const here = lat(record);
    const there = lon(record);
    if (Number.isNaN(here) || Number.isNaN(there)) return;
    const register = registerOf(history, last);
    const before = placeUntil(register, record.time);
    if (before < 0) return;
    const distance = distanceKm(register.lats[before], register.lons[before], here, there);
    // A minute at least: two stamps of the same second are no proof of infinite speed.
    const elapsedHours = Math.max(record.time - register.times[before], 60) / HOUR;
    out[slot] = isSpeed ? distance / elapsedHours : distance;
  };
}

const valueIn = ({ source }: Aggregate): NumberOf =>
  source.kind === 'amount' ? ({ amount }) => amount : source.kind === 'number' ? source.of : () => Number.NaN;

function usualReader(aggregate: Aggregate, { sum }: Places): Reader {
  const { slot, feature, source } = aggregate;
  const { anyTime = false } = feature;
  const value = valueIn(aggregate);
  const isAmount = source.kind === 'amount';
  return (history, record, out) => {
    const usual = usualOf(history, sum, record.time, anyTime);
    // In minor units, as amounts were compared from the first.
    out[slot] = isAmount ? record.amountMinor / (usual * record.perMajor) : ratioOf(value(record), usual);
  };
}

const ratioOf = (value: number, usual: number): number => (value >= 0 ? value / usual : Number.NaN);

function scoreReader(aggregate: Aggregate, { sum }: Places): Reader {
  const { slot, feature, source } = aggregate;
  const { anyTime = false } = feature;
  const value = valueIn(aggregate);
  const isAmount = source.kind === 'amount';
  return (history, record, out) => {
    const own = isAmount ? 0 : value(record);
    const log = isAmount ? record.logAmount : own >= 0 ? Math.log1p(own) : Number.NaN;
    out[slot] = scoreOf(history, sum, log, record.time, anyTime);
  };
}

/** The latest known fraud up to a second, 0 where there is none. */
function lastFraud(history: History, time: number): number {
  if (history.knownFrauds === 0) return 0;
  return history.lastFraudAt <= time ? history.lastFraudAt : history.lastFraudUntil(time);
}

function fraudReader(aggregate: Aggregate, { sum }: Places): Reader {
  const { feature, slot, windowSeconds, delaySeconds } = aggregate;
  const seconds = secondsOf(aggregate);
  const limit = limitOf(aggregate);
  switch (feature.measure) {
    case 'since_fraud':
      return (history, { time }, out) => {
        const last = lastFraud(history, time);
        const since = (time - last) / seconds;
        if (last > 0 && since < limit) out[slot] = Math.max(0, since);
      };
    case 'genuine_since_fraud':
      return (history, { time }, out) => {
        const last = lastFraud(history, time);
        if (last === 0 || (time - last) / DAY >= limit) return;
        history.window(last, Math.max(time - delaySeconds, last));
        out[slot] = Math.max(0, history.windowCount - history.windowFrauds);
      };
    case 'since_first_fraud':
      return (history, { time }, out) => {
        if (history.knownFrauds === 0) return;
        history.scanFrauds(time - windowSeconds, time);
        const first = history.scanFirstFraudAt;
        if (first > 0) out[slot] = Math.max(0, time - first) / seconds;
      };
    default:
      // fraud_value_ratio; tiles do not know single amounts.
      return (history, { time, perMajor }, out) => {
        if (history.knownFrauds === 0 || history.tiled) return;
        history.scanFrauds(time - windowSeconds, time);
        if (history.scanFirstFraudAt === 0) return;
        out[slot] = history.scanFraudMean / (usualOf(history, sum, time, true) * perMajor);
      };
  }
}
