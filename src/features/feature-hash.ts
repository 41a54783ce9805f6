// A feature's hash: of all that its value depends on, and of nothing that is only said of it. And whose history a label is about.
import { createHash } from 'node:crypto';
import type { DataModel } from '../domain/data-model.ts';
import type { Label } from '../domain/label.ts';
import { entitiesOf } from './check-document.ts';
import type { FeatureDefinition } from './document.ts';
import { KEY_SEPARATOR } from './record-fields.ts';
import type { StoreLayout } from './store-layout.ts';

const digest = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);

/** What a definition says without words: the order of its fields is not content. */
function meaning(feature: FeatureDefinition, data: DataModel): unknown {
  const { description, missing, sentence, concept, ...rest } = feature;
  const { unit, ...others } = rest;
  const said = feature.kind === 'aggregate' ? { ...others, unit } : others;
  const entity = feature.kind === 'aggregate' ? entitiesOf(data).get(feature.entity) : [];
  const types = data.fields.filter(
    ({ name }) => JSON.stringify(rest).includes(name) || entity?.includes(name),
  );
  return [
    Object.entries(said).sort(([a], [b]) => (a < b ? -1 : 1)),
    entity,
    types.map(({ name, type }) => [name, type]).sort(),
  ];
}

/** The hash of each feature of one's own; of what it uses, the hashes are in it. */
export function featureHashes(
  data: DataModel,
  own: readonly FeatureDefinition[],
  uses: ReadonlyMap<string, readonly string[]>,
  ofProgram: (name: string) => string | undefined,
): ReadonlyMap<string, string> {
  const byName = new Map(own.map((feature) => [feature.name, feature]));
  const hashes = new Map<string, string>();
  const hashOf = (name: string): string => {
    const known = hashes.get(name) ?? ofProgram(name);
    if (known !== undefined) return known;
    const feature = byName.get(name);
    const hash = digest([feature && meaning(feature, data), (uses.get(name) ?? []).map(hashOf)]);
    hashes.set(name, hash);
    return hash;
  };
  for (const { name } of own) hashOf(name);
  return hashes;
}

const LABEL_FIELDS: Readonly<Record<string, (label: Label) => string | undefined>> = {
  accountId: ({ accountId }) => accountId,
  'merchant.id': ({ merchantId }) => merchantId,
  deviceId: ({ deviceId }) => deviceId,
  ip: ({ ip }) => ip,
  counterpartyId: ({ counterpartyId }) => counterpartyId,
};

/** The key of the history of one's own that a label is about: as it says, or by what it knows of its transaction. */
export function ownKeyOf({ key }: StoreLayout, label: Label): string | undefined {
  const parts = key.map((field) => LABEL_FIELDS[field]?.(label) ?? label.attributes?.[field]);
  return parts.includes(undefined) ? undefined : parts.join(KEY_SEPARATOR);
}
