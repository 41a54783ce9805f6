// The concept of a feature: what its definition says, else what follows from what it measures, and of whom.
import { OWN_CONCEPT, type ProgramConcept } from '../domain/concept.ts';
import { EVENT_KINDS } from '../domain/event-kinds.ts';
import type { AggregateFeature, FeatureDefinition } from './document.ts';
import { NEEDS } from './measures.ts';

const OF_FIELD: Readonly<Record<string, ProgramConcept>> = {
  amount: 'amount',
  currency: 'amount',
  type: 'type and channel',
  channel: 'type and channel',
  relation: 'type and channel',
  country: 'place',
  city: 'place',
  location: 'place',
  'location.lat': 'place',
  'location.lon': 'place',
  deviceId: 'device and session',
  ip: 'device and session',
  counterpartyId: 'payee',
  counterpartyName: 'payee',
  'merchant.id': 'merchant',
  'merchant.name': 'merchant',
  'merchant.mcc': 'merchant',
  hour: 'time',
  dayOfWeek: 'time',
};

const OF_ENTITY: Readonly<Record<string, ProgramConcept>> = {
  account: 'pace',
  merchant: 'merchant',
  device: 'device and session',
  ip: 'device and session',
  counterparty: 'payee',
};

const SESSION_KINDS: ReadonlySet<string> = new Set(EVENT_KINDS);

function ofEvents(kinds: readonly string[]): ProgramConcept {
  if (kinds.every((kind) => kind === 'payee_added')) return 'payee';
  return kinds.every((kind) => SESSION_KINDS.has(kind)) ? 'device and session' : OWN_CONCEPT;
}

function ofAggregate({ entity, by, measure, of, events }: AggregateFeature): ProgramConcept {
  if (NEEDS[measure].frauds) return 'known fraud';
  const ofWhom = OF_ENTITY[entity];
  if (ofWhom === undefined) return OWN_CONCEPT;
  if (events) return ofEvents(events);
  if (entity === 'counterparty' && by?.length === 1 && by[0] === 'accountId') return 'money in';
  if (measure === 'age' && entity === 'account') return 'account';
  const ofField = of === undefined ? undefined : OF_FIELD[of];
  if (ofField !== undefined) return ofField;
  // Of an account: what is measured of an own field, or of an expression.
  if (of !== undefined && entity === 'account') return OWN_CONCEPT;
  return ofWhom;
}

export function conceptOf(definition: FeatureDefinition): string {
  const { concept, kind } = definition;
  if (concept !== undefined) return concept;
  if (kind === 'aggregate') return ofAggregate(definition);
  return kind === 'encoded' ? (OF_FIELD[definition.field] ?? OWN_CONCEPT) : OWN_CONCEPT;
}
