// A data model made ready for what comes in: each declared field by the name that it has there, types and channels as sets.
import { type DataModel, type FieldDefinition, type FieldType, NO_DATA_MODEL } from './data-model.ts';

export const TRANSACTION_TYPES = ['purchase', 'withdrawal', 'transfer', 'payment'] as const;

export const CHANNELS = [
  'chip',
  'contactless',
  'magstripe',
  'ecommerce',
  'moto',
  'atm',
  'online_banking',
  'mobile_app',
  'branch',
] as const;

/** The parts of a place, and how far each goes. */
const PLACE_PARTS = { lat: 90, lon: 180 } as const;
export type PlacePart = keyof typeof PLACE_PARTS;

/** What a name in `attributes` is declared as; a place is declared under two names. */
export type DeclaredField =
  | {
      readonly kind: 'field';
      readonly definition: FieldDefinition;
      readonly values: ReadonlySet<string> | undefined;
    }
  | {
      readonly kind: 'place';
      readonly definition: FieldDefinition;
      readonly part: PlacePart;
      readonly other: string;
      /** In degrees, on both sides of zero. */
      readonly limit: number;
    };

export type OwnData = {
  readonly types: ReadonlySet<string>;
  readonly channels: ReadonlySet<string>;
  /** By the name in `attributes`: a place stands under `name.lat` and `name.lon`. */
  readonly fields: ReadonlyMap<string, DeclaredField>;
  /** What entities are keyed by and a label does not carry by itself. */
  readonly keyFields: readonly string[];
};

/** What every label says of its transaction. */
const IN_LABELS: ReadonlySet<string> = new Set([
  'accountId',
  'merchant.id',
  'deviceId',
  'ip',
  'counterpartyId',
]);

const made = new WeakMap<DataModel, OwnData>();

/** The same data model gives the same: it is made ready once. */
export function ownDataOf(model: DataModel): OwnData {
  let own = made.get(model);
  if (!own) {
    own = makeReady(model);
    made.set(model, own);
  }
  return own;
}

function makeReady({ fields, entities, types, channels }: DataModel): OwnData {
  const own = new Map(fields.flatMap(declaredNames));
  const keys = new Set(entities.flatMap(({ key }) => key));
  return {
    types: new Set([...TRANSACTION_TYPES, ...types.map(({ name }) => name)]),
    channels: new Set([...CHANNELS, ...channels.map(({ name }) => name)]),
    fields: own,
    keyFields: [...keys].filter((name) => !IN_LABELS.has(name)).sort(),
  };
}

export const NO_OWN_DATA = ownDataOf(NO_DATA_MODEL);

function declaredNames(definition: FieldDefinition): (readonly [string, DeclaredField])[] {
  const { name, type, values } = definition;
  if (type !== 'place') {
    return [[name, { kind: 'field', definition, values: values && new Set(values) }]];
  }
  const part = (part: PlacePart, other: PlacePart) =>
    [
      `${name}.${part}`,
      { kind: 'place', definition, part, other: `${name}.${other}`, limit: PLACE_PARTS[part] },
    ] as const;
  return [part('lat', 'lon'), part('lon', 'lat')];
}

/** Names in `attributes` that are declared nowhere, in their order; at most `limit` of them. */
export function undeclaredIn(
  attributes: Readonly<Record<string, unknown>> | undefined,
  { fields }: OwnData,
  limit: number,
): readonly string[] {
  if (!attributes) return [];
  const found: string[] = [];
  for (const name of Object.keys(attributes)) {
    if (fields.has(name)) continue;
    if (found.length === limit) break;
    found.push(name);
  }
  return found;
}

const TOKENS: ReadonlySet<FieldType> = new Set(['id', 'email', 'phone', 'ip']);

/**
 * How an attribute is shown to whoever may not see identifiers: what says nothing of a person as it is, what names one as a
 * token, all else of a person not at all. What nobody declared may say anything of anybody.
 */
export function attributeSeenAs(name: string, { fields }: OwnData): 'whole' | 'token' | 'hidden' {
  const definition = fields.get(name)?.definition;
  if (!definition || definition.personal)
    return definition && TOKENS.has(definition.type) ? 'token' : 'hidden';
  return 'whole';
}
