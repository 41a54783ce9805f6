// A catalogue document of nothing but fields: for a table with columns of its own, of which nobody wrote a document.
import { type FieldDefinition, NO_DATA_MODEL } from '../domain/data-model.ts';
import { MAX_OWN_FEATURES } from './check-document.ts';
import { type CatalogueDocument, DOCUMENT_FORMAT, type FeatureDefinition } from './document.ts';
import { featuresOfFields } from './document-features.ts';
import { PROGRAM_FEATURES } from './standard-document.ts';

/** What a feature of a field is called where the program has one of the field's name: `own_amount`. */
const OWN = 'own_';
const LONGEST_NAME = 64;

export type FieldsDocument = {
  readonly document: CatalogueDocument;
  /** Fields that could be features, of which there are too many. */
  readonly left: readonly string[];
};

/** All features of the program, and every number, boolean and category as one of its own. */
export function documentOfFields(fields: readonly FieldDefinition[]): FieldsDocument {
  const taken = new Set(PROGRAM_FEATURES);
  const features: FeatureDefinition[] = [];
  const left: string[] = [];
  let count = 0;
  const declared = fields.map((field): FieldDefinition => {
    const [feature] = featuresOfFields({ ...NO_DATA_MODEL, fields: [field] });
    if (!feature) return field;
    if (count === MAX_OWN_FEATURES) {
      left.push(field.name);
      return { ...field, feature: false };
    }
    count++;
    if (!taken.has(feature.name)) {
      taken.add(feature.name);
      return field;
    }
    const name = freeName(`${OWN}${feature.name}`.slice(0, LONGEST_NAME), taken);
    taken.add(name);
    features.push({ ...feature, name });
    return { ...field, feature: false };
  });
  return {
    document: {
      format: DOCUMENT_FORMAT,
      standard: 'all',
      data: { ...NO_DATA_MODEL, fields: declared },
      features,
    },
    left,
  };
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted.slice(0, LONGEST_NAME - 4)}_${number}`;
  return name;
}
