// Lets go of histories by what their entities are called: a name alone, or in a pair.

import { type FeatureState, tablesOf } from './feature-state.ts';
import { KEY_SEPARATOR } from './record-fields.ts';

/** Whether a key is one of these names, or a pair with one of them. */
export const namesOne = (key: string, names: ReadonlySet<string>): boolean =>
  names.has(key) || (key.includes(KEY_SEPARATOR) && key.split(KEY_SEPARATOR).some((part) => names.has(part)));

/** Pairs with one of these names, by looking at every key, so many at a time: between two of them others get their turn. */
export function* pairsWith(
  state: FeatureState,
  names: ReadonlySet<string>,
  atOnce: number,
): Generator<readonly string[]> {
  for (const [store, table] of tablesOf(state)) {
    if (!store.startsWith('own:')) continue;
    for (let from = 0; from < table.size; from += atOnce) {
      const found: string[] = [];
      for (let entry = from; entry < Math.min(table.size, from + atOnce); entry++) {
        const key = table.keyOf(entry);
        if (key.includes(KEY_SEPARATOR) && namesOne(key, names)) found.push(key);
      }
      yield found;
    }
  }
}

/** Gives how many histories there were. */
export function forgetKeys(state: FeatureState, keys: Iterable<string>): number {
  const all = [...keys];
  let forgotten = 0;
  for (const [, table] of tablesOf(state)) for (const key of all) if (table.forget(key)) forgotten++;
  return forgotten;
}
