// What a model was trained on: features by name and hash. Trees number them as their file does, vectors as a catalogue does;
// here one becomes the other, and a model that does not fit a catalogue is told from one that does.
import { shown } from '../domain/fields.ts';
import type { Catalogue, FittedCategory } from '../features/catalogue.ts';
import type { CatalogueOutline } from '../features/catalogue-outline.ts';
import { placeIn } from '../features/place-in.ts';
import { STANDARD } from '../features/standard.ts';
import { createEnsemble, type Ensemble, featureOf, isLeaf, splitsBySet } from './ensemble.ts';
import { MODEL_VERSION } from './model-fields.ts';

export type TrainedOn = {
  readonly features: readonly string[];
  readonly catalogueHash: string;
  /** By name; absent where it was trained on the program's own catalogue. */
  readonly featureHashes?: Readonly<Record<string, string>>;
};

const OF_PROGRAM: readonly string[] = STANDARD.features.map(({ name }) => name);
const NAMED = 5;

/** A name as it is where it can be one. */
const named = (name: unknown): string =>
  typeof name === 'string' && MODEL_VERSION.test(name) ? name : shown(name);

/**
 * The features in the order in which the trees number them: that of the program's own catalogue, or, where a model was
 * trained on another, that of `features`.
 */
export const numbering = ({ features, featureHashes }: TrainedOn): readonly string[] =>
  featureHashes ? features : OF_PROGRAM;

/** What a model that was trained under a catalogue says of its features. */
export function trainedOn(features: readonly string[], catalogue: Catalogue): TrainedOn {
  const { hash } = catalogue;
  if (hash === STANDARD.hash) return { features, catalogueHash: hash };
  const hashes = features.map((name) => [name, catalogue.features[placeIn(catalogue, name)].hash]);
  return { features, catalogueHash: hash, featureHashes: Object.fromEntries(hashes) };
}

/** Why a model knows no feature of any catalogue here; undefined where it does. */
export function strangeCatalogue(version: unknown, info: Record<string, unknown>): string | undefined {
  if (info.featureHashes !== undefined || info.catalogueHash === STANDARD.hash) return undefined;
  return (
    `model ${named(version)} was trained on feature catalogue ${named(info.catalogueHash)}, this ` +
    `program computes ${STANDARD.hash}. Train a model with this program, or run the one the model belongs to.`
  );
}

const listed = (names: readonly string[]): string =>
  `${names.slice(0, NAMED).join(', ')}${names.length > NAMED ? ` and ${names.length - NAMED} more` : ''}`;

/** Why a model cannot serve under a catalogue, with the features that are missing or changed; undefined where it can. */
export function misfit(
  info: TrainedOn & { readonly version: string },
  catalogue: Pick<CatalogueOutline, 'hash' | 'features'>,
): string | undefined {
  const strange = strangeCatalogue(info.version, info);
  if (strange !== undefined) return strange;
  const missing: string[] = [];
  const changed: string[] = [];
  const hashes = new Map(catalogue.features.map(({ name, hash }) => [name, hash]));
  for (const name of info.features) {
    const hash = hashes.get(name);
    if (hash === undefined) missing.push(name);
    else if (hash !== hashIn(info, name)) changed.push(name);
  }
  if (missing.length + changed.length === 0) return undefined;
  const why = [
    ...(missing.length > 0 ? [`does not have ${listed(missing)}`] : []),
    ...(changed.length > 0 ? [`computes ${listed(changed)} in another way`] : []),
  ];
  return (
    `model ${named(info.version)} was trained on features that the catalogue ${catalogue.hash} ${why.join(' and ')}. ` +
    'Train a model with this catalogue, or give it these features back as they were.'
  );
}

function hashIn({ featureHashes }: TrainedOn, name: string): string | undefined {
  if (featureHashes) return featureHashes[name];
  const place = STANDARD.place(name);
  return place === undefined ? undefined : STANDARD.features[place].hash;
}

/** The same trees with other numbers for features. */
function renumbered(
  ensemble: Ensemble,
  numberOf: (feature: number) => number,
  featureCount: number,
): Ensemble {
  const bytes = ensemble.nodes.buffer.slice(0) as ArrayBuffer;
  const moved = createEnsemble(bytes, ensemble.cover, ensemble.roots, featureCount);
  for (let node = 0; node < moved.cover.length; node++) {
    if (isLeaf(moved, node)) continue;
    const flags = moved.nodes[4 * node] & ~0xffff;
    moved.nodes[4 * node] = flags | numberOf(featureOf(moved, node));
  }
  return moved;
}

/** Trees that number features as in `features`, as a file of a model trained on them numbers them. */
export function asFiled(ensemble: Ensemble, on: TrainedOn): Ensemble {
  if (on.featureHashes) return ensemble;
  return renumbered(ensemble, (feature) => placeIn(STANDARD, on.features[feature]), STANDARD.size);
}

/** Trees as a file numbers them, as they are asked with vectors of a catalogue that the model fits. */
export function forVectors(ensemble: Ensemble, on: TrainedOn, catalogue: Catalogue): Ensemble {
  const names = numbering(on);
  const inPlace = names.length === catalogue.size && names.every((name, i) => catalogue.place(name) === i);
  if (inPlace) return ensemble;
  return renumbered(ensemble, (feature) => placeIn(catalogue, names[feature]), catalogue.size);
}

/** The name of a feature that is split by a set without levels of its category; undefined where there is none. */
export function setWithoutLevels(
  ensemble: Ensemble,
  levels: Readonly<Record<string, unknown>> | undefined,
  catalogue: Catalogue,
): string | undefined {
  const allowed = new Set(
    catalogue.categories.filter(({ name }) => levels && Object.hasOwn(levels, name)).map(({ slot }) => slot),
  );
  for (let node = 0; node < ensemble.cover.length; node++) {
    if (splitsBySet(ensemble, node) && !allowed.has(featureOf(ensemble, node)))
      return catalogue.features[featureOf(ensemble, node)].name;
  }
  return undefined;
}

/** The categories that a model asks for. */
export const categoriesOf = (features: readonly string[], catalogue: Catalogue): readonly FittedCategory[] =>
  catalogue.categories.filter(({ slot }) => features.includes(catalogue.features[slot].name));
