// A tree model made elsewhere, in one neutral form, and what it takes to make it one of ours.
import { InputError } from '../../domain/input-error.ts';
import type { Catalogue } from '../../features/catalogue.ts';
import type { CategoryEncoding } from '../encoding.ts';
import { type Ensemble, goesLeft, isLeaf, leftOf, MISSING_LEFT } from '../ensemble.ts';
import { type GrownTree, joinTrees, packTree } from '../join-trees.ts';
import type { ModelKind } from '../model.ts';

export type ForeignTree = {
  /** By node, the root first; negative at a leaf. */
  readonly feature: readonly number[];
  /** A value goes left when it is ≤ this. */
  readonly threshold: readonly number[];
  readonly missingLeft: readonly boolean[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  /** Of leaves. */
  readonly value: readonly number[];
  /** Training weight that passed each node, where the file says it. */
  readonly cover: readonly number[] | undefined;
};

export type ForeignModel = {
  /** The program that wrote it, and its version where the file says it. */
  readonly madeBy: string;
  readonly format: 'xgboost' | 'lightgbm' | 'onnx';
  /** Votes that add up to a probability, or to log-odds. */
  readonly kind: ModelKind;
  /** Undefined where the file knows only numbers. */
  readonly featureNames: readonly string[] | undefined;
  readonly featureCount: number;
  readonly trees: readonly ForeignTree[];
  /** The sum of the trees' leaves and of this is what the model says. */
  readonly base: number;
  /** How many of the trees the file itself calls the best, where training was to stop there and it holds more. */
  readonly bestTrees: number | undefined;
};

/** What a file cannot be imported for. */
export const refused = (why: string): InputError => new InputError(`This model cannot be imported: ${why}`);

/** Throws InputError for names that the catalogue does not have, or whose values a model fits for itself. */
export function checkNames(names: readonly string[], catalogue: Catalogue): void {
  const encoded = new Set(catalogue.categories.map(({ slot }) => slot));
  for (const name of names) {
    const place = catalogue.place(name);
    if (place === undefined) {
      throw refused(
        `"${name}" is no feature of the catalogue (${catalogue.hash}). Train it on columns of a table that ./goshawk spark backfill wrote.`,
      );
    }
    if (encoded.has(place)) {
      throw refused(`"${name}" is fitted by each model for itself; train it without that column.`);
    }
  }
}

/** No category is encoded: features of that kind stay missing. */
export const noEncoding = ({ categories }: Catalogue): CategoryEncoding =>
  Object.fromEntries(categories.map(({ name }) => [name, { unseen: 0, logOdds: {} }]));

/** The trees as they are scored here, features numbered by the columns of the file. */
export function toEnsemble(model: ForeignModel, columns: number): Ensemble {
  const count = model.trees.length;
  if (count === 0) throw refused('it has no trees.');
  const grown = model.trees.map((tree) => toGrownTree(tree, columns));
  // The mean of all trees is to be what the sum of the leaves and the base was.
  return joinTrees(grown, columns, (value) => value * count + model.base);
}

/**
 * The same trees with a cover counted on `count` rows of the columns that the trees number, for files that do not say how many rows of
 * the training went where; explanations need to know. A single row more is spread evenly, so that no branch is empty.
 */
export function withCover(ensemble: Ensemble, vectors: Float64Array, count: number): Ensemble {
  const cover = new Float64Array(ensemble.cover.length);
  for (const root of ensemble.roots) {
    const spread = (node: number, weight: number): void => {
      cover[node] = weight;
      if (isLeaf(ensemble, node)) return;
      spread(leftOf(ensemble, node), weight / 2);
      spread(leftOf(ensemble, node) + 1, weight / 2);
    };
    spread(root, 1);
    for (let row = 0; row < count; row++) {
      const offset = row * ensemble.featureCount;
      for (
        let node = root;
        ;
        node = goesLeft(ensemble, node, vectors, offset) ? leftOf(ensemble, node) : leftOf(ensemble, node) + 1
      ) {
        cover[node]++;
        if (isLeaf(ensemble, node)) break;
      }
    }
  }
  return { ...ensemble, cover };
}

/** Renumbers the nodes so that siblings stand side by side. */
function toGrownTree(tree: ForeignTree, features: number): GrownTree {
  const ints: number[] = [];
  const values: number[] = [];
  const cover: number[] = [];
  const place = (to: number, node: number, weight: number): void => {
    const feature = tree.feature[node];
    if (feature === undefined) throw refused('a tree names a node that is not there.');
    if (!Number.isInteger(feature)) throw refused(`a tree splits on column ${feature}, which is no number.`);
    if (feature >= features) throw refused(`a tree splits on column ${feature}; there are ${features}.`);
    const isLeaf = feature < 0;
    ints[2 * to] = isLeaf ? -1 : feature | (tree.missingLeft[node] ? MISSING_LEFT : 0);
    ints[2 * to + 1] = 0;
    const value = isLeaf ? tree.value[node] : tree.threshold[node];
    if (typeof value !== 'number' || Number.isNaN(value)) throw refused('a node has no number.');
    values[to] = value;
    // Where the file does not say how many rows went where, each side counts for a half.
    cover[to] = tree.cover ? Math.max(tree.cover[node], Number.MIN_VALUE) : weight;
  };
  place(0, 0, 1);
  const open = [{ node: 0, to: 0, weight: 1 }];
  const seen = new Set([0]);
  for (let item = open.pop(); item; item = open.pop()) {
    const { node, to, weight } = item;
    if (tree.feature[node] < 0) continue;
    const first = values.length;
    ints[2 * to + 1] = first;
    for (const [side, child] of [tree.left[node], tree.right[node]].entries()) {
      if (seen.has(child)) throw refused('a tree has a node with two parents.');
      seen.add(child);
      place(first + side, child, weight / 2);
      open.push({ node: child, to: first + side, weight: weight / 2 });
    }
  }
  return packTree(ints, values, cover);
}
