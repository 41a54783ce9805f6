// The catalogue of the program's own features alone.
import { NO_DATA_MODEL } from '../domain/data-model.ts';
import type { Catalogue } from './catalogue.ts';
import { compileCatalogue } from './compile.ts';
import { DOCUMENT_FORMAT } from './document.ts';

export const STANDARD: Catalogue = compileCatalogue({
  format: DOCUMENT_FORMAT,
  standard: 'all',
  data: NO_DATA_MODEL,
  features: [],
});
