// The byte form of the registers that histories of one's own keep behind their head. How many of each there are, the layout says.
import type { History } from './history.ts';
import type { Extras } from './history-extras.ts';

const DOUBLE = 8;

const wholeDoubles = (bytes: number): number => (bytes + 7) & ~7;

export function extrasBytes(
  { keySets }: History,
  { lasts, shape, firsts, sums, favourites }: Extras,
): number {
  let bytes = wholeDoubles(keySets.length + lasts.length);
  for (let l = 0; l < lasts.length; l++) bytes += lasts[l].size * (1 + shape.lasts[l]) * DOUBLE;
  return bytes + (firsts.length + sums.length + favourites.length) * DOUBLE;
}

/** Sizes of key sets and registers, registers, first times, running sums, favourites; gives where they end. */
export function storeExtras(
  { keySets }: History,
  { lasts, shape, firsts, sums, favourites, favouriteWeights }: Extras,
  bytes: Uint8Array,
  view: DataView,
  start: number,
): number {
  let position = start;
  for (let s = 0; s < keySets.length; s++) bytes[position++] = keySets[s].size;
  for (let l = 0; l < lasts.length; l++) bytes[position++] = lasts[l].size;
  const end = start + wholeDoubles(position - start);
  while (position < end) bytes[position++] = 0;
  for (let l = 0; l < lasts.length; l++) {
    const { size, times, lats, lons } = lasts[l];
    const isPlace = shape.lasts[l] === 2;
    for (let i = 0; i < size; i++) {
      view.setFloat64(position, times[i], true);
      view.setFloat64(position + DOUBLE, lats[i], true);
      position += 2 * DOUBLE;
      if (!isPlace) continue;
      view.setFloat64(position, lons[i], true);
      position += DOUBLE;
    }
  }
  for (let i = 0; i < firsts.length; i++, position += DOUBLE) view.setFloat64(position, firsts[i], true);
  for (let i = 0; i < sums.length; i++, position += DOUBLE) view.setFloat64(position, sums[i], true);
  for (let i = 0; i < favourites.length; i++, position += DOUBLE) {
    view.setUint32(position, favourites[i], true);
    view.setUint32(position + 4, favouriteWeights[i], true);
  }
  return position;
}

export function loadExtras(
  { keySets }: History,
  { lasts, shape, firsts, sums, favourites, favouriteWeights }: Extras,
  bytes: Uint8Array,
  view: DataView,
  start: number,
): number {
  let position = start;
  for (let s = 0; s < keySets.length; s++) keySets[s].size = bytes[position++];
  for (let l = 0; l < lasts.length; l++) lasts[l].size = bytes[position++];
  position = start + wholeDoubles(position - start);
  for (let l = 0; l < lasts.length; l++) {
    const { size, times, lats, lons } = lasts[l];
    const isPlace = shape.lasts[l] === 2;
    for (let i = 0; i < size; i++) {
      times[i] = view.getFloat64(position, true);
      lats[i] = view.getFloat64(position + DOUBLE, true);
      position += 2 * DOUBLE;
      lons[i] = isPlace ? view.getFloat64(position, true) : 0;
      if (isPlace) position += DOUBLE;
    }
  }
  for (let i = 0; i < firsts.length; i++, position += DOUBLE) firsts[i] = view.getFloat64(position, true);
  for (let i = 0; i < sums.length; i++, position += DOUBLE) sums[i] = view.getFloat64(position, true);
  for (let i = 0; i < favourites.length; i++, position += DOUBLE) {
    favourites[i] = view.getUint32(position, true);
    favouriteWeights[i] = view.getUint32(position + 4, true);
  }
  return position;
}
