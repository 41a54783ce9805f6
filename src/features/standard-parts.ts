// The histories of the program's own features, each by itself.
import type { CataloguePart, StoreFigures } from './catalogue.ts';
import { FEATURES } from './catalogue.ts';
import { ENTITY_KINDS, ENTITY_SHAPES } from './feature-state.ts';
import { labelEntity } from './labels.ts';
import { PROGRAM_ENTITIES } from './measures.ts';
import { observeRole, ROLES, roleKey } from './observe.ts';

export const STANDARD_PARTS: readonly CataloguePart[] = ROLES.map((role) => ({
  id: role,
  store: role === 'inbound' ? 'counterparty' : role,
  keeps: role !== 'inbound',
  key: (transaction) => roleKey(role, transaction),
  observe: (state, transaction, out) => observeRole(state, role, transaction, out),
  label(state, key, timeSeconds, fraud) {
    if (role !== 'inbound') labelEntity(state, role, key, timeSeconds, fraud);
  },
}));

/** A step and an amount in two to four bytes each. */
const BYTES_PER_EVENT = 6;
const BYTES_PER_KEY = 10;
const BYTES_OF_HEAD = 88;

export const STANDARD_STORES: readonly StoreFigures[] = ENTITY_KINDS.map((kind) => {
  const { retentionSeconds, keySets } = ENTITY_SHAPES[kind];
  return {
    id: kind,
    entity: kind,
    key: PROGRAM_ENTITIES[kind],
    features: FEATURES.filter(
      ({ group }) => group === kind || (group === 'inbound' && kind === 'counterparty'),
    ).map(({ name }) => name),
    retentionSeconds,
    bytesPerEvent: BYTES_PER_EVENT,
    bytesBeside: BYTES_OF_HEAD + BYTES_PER_KEY * keySets.reduce((sum: number, size) => sum + size, 0),
  };
});
