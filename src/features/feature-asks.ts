// Which fields of the transaction a feature asks for: without one of them it has no value, whatever is known of anybody.
import type { FeatureDefinition } from './document.ts';
import { NEEDS } from './measures.ts';

/** Entities by their names, with the fields that tell one from another. */
export function asksOf(
  definition: FeatureDefinition,
  entities: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  switch (definition.kind) {
    case 'expression':
      return [];
    case 'field':
    case 'encoded':
      return [definition.field];
    case 'aggregate': {
      const { entity, by, of, measure } = definition;
      const keys = by ?? entities.get(entity) ?? [];
      const { of: ofKind, current } = NEEDS[measure];
      // What compares the payment with what was before asks it for the field; conditions and expressions may hold without any.
      const compared = !current && (ofKind === 'text' || ofKind === 'place') && of !== undefined;
      return compared ? [...keys, of] : keys;
    }
  }
}
