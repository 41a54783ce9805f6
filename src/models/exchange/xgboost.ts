// Models that XGBoost saved as JSON or UBJ (https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html).
// Whatever a file may say there is either computed here or refused by its name: what is passed over scores otherwise.
import { isObject } from '../../domain/fields.ts';
import { limitBelowFloat } from './float32.ts';
import { type ForeignModel, type ForeignTree, refused } from './foreign-model.ts';
import { numberIn, quoted } from './number-text.ts';

const OBJECTIVES = new Set(['binary:logistic', 'binary:logitraw', 'reg:logistic']);
const LEARNER_KEYS = new Set([
  ...['attributes', 'feature_names', 'feature_types', 'gradient_booster', 'learner_model_param', 'objective'],
]);
const PARAMETER_KEYS = new Set([
  'base_score',
  'boost_from_average',
  'num_class',
  'num_feature',
  'num_target',
]);
const BOOSTER_KEYS = new Set(['name', 'model', 'gbtree', 'weight_drop']);
const MODEL_KEYS = new Set(['cats', 'gbtree_model_param', 'iteration_indptr', 'tree_info', 'trees']);
const TREE_KEYS = new Set([
  ...['base_weights', 'categories', 'categories_nodes', 'categories_segments', 'categories_sizes'],
  ...['default_left', 'id', 'left_children', 'loss_changes', 'parents', 'right_children', 'split_conditions'],
  ...['split_indices', 'split_type', 'sum_hessian', 'tree_param'],
]);

type Json = Readonly<Record<string, unknown>>;

function part(of: Json, ...path: readonly string[]): Json {
  let found: unknown = of;
  for (const name of path) found = isObject(found) ? found[name] : undefined;
  if (!isObject(found)) throw refused(`it has no ${path.join('.')}; was it saved by XGBoost's save_model?`);
  return found;
}

function onlyKnown(of: Json, known: ReadonlySet<string>, where: string): void {
  const unknown = Object.keys(of).find((key) => !known.has(key));
  if (unknown !== undefined) throw refused(`${where} says ${quoted(unknown)}, which is not computed here.`);
}

function numbers(of: Json, name: string, count?: number): readonly number[] {
  const found = of[name];
  if (!Array.isArray(found) || !found.every((item) => typeof item === 'number' || typeof item === 'boolean'))
    throw refused(`a tree has no list of numbers ${name}.`);
  if (count !== undefined && found.length !== count)
    throw refused(`a tree has ${found.length} numbers of ${name} where ${count} belong.`);
  return found.map(Number);
}

/** Parameters are numbers as texts; undefined where there is none of that name. */
function parameter(of: Json, name: string): number | undefined {
  const said = of[name];
  if (said === undefined) return undefined;
  const number = numberIn(String(said));
  if (Number.isNaN(number)) throw refused(`its ${name} is ${quoted(String(said))}.`);
  return number;
}

/** `json` is the whole model as parsed; throws InputError where it is none that can be imported. */
export function readXgboost(json: unknown): ForeignModel {
  if (!isObject(json)) throw refused('it is no object.');
  if (Array.isArray(json.tree_info)) {
    throw refused('it is a dump of LightGBM (dump_model); save it by save_model, as text.');
  }
  if ('oblivious_trees' in json) throw refused('it is a model of CatBoost, which is not read.');
  const learner = part(json, 'learner');
  onlyKnown(learner, LEARNER_KEYS, 'its learner');
  const objective = part(learner, 'objective').name;
  if (typeof objective !== 'string' || !OBJECTIVES.has(objective)) {
    throw refused(`its objective is ${objective}; it must be one of ${[...OBJECTIVES].join(', ')}.`);
  }
  const booster = part(learner, 'gradient_booster');
  const isDart = booster.name === 'dart';
  if (!isDart && booster.name !== 'gbtree')
    throw refused(`its booster is ${booster.name}, not gbtree or dart.`);
  onlyKnown(booster, BOOSTER_KEYS, 'its booster');
  const model = part(booster, ...(isDart ? ['gbtree', 'model'] : ['model']));
  onlyKnown(model, MODEL_KEYS, 'its booster');
  const parameters = part(learner, 'learner_model_param');
  onlyKnown(parameters, PARAMETER_KEYS, 'its learner_model_param');
  oneAnswer(parameters, model);
  const trees = treesOf(model);
  const weights = isDart ? numbers(booster, 'weight_drop', trees.length) : undefined;
  const names = learner.feature_names;
  const featureNames = Array.isArray(names) && names.length > 0 ? names.map(String) : undefined;
  const version = Array.isArray(json.version) ? json.version.join('.') : 'of unknown version';
  return {
    madeBy: `XGBoost ${version}`,
    format: 'xgboost',
    kind: 'gradient-boosting',
    featureNames,
    featureCount: parameter(parameters, 'num_feature') ?? 0,
    trees: trees.map((tree, i) => readTree(tree, weights?.[i] ?? 1)),
    base: baseOf(parameters, objective === 'binary:logitraw'),
    bestTrees: bestTreesOf(learner, model, trees.length),
  };
}

/** Said before anything else that follows from it, such as a base score for each label. */
function oneAnswer(parameters: Json, model: Json): void {
  const targets = parameter(parameters, 'num_target') ?? 1;
  if (targets > 1) throw refused(`it predicts ${targets} labels at once (num_target); one is wanted.`);
  const classes = parameter(parameters, 'num_class') ?? 0;
  if (classes > 1) throw refused(`it tells ${classes} classes apart (num_class).`);
  const groups = model.tree_info;
  if (groups === undefined) return;
  if (!Array.isArray(groups) || groups.some((group) => Number(group) !== 0)) {
    throw refused('its trees are of several classes or labels (tree_info).');
  }
}

function treesOf(model: Json): readonly unknown[] {
  const { trees } = model;
  if (!Array.isArray(trees)) throw refused('it has no list of trees.');
  const sizes = isObject(model.gbtree_model_param) ? model.gbtree_model_param : {};
  const announced = parameter(sizes, 'num_trees') ?? trees.length;
  if (announced !== trees.length) throw refused(`it announces ${announced} trees and holds ${trees.length}.`);
  return trees;
}

/** In log-odds. */
function baseOf(parameters: Json, isMargin: boolean): number {
  const said = String(parameters.base_score);
  // Since 3.0 it may be a list of one.
  const base = numberIn(said.replace(/^\[(.*)\]$/, '$1').trim());
  if (!Number.isFinite(base) || (!isMargin && !(base > 0 && base < 1))) {
    throw refused(`its base_score is ${quoted(said)}.`);
  }
  return isMargin ? base : Math.log(base / (1 - base));
}

/** Training that stops early keeps the trees that came after the best. */
function bestTreesOf(learner: Json, model: Json, trees: number): number | undefined {
  const attributes = isObject(learner.attributes) ? learner.attributes : {};
  const best = numberIn(String(attributes.best_iteration ?? ''));
  const sizes = isObject(model.gbtree_model_param) ? model.gbtree_model_param : {};
  const count = (best + 1) * (parameter(sizes, 'num_parallel_tree') ?? 1);
  return Number.isInteger(count) && count > 0 && count < trees ? count : undefined;
}

function readTree(tree: unknown, weight: number): ForeignTree {
  if (!isObject(tree)) throw refused('a tree is no object.');
  const left = numbers(tree, 'left_children');
  const isLeaf = left.map((child) => child < 0);
  const splitTypes = tree.split_type === undefined ? [] : numbers(tree, 'split_type', left.length);
  const onCategories = Array.isArray(tree.categories) && tree.categories.length > 0;
  if (onCategories || splitTypes.some((type, node) => type !== 0 && !isLeaf[node])) {
    throw refused('it splits on categories; encode them as numbers before training.');
  }
  onlyKnown(tree, TREE_KEYS, 'a tree');
  const sizes = isObject(tree.tree_param) ? tree.tree_param : {};
  const outputs = parameter(sizes, 'size_leaf_vector') ?? 1;
  if (outputs > 1) throw refused(`a leaf of it says ${outputs} numbers (size_leaf_vector); one is wanted.`);
  const right = numbers(tree, 'right_children', left.length);
  const conditions = numbers(tree, 'split_conditions', left.length).map(Math.fround);
  const features = numbers(tree, 'split_indices', left.length);
  for (const [node, leaf] of isLeaf.entries()) {
    if (leaf !== right[node] < 0) throw refused('a tree has a node with one child.');
    if (!leaf && features[node] < 0) throw refused('a tree splits on a column below 0.');
  }
  return {
    feature: features.map((feature, node) => (isLeaf[node] ? -1 : feature)),
    threshold: conditions.map(limitBelowFloat),
    missingLeft: numbers(tree, 'default_left', left.length).map(Boolean),
    left,
    right,
    value: conditions.map((value) => value * weight),
    cover: numbers(tree, 'sum_hessian', left.length),
  };
}
