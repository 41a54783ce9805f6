// The key of an entity in a record, loaded once for all histories that are asked by it.
import type { FeatureRecord } from './feature-record.ts';
import { createKey, type LoadedKey, loadKey } from './key-bytes.ts';
import type { KeyOf } from './record-fields.ts';

export type EntityKey = {
  readonly of: KeyOf;
  /** What `load` was given last. */
  readonly loaded: LoadedKey;
  /** The key of a record, which is loaded then; undefined where it names no entity. */
  load(record: FeatureRecord): string | undefined;
};

export function entityKey(of: KeyOf): EntityKey {
  const loaded = createKey();
  let filling = 0;
  let named: string | undefined;
  return {
    of,
    loaded,
    load(record) {
      // One that was filled by hand is asked each time.
      if (filling !== 0 && record.filling === filling) return named;
      filling = record.filling;
      named = of(record);
      if (named !== undefined) loadKey(loaded, named);
      return named;
    },
  };
}
