// What a bank says of its own data: fields beside those of every transaction, entities, kinds of events. Part of the catalogue document.

/** What a field holds. A `place` is two numbers, `name.lat` and `name.lon`; `money` is in minor units of the transaction's currency. */
export const FIELD_TYPES = [
  'text',
  'category',
  'number',
  'money',
  'boolean',
  'time',
  'id',
  'email',
  'phone',
  'place',
  'ip',
] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

export type FieldDefinition = {
  /** Its path in `attributes`: `customerId`, `customer.segment`. */
  readonly name: string;
  readonly type: FieldType;
  readonly description: string;
  /** Hidden from who may not see identifiers; erased with the person. */
  readonly personal: boolean;
  /** Of numbers and money. */
  readonly minimum?: number;
  readonly maximum?: number;
  /** Of categories and texts: the only values allowed. */
  readonly values?: readonly string[];
  /** Whether numbers, money, booleans and categories are features by themselves; where it is not said they are. */
  readonly feature?: boolean;
};

export type EntityDefinition = {
  readonly name: string;
  readonly description: string;
  /** One field or a pair: names of own fields, or of the transaction (`accountId`, `merchant.id`, `deviceId` …). */
  readonly key: readonly string[];
};

export type EventKind = { readonly name: string; readonly description: string };

/** A type or channel besides those of the program. */
export type CodeDefinition = { readonly name: string; readonly description: string };

export type DataModel = {
  readonly fields: readonly FieldDefinition[];
  readonly entities: readonly EntityDefinition[];
  readonly events: readonly EventKind[];
  readonly types: readonly CodeDefinition[];
  readonly channels: readonly CodeDefinition[];
};

export const NO_DATA_MODEL: DataModel = { fields: [], entities: [], events: [], types: [], channels: [] };

/** What was sent of own fields, flat by dotted path. */
export type AttributeValue = string | number | boolean;
export type Attributes = Readonly<Record<string, AttributeValue>>;
