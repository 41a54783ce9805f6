// The histories that features are computed from, by kind of entity.

import { createEntityTable, type EntityTable } from './entity-table.ts';
import { LABEL_DELAY_DAYS } from './feature-definition.ts';
import type { HistoryShape } from './history.ts';
import { DAY } from './units.ts';

/** Labels count as complete after this long, in seconds. */
export const LABEL_DELAY_SECONDS = LABEL_DELAY_DAYS * DAY;
export const MERCHANT_RETENTION_SECONDS = 30 * DAY + LABEL_DELAY_SECONDS;

/** The kinds of entities that have a history, and how much of it is kept. */
export const ENTITY_SHAPES = {
  account: { retentionSeconds: 30 * DAY, exactEvents: 256, keySets: [24, 8, 8, 12] },
  merchant: { retentionSeconds: MERCHANT_RETENTION_SECONDS, exactEvents: 256, keySets: [] },
  device: { retentionSeconds: DAY, exactEvents: 64, keySets: [16] },
  ip: { retentionSeconds: DAY, exactEvents: 64, keySets: [16] },
  counterparty: { retentionSeconds: DAY, exactEvents: 64, keySets: [16] },
} as const satisfies Record<string, HistoryShape>;

export type EntityKind = keyof typeof ENTITY_SHAPES;
export const ENTITY_KINDS: readonly EntityKind[] = ['account', 'merchant', 'device', 'ip', 'counterparty'];

/** A table of histories; another may take its place, as a worker's do. */
export type Store = { table: EntityTable };

/** All histories: those of the program by kind of entity, those of one's own features by the name of their layout. */
export type FeatureState = { readonly [K in EntityKind]: EntityTable } & {
  readonly own?: Map<string, Store>;
};

export function createFeatureState(): FeatureState {
  return {
    account: createEntityTable(),
    merchant: createEntityTable(),
    device: createEntityTable(),
    ip: createEntityTable(),
    counterparty: createEntityTable(),
    own: new Map(),
  };
}

/** The histories of a store of one's own; empty where nothing was added yet. */
export function tableOf({ own }: FeatureState, id: string): EntityTable {
  const store = own?.get(id);
  if (store) return store.table;
  if (!own) throw new Error(`these histories have no place for ${id}: make them by the catalogue`);
  const table = createEntityTable();
  own.set(id, { table });
  return table;
}

/** Every table with what its store is called: a kind of entity, or the name of a layout of one's own. */
export function* tablesOf(state: FeatureState): Generator<readonly [store: string, table: EntityTable]> {
  for (const kind of ENTITY_KINDS) yield [kind, state[kind]];
  for (const [id, { table }] of state.own ?? []) yield [id, table];
}

/** Whether a store is of one's own; the others are the program's. */
export const isOwnStore = (store: string): boolean => store.startsWith('own:');

/** Forgets the histories that none of these reads any more: what comes back later begins anew, and not with a gap. */
export function forgetOthers(state: FeatureState, stores: ReadonlySet<string>): void {
  for (const id of [...(state.own?.keys() ?? [])]) if (!stores.has(id)) state.own?.delete(id);
  for (const kind of ENTITY_KINDS) if (!stores.has(kind) && state[kind].size > 0) state[kind].clear();
}

/** Takes histories over from another state, which is not used any more. */
export function takeTables(state: FeatureState, from: FeatureState, stores: readonly string[]): void {
  const tables: { -readonly [K in EntityKind]: EntityTable } = state;
  for (const store of stores) {
    const kind = ENTITY_KINDS.find((one) => one === store);
    if (kind) tables[kind] = from[kind];
    else state.own?.set(store, { table: tableOf(from, store) });
  }
}
