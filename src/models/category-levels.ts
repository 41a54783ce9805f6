// Categories as the numbers 0 to 63 that sets are made of. In vectors, for rules and for people, a category stands as its
// log-odds; a model that splits by sets knows each category by the place of these among all there are. Categories of equal
// log-odds, which had as many rows and frauds, are one.
import type { Catalogue } from '../features/catalogue.ts';
import { SET_SIZE } from './ensemble.ts';

/** By category that is split by sets: the log-odds of its levels, rising. */
export type CategoryLevels = Readonly<Record<string, readonly number[]>>;

/** The most frequent values, as many as a set can hold, rising. */
export function levelsOf(values: Float64Array): number[] {
  const counts = new Map<number, number>();
  for (const value of values) if (!Number.isNaN(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, SET_SIZE)
    .map(([value]) => value)
    .sort((a, b) => a - b);
}

/** The place of a value among levels; missing where it is none of them. */
export function levelFinder(levels: readonly number[]): (value: number) => number {
  const places = new Map(levels.map((value, level) => [value, level]));
  return (value) => places.get(value) ?? Number.NaN;
}

/** Gives a vector of a catalogue as the trees take it: a copy, which the next call overwrites, or the vector itself without levels. */
export function createLeveller(
  levels: CategoryLevels | undefined,
  catalogue: Catalogue,
): (vector: Float64Array) => Float64Array {
  const parts = catalogue.categories.flatMap(({ name, slot }) =>
    levels && Object.hasOwn(levels, name) ? [{ slot, levelOf: levelFinder(levels[name]) }] : [],
  );
  if (parts.length === 0) return (vector) => vector;
  const copy = new Float64Array(catalogue.size);
  return (vector) => {
    copy.set(vector);
    for (const { slot, levelOf } of parts) copy[slot] = levelOf(vector[slot]);
    return copy;
  };
}
