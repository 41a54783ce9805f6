// Models that XGBoost saved as JSON or UBJ (https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html).
import { isObject } from '../../domain/fields.ts';
import { limitBelowFloat } from './float32.ts';
import { type ForeignModel, type ForeignTree, refused } from './foreign-model.ts';

const OBJECTIVES = new Set(['binary:logistic', 'binary:logitraw', 'reg:logistic']);

type Json = Readonly<Record<string, unknown>>;

function part(of: Json, ...path: readonly string[]): Json {
  let found: unknown = of;
  for (const name of path) found = isObject(found) ? found[name] : undefined;
  if (!isObject(found)) throw refused(`it has no ${path.join('.')}; was it saved by XGBoost's save_model?`);
  return found;
}

function numbers(of: Json, name: string): readonly number[] {
  const found = of[name];
  if (!Array.isArray(found) || !found.every((item) => typeof item === 'number' || typeof item === 'boolean'))
    throw refused(`a tree has no list of numbers ${name}.`);
  return found.map(Number);
}

/** `json` is the whole model as parsed; throws InputError where it is none that can be imported. */
export function readXgboost(json: unknown): ForeignModel {
  if (!isObject(json)) throw refused('it is no object.');
  const learner = part(json, 'learner');
  const objective = part(learner, 'objective').name;
  if (typeof objective !== 'string' || !OBJECTIVES.has(objective)) {
    throw refused(`its objective is ${objective}; it must be one of ${[...OBJECTIVES].join(', ')}.`);
  }
  const booster = part(learner, 'gradient_booster');
  const isDart = booster.name === 'dart';
  if (!isDart && booster.name !== 'gbtree')
    throw refused(`its booster is ${booster.name}, not gbtree or dart.`);
  const trees = part(booster, ...(isDart ? ['gbtree', 'model'] : ['model'])).trees;
  if (!Array.isArray(trees)) throw refused('it has no list of trees.');
  const weights = isDart ? numbers(booster, 'weight_drop') : undefined;
  const parameters = part(learner, 'learner_model_param');
  const names = learner.feature_names;
  const featureNames = Array.isArray(names) && names.length > 0 ? names.map(String) : undefined;
  // Since 3.0 it may be a list of one.
  const baseScore = Number(String(parameters.base_score).replace(/^\[|\]$/g, ''));
  const isMargin = objective === 'binary:logitraw';
  if (!Number.isFinite(baseScore) || (!isMargin && !(baseScore > 0 && baseScore < 1))) {
    throw refused(`its base_score is ${parameters.base_score}.`);
  }
  const version = Array.isArray(json.version) ? json.version.join('.') : 'of unknown version';
  return {
    madeBy: `XGBoost ${version}`,
    format: 'xgboost',
    kind: 'gradient-boosting',
    featureNames,
    featureCount: Number(parameters.num_feature),
    trees: trees.map((tree, i) => readTree(tree, weights?.[i] ?? 1)),
    base: isMargin ? baseScore : Math.log(baseScore / (1 - baseScore)),
  };
}

function readTree(tree: unknown, weight: number): ForeignTree {
  if (!isObject(tree)) throw refused('a tree is no object.');
  if (Array.isArray(tree.categories) && tree.categories.length > 0) {
    throw refused('it splits on categories; encode them as numbers before training.');
  }
  const left = numbers(tree, 'left_children');
  const conditions = numbers(tree, 'split_conditions').map(Math.fround);
  const isLeaf = left.map((child) => child < 0);
  return {
    feature: numbers(tree, 'split_indices').map((feature, node) => (isLeaf[node] ? -1 : feature)),
    threshold: conditions.map(limitBelowFloat),
    missingLeft: numbers(tree, 'default_left').map(Boolean),
    left,
    right: numbers(tree, 'right_children'),
    value: conditions.map((value) => value * weight),
    cover: numbers(tree, 'sum_hessian'),
  };
}
