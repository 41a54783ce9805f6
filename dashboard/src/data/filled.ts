// Histories that a version brings, in words.
import type { CatalogueCheck } from '../../../src/protocol/catalogue.ts';
import { namesOf } from './changes.tsx';

export const filledText = (filled: CatalogueCheck['newHistories']): string =>
  filled.map(({ entity, features }) => `${entity} (${namesOf(features)})`).join('; ');
