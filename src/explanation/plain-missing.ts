// What is said of a feature that has no value: in plain words, and why.
import type { Transaction } from '../domain/transaction.ts';
import type { CatalogueFeature } from '../features/catalogue.ts';
import { typeWords, whyMissing } from './applies.ts';

const label = ({ name }: CatalogueFeature): string => {
  const words = name.replace(/^is_/, '').replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** "missing when there is none in 90 days": there is none. */
const NONE = /^missing when there is (none.*)$/;
const MISSING = /^missing /;

export function plainMissing(feature: CatalogueFeature, transaction: Transaction): string {
  const why = whyMissing(feature, transaction);
  if (why.kind === 'inapplicable')
    return `${label(feature)}: does not apply to this ${typeWords(transaction)}`;
  if (why.kind === 'unstated')
    return `${label(feature)}: the ${typeWords(transaction)} does not say ${why.words}`;
  const none = NONE.exec(feature.missing)?.[1];
  if (none !== undefined) return `${label(feature)}: ${none}`;
  return `${label(feature)}: not known ${feature.missing.replace(MISSING, '')}`;
}

/** Whether a transaction of this kind could have a value of it at all. */
export const canApply = (feature: CatalogueFeature, transaction: Transaction): boolean =>
  whyMissing(feature, transaction).kind !== 'inapplicable';
