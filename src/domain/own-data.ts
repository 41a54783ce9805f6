// A data model made ready for what comes in: each declared field by the name that it has there, types and channels as sets.
import type { DataModel, FieldDefinition } from './data-model.ts';

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
};

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

function makeReady({ fields, types, channels }: DataModel): OwnData {
  return {
    types: new Set([...TRANSACTION_TYPES, ...types.map(({ name }) => name)]),
    channels: new Set([...CHANNELS, ...channels.map(({ name }) => name)]),
    fields: new Map(fields.flatMap(declaredNames)),
  };
}

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

/** Whether what stands under a name says something of a person: what is declared so, and all that nobody declared. */
export const isPersonal = (name: string, { fields }: OwnData): boolean =>
  fields.get(name)?.definition.personal !== false;
