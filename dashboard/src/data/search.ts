// What the address of own data says: which part, the feature that is looked at or written, and what features are shown.
import { oneOf, searchOf, text } from '../kit/search.ts';

export const PARTS = ['observed', 'import', 'fields', 'features', 'versions'] as const;
export type Part = (typeof PARTS)[number];
export const KINDS = ['own', 'standard'] as const;

export const dataSearch = searchOf((given) => ({
  part: oneOf(PARTS, given.part),
  /** Its name, or `new`. */
  feature: text(given.feature),
  /** The named one is being written. */
  edit: oneOf(['yes'] as const, given.edit),
  q: text(given.q),
  kind: oneOf(KINDS, given.kind),
  entity: text(given.entity),
}));
