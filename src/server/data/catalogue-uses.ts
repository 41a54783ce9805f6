// What in service reads the features of a catalogue, and what of it another catalogue would break.
import type { Catalogue } from '../../features/catalogue.ts';
import { type LostFeature, lostFeatures, newHistories } from '../../features/catalogue-changes.ts';
import type { CatalogueOutline } from '../../features/catalogue-outline.ts';
import type { ModelInfo } from '../../models/model.ts';
import type { Serving } from '../../models/serving.ts';
import { misfit } from '../../models/trained-on.ts';
import type { Desk } from '../../ports/desk.ts';
import type { CatalogueTouch } from '../../protocol/catalogue.ts';
import { checkFiled } from '../../rules/check.ts';
import type { Rule } from '../../rules/rule.ts';

/** Names that are told of at most; the others are counted. */
const MAX_NAMED = 10;

export type CatalogueUses = {
  readonly rules: readonly { readonly rule: Rule; readonly features: readonly string[] }[];
  readonly models: readonly {
    readonly version: string;
    readonly features: readonly string[];
    readonly info: ModelInfo;
  }[];
};

const modelsOf = ({ champion, challenger }: Serving): CatalogueUses['models'] =>
  [champion, ...(challenger ? [challenger.scorer] : [])].map(({ info }) => ({
    version: info.version,
    features: info.features,
    info,
  }));

/** What expressions read, by the catalogue that they were understood by. */
const understood = new WeakMap<Catalogue, Map<string, readonly string[]>>();
const MAX_REMEMBERED = 1000;

function featuresOf(expression: string, catalogue: Catalogue): readonly string[] {
  const known = understood.get(catalogue) ?? new Map<string, readonly string[]>();
  understood.set(catalogue, known);
  const found = known.get(expression);
  if (found) return found;
  const check = checkFiled(expression, undefined, catalogue);
  const features = check.ok ? check.features : [];
  if (known.size >= MAX_REMEMBERED) known.clear();
  known.set(expression, features);
  return features;
}

/** Live and shadow rules, and the models in service, with the features that they read. */
export async function usesOf({
  office,
  inService,
}: Pick<Desk, 'office' | 'inService'>): Promise<CatalogueUses> {
  const rules = await office.rules.inService();
  const { catalogue, serving } = inService();
  return {
    rules: rules.map((rule) => ({ rule, features: featuresOf(rule.expression, catalogue) })),
    models: modelsOf(serving),
  };
}

type Lost = LostFeature | { readonly name: string; readonly change: 'begun' };
const WORDS = {
  removed: 'would be gone',
  changed: 'would be another',
  begun: 'would begin with an empty history',
} as const;

function named(lost: readonly Lost[]): string {
  const words = lost.slice(0, MAX_NAMED).map(({ name, change }) => `${name} ${WORDS[change]}`);
  const more = lost.length - words.length;
  return `${words.join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
}

/** What somebody who reads these features loses: those that are gone or others, and those whose history nobody fills. */
function lostOf(
  needed: readonly string[],
  before: CatalogueOutline,
  after: CatalogueOutline,
  fills: boolean,
): Lost[] {
  const lost = lostFeatures(needed, before, after);
  if (fills) return [...lost];
  const told = new Set(lost.map(({ name }) => name));
  const begun = newHistories(before, after).flatMap(({ features }) => features);
  return [
    ...lost,
    ...needed
      .filter((name) => begun.includes(name) && !told.has(name))
      .map((name): Lost => ({ name, change: 'begun' })),
  ];
}

type Change = Pick<Desk['catalogue'], 'current' | 'fills'>;

/** What in service cannot go on with another catalogue: each with what it would lose, and what to do. */
export function touchedBy(
  uses: CatalogueUses,
  { current, fills }: Change,
  after: CatalogueOutline,
): CatalogueTouch[] {
  const { catalogue: before } = current();
  const rules = uses.rules.flatMap(({ rule, features }): CatalogueTouch[] => {
    const lost = lostOf(features, before, after, fills);
    const check = checkFiled(rule.expression, undefined, after);
    if (lost.length === 0 && check.ok) return [];
    const takes = lost.length === 0 && !check.ok ? check.message : named(lost);
    const problem = `The ${rule.mode} rule ${rule.id} reads what the draft takes away: ${takes}. Retire the rule or put a version of it into service that does without; or keep the feature, and give the new one another name.`;
    return [{ kind: 'rule', name: rule.id, features: lost.map(({ name }) => name), problem }];
  });
  const models = uses.models.flatMap(({ version, features, info }): CatalogueTouch[] => {
    const why = misfit(info, after);
    const lost = lostOf(features, before, after, fills);
    if (why === undefined && lost.length === 0) return [];
    const problem =
      why === undefined
        ? `The model ${version} in service reads what the draft takes away: ${named(lost)}. Put a model into service that does without, or keep the features as they are.`
        : `In service, the ${why}`;
    return [{ kind: 'model', name: version, features: lost.map(({ name }) => name), problem }];
  });
  return [...rules, ...models];
}
