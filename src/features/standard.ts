// The catalogue of the program's own features alone.
import { NO_DATA_MODEL } from '../domain/data-model.ts';
import type { Transaction } from '../domain/transaction.ts';
import { CATALOGUE_HASH, type Catalogue, FEATURES, INDEX, isFeatureName } from './catalogue.ts';
import { createFeatureState } from './feature-state.ts';
import { applyLabel } from './labels.ts';
import { keep, look, observe } from './observe.ts';
import { STANDARD_PARTS, STANDARD_STORES } from './standard-parts.ts';

const category = (
  name: string,
  prior: number,
  of: (transaction: Transaction) => string | undefined,
  delayed = false,
) => {
  const feature = `${name}_encoded`;
  if (!isFeatureName(feature)) throw new Error(`${feature} is no feature`);
  return { name, slot: INDEX[feature], prior, delayed, of };
};

export const STANDARD: Catalogue = {
  hash: CATALOGUE_HASH,
  data: NO_DATA_MODEL,
  features: FEATURES.map((feature) => ({ ...feature, hash: `${CATALOGUE_HASH}-${feature.name}` })),
  size: FEATURES.length,
  place: (name) => (isFeatureName(name) ? INDEX[name] : undefined),
  categories: [
    category('type', 100, ({ type }) => type),
    category('channel', 100, ({ channel }) => channel),
    category('country', 100, ({ country }) => country),
    category('mcc', 100, ({ merchant }) => merchant?.mcc),
    category('merchant', 50, ({ merchant }) => merchant?.id, true),
  ],
  createState: createFeatureState,
  look,
  keep,
  observe,
  applyLabel,
  parts: STANDARD_PARTS,
  // The account's part has them.
  complete: () => undefined,
  stores: STANDARD_STORES,
};
