// The histories that the program's own features are read from: their layouts are those of before, to the byte.
import { NO_DATA_MODEL } from '../domain/data-model.ts';
import { ENTITY_SHAPES, type EntityKind } from './feature-state.ts';
import { ALL, AMOUNT } from './history-extras.ts';
import { PROGRAM_ENTITIES } from './measures.ts';
import { hashOf, type NumberOf, placeOf } from './record-fields.ts';
import { KEPT_BY_ALL } from './running-sums.ts';
import type { Aggregate, StoreLayout } from './store-layout.ts';

/** The fields whose values each keeps, in the order of its bytes. */
const KEY_SETS: Readonly<Record<EntityKind, readonly string[]>> = {
  account: ['merchant.id', 'deviceId', 'country', 'counterpartyId'],
  merchant: [],
  device: ['accountId'],
  ip: ['accountId'],
  counterparty: ['accountId'],
};

const hash = (field: string): NumberOf => {
  const found = hashOf(NO_DATA_MODEL, field);
  if (!found) throw new Error(`${field} is no field`);
  return found;
};

/** The layout of a kind of entity, with the features that read it. */
export function programLayout(kind: EntityKind, aggregates: readonly Aggregate[]): StoreLayout {
  const shape = ENTITY_SHAPES[kind];
  const fields = KEY_SETS[kind];
  const isAccount = kind === 'account';
  return {
    id: kind,
    program: {
      sums: isAccount || kind === 'merchant',
      place: isAccount ? placeOf(NO_DATA_MODEL, 'location') : undefined,
      favourite: isAccount ? hash('country') : undefined,
    },
    tableIn: (state) => state[kind],
    entity: kind,
    key: PROGRAM_ENTITIES[kind],
    events: undefined,
    shape,
    flags: [],
    columns: [],
    keySets: fields.map((field, i) => ({ hash: hash(field), flag: ALL, capacity: shape.keySets[i] ?? 0 })),
    lasts: [],
    sums: [],
    favourites: [],
    frauds: true,
    aggregates: aggregates.map((aggregate) => ({
      aggregate,
      places: {
        flag: ALL,
        shareFlag: ALL,
        column: AMOUNT,
        keySet: fields.indexOf(aggregate.feature.of ?? ''),
        last: KEPT_BY_ALL,
        first: ALL,
        sum: KEPT_BY_ALL,
        favourite: KEPT_BY_ALL,
      },
    })),
  };
}
