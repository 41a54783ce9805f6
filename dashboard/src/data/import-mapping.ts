// The mapping of a file while somebody adjusts it: what each column becomes, and what is still asked.
import type { FieldType } from '../../../src/domain/data-model.ts';
import { stepText, valueAt, withValueAt } from '../../../src/domain/json-place.ts';
import type { FileDetection, ImportColumn, ImportQuestion } from '../../../src/protocol/file-imports.ts';

export type Mapping = Readonly<Record<string, unknown>>;

/** What a column can be, in words. */
export const ROLE_WORDS: Readonly<Record<string, string>> = {
  id: 'Id of the payment',
  accountId: 'Account',
  occurredAt: 'Time',
  amountMinor: 'Amount',
  currency: 'Currency',
  type: 'Type',
  channel: 'Channel',
  'merchant.id': 'Merchant',
  'merchant.name': 'Name of the merchant',
  'merchant.mcc': 'Category of the merchant',
  country: 'Country',
  city: 'City',
  'location.lat': 'Latitude',
  'location.lon': 'Longitude',
  deviceId: 'Device',
  ip: 'IP address',
  counterpartyId: 'Payee',
  counterpartyName: 'Name of the payee',
};
export const OWN = 'own';
export const LABEL = 'label';
export const LEFT_OUT = 'none';

export const USE_CHOICES = [
  { value: OWN, label: 'Field of your own' },
  { value: LABEL, label: 'Fraud or genuine' },
  { value: LEFT_OUT, label: 'Left out' },
  ...Object.entries(ROLE_WORDS).map(([value, label]) => ({ value, label })),
];

type Source = { readonly column?: string; readonly type?: FieldType };
const entriesAt = (mapping: Mapping, pointer: string): readonly [string, Source][] => {
  const value = valueAt(mapping, pointer);
  return typeof value === 'object' && value !== null ? (Object.entries(value) as [string, Source][]) : [];
};

/** Where in the mapping a column stands; undefined where it is left out. */
function placeOf(mapping: Mapping, column: string): string | undefined {
  if (valueAt(mapping, '/label/column') === column) return '/label';
  for (const part of ['/fields', '/attributes']) {
    const [name] = entriesAt(mapping, part).find(([, source]) => source.column === column) ?? [];
    if (name !== undefined) return `${part}/${stepText(name)}`;
  }
  return undefined;
}

/** What a column becomes: a field, one's own, the label, or nothing. */
export function useOf(mapping: Mapping, { name }: ImportColumn): string {
  const place = placeOf(mapping, name);
  if (place === undefined) return LEFT_OUT;
  if (place === '/label') return LABEL;
  return place.startsWith('/fields/') ? place.slice('/fields/'.length) : OWN;
}

/** The field of one's own that a column becomes. */
export function ownOf(mapping: Mapping, { name }: ImportColumn) {
  const [own, source] = entriesAt(mapping, '/attributes').find(([, { column }]) => column === name) ?? [];
  return own === undefined ? undefined : { name: own, type: source?.type ?? ('text' as const) };
}

/** The mapping with something else made of a column; what had that place is left out. */
export function withUse(mapping: Mapping, column: ImportColumn, use: string): Mapping {
  const before = placeOf(mapping, column.name);
  const without = before === undefined ? mapping : withValueAt(mapping, before, undefined);
  const source = { column: column.name };
  if (use === LEFT_OUT) return without;
  if (use === LABEL) return withValueAt(without, '/label', { ...source, fraudValue: '1', genuineValue: '0' });
  if (use === OWN)
    return withValueAt(without, `/attributes/${stepText(column.attribute)}`, {
      ...source,
      type: column.type,
    });
  const isAmount = use === 'amountMinor';
  return withValueAt(
    without,
    `/fields/${stepText(use)}`,
    isAmount ? { ...source, factor: 'currency' } : source,
  );
}

export function withType(mapping: Mapping, column: ImportColumn, type: FieldType): Mapping {
  const own = ownOf(mapping, column);
  return own ? withValueAt(mapping, `/attributes/${stepText(own.name)}/type`, type) : mapping;
}

/** Fields of one's own that the mapping brings. */
export const ownFields = (mapping: Mapping): readonly { readonly name: string; readonly type: FieldType }[] =>
  entriesAt(mapping, '/attributes').map(([name, { type = 'text' }]) => ({ name, type }));

/** Which choice of a question stands in the mapping: its text; undefined while none does. */
export const answerOf = (mapping: Mapping, { pointer, choices }: ImportQuestion): string | undefined => {
  const value = valueAt(mapping, pointer);
  return value === undefined
    ? undefined
    : choices.find((choice) => JSON.stringify(choice.value) === JSON.stringify(value))?.text;
};

/** Questions that nobody answered: `said` are those where the answer was nothing. */
export const openQuestions = (
  detection: FileDetection | null,
  mapping: Mapping,
  said: ReadonlySet<string>,
): readonly ImportQuestion[] =>
  (detection?.questions ?? []).filter(
    ({ pointer }) => valueAt(mapping, pointer) === undefined && !said.has(pointer),
  );
