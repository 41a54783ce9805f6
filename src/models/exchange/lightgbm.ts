// Models that LightGBM saved as text (save_model; src/io/tree.cpp and src/boosting/gbdt_model_text.cpp of LightGBM).
// Whatever a file may say there is either computed here or refused by its name: what is passed over scores otherwise.
import { type ForeignModel, type ForeignTree, refused } from './foreign-model.ts';
import { numberIn, quoted } from './number-text.ts';

const IS_CATEGORICAL = 1;
const DEFAULT_LEFT = 2;
/** Bits two and three of a decision: what counts as missing. */
const MISSING = ['none', 'zero', 'nan'] as const;
const LARGEST_DECISION = DEFAULT_LEFT | (MISSING.indexOf('nan') << 2);

const VERSIONS = new Set(['v2', 'v3', 'v4']);
const HEADER_KEYS = new Set([
  ...[
    'tree',
    'version',
    'num_class',
    'num_tree_per_iteration',
    'label_index',
    'max_feature_idx',
    'objective',
  ],
  ...['average_output', 'feature_names', 'monotone_constraints', 'feature_infos', 'tree_sizes'],
]);
/** `shrinkage` is in the leaves already. */
const TREE_KEYS = new Set([
  ...['num_leaves', 'num_cat', 'split_feature', 'split_gain', 'threshold', 'decision_type', 'left_child'],
  ...['right_child', 'leaf_parent', 'leaf_value', 'leaf_weight', 'leaf_count', 'internal_value'],
  ...['internal_weight', 'internal_count', 'is_linear', 'shrinkage', 'has_categorical'],
]);
/** What says that a leaf computes. */
const LINEAR_KEYS = ['leaf_const', 'num_features', 'leaf_features', 'leaf_coeff'] as const;
const CATEGORY_KEYS = ['cat_boundaries', 'cat_threshold'] as const;

type Section = ReadonlyMap<string, string>;

function sectionOf(lines: readonly string[], where: string): Section {
  const section = new Map<string, string>();
  for (const line of lines) {
    if (line === '') continue;
    const [key, ...value] = line.split('=');
    if (section.has(key)) throw refused(`${where} says ${quoted(key)} twice.`);
    section.set(key, value.join('='));
  }
  return section;
}

function onlyKnown(section: Section, known: ReadonlySet<string>, where: string): void {
  for (const key of section.keys()) {
    if (!known.has(key)) throw refused(`${where} says ${quoted(key)}, which is not computed here.`);
  }
}

function numbers(section: Section, name: string, count: number): number[] {
  const words = (section.get(name) ?? '').split(' ').filter(Boolean);
  const found = words.map(numberIn);
  const wrong = found.findIndex(Number.isNaN);
  if (wrong >= 0) throw refused(`a tree has ${quoted(words[wrong])} in ${name}, which is no number.`);
  if (found.length !== count) {
    throw refused(`a tree has ${found.length} numbers of ${name} where ${count} belong.`);
  }
  return found;
}

function integers(section: Section, name: string, count: number): number[] {
  const found = numbers(section, name, count);
  const wrong = found.find((number) => !Number.isInteger(number));
  if (wrong !== undefined) throw refused(`a tree has ${wrong} in ${name}, which counts something.`);
  return found;
}

/** `text` begins with its first line, and its lines end with a line feed. Throws InputError where it is none that can be imported. */
export function readLightgbm(text: string): ForeignModel {
  const end = text.search(/^end of trees$/m);
  if (end < 0) throw refused('it is cut off: there is no "end of trees".');
  const [head, ...parts] = text.slice(0, end).split(/^Tree=(\d+)$/m);
  const header = sectionOf(head.split('\n'), 'its head');
  onlyKnown(header, HEADER_KEYS, 'its head');
  const version = header.get('version');
  if (version === undefined || !VERSIONS.has(version)) {
    throw refused(
      `its model format is ${version === undefined ? 'not said' : quoted(version)}; ${[...VERSIONS].join(', ')} are read.`,
    );
  }
  one(header, 'num_class', 'it tells several classes apart');
  one(header, 'num_tree_per_iteration', 'it grows several trees in each iteration');
  const sigmoid = sigmoidOf(header.get('objective') ?? '');
  const names = (header.get('feature_names') ?? '').split(' ').filter(Boolean);
  const last = header.get('max_feature_idx');
  if (last !== undefined && numberIn(last) !== names.length - 1) {
    throw refused(`its max_feature_idx is ${quoted(last)}, and it names ${names.length} features.`);
  }
  const sections = parts.filter((_, i) => i % 2 === 1);
  for (let i = 0; i < sections.length; i++) {
    if (Number(parts[2 * i]) !== i) throw refused(`Tree=${parts[2 * i]} stands where Tree=${i} belongs.`);
  }
  const sizes = header.get('tree_sizes');
  const announced = sizes === undefined ? sections.length : sizes.split(' ').filter(Boolean).length;
  if (announced !== sections.length) {
    throw refused(`it announces ${announced} trees and holds ${sections.length}.`);
  }
  const share = header.has('average_output') ? sections.length : 1;
  return {
    madeBy: `LightGBM (model format ${version})`,
    format: 'lightgbm',
    kind: 'gradient-boosting',
    featureNames: names,
    featureCount: names.length,
    trees: sections.map((part, i) => readTree(part, `Tree=${i}`, sigmoid / share)),
    base: 0,
    bestTrees: undefined,
  };
}

function one(header: Section, name: string, otherwise: string): void {
  const said = header.get(name);
  if (said !== undefined && numberIn(said) !== 1) throw refused(`${otherwise}: its ${name} is ${said}.`);
}

/** What log-odds are multiplied with. */
function sigmoidOf(objective: string): number {
  const [name, ...more] = objective.split(' ').filter(Boolean);
  if (name !== 'binary') {
    throw refused(`its objective is ${name === undefined ? 'not said' : quoted(name)}; it must be binary.`);
  }
  let sigmoid = 1;
  for (const word of more) {
    const [, number] = /^sigmoid:(.*)$/.exec(word) ?? [];
    if (number === undefined) {
      throw refused(`its objective says ${quoted(word)}, which is not computed here.`);
    }
    sigmoid = numberIn(number);
  }
  if (!(sigmoid > 0 && Number.isFinite(sigmoid))) throw refused('its sigmoid is no number above 0.');
  return sigmoid;
}

function readTree(text: string, where: string, scale: number): ForeignTree {
  const section = sectionOf(text.split('\n'), where);
  // A leaf that computes says another value where nothing is missing, whatever its plain value is.
  const isLinear = section.get('is_linear') ?? '0';
  const linear = [
    ...(isLinear === '0' ? [] : [`is_linear=${isLinear}`]),
    ...LINEAR_KEYS.filter((key) => section.has(key)),
  ];
  if (linear.length > 0) {
    throw refused(
      `${where} has linear models in its leaves (${linear.join(', ')}); train it with linear_tree=false.`,
    );
  }
  const categories = CATEGORY_KEYS.find((key) => section.has(key));
  const onCategories = numberIn(section.get('num_cat') ?? '0') !== 0 || categories !== undefined;
  if (onCategories) throw refused('it splits on categories; encode them as numbers before training.');
  onlyKnown(section, TREE_KEYS, where);
  const leaves = numberIn(section.get('num_leaves') ?? '');
  if (!Number.isInteger(leaves) || leaves < 1) throw refused('a tree does not say its num_leaves.');
  const splits = leaves - 1;
  // A tree that found no split has one leaf, and need not count its rows.
  const inner = (name: string): number[] => (splits === 0 ? [] : integers(section, name, splits));
  const leafValues = numbers(section, 'leaf_value', leaves);
  const decisions = inner('decision_type');
  if (decisions.some((decision) => decision & IS_CATEGORICAL)) {
    throw refused('it splits on categories; encode them as numbers before training.');
  }
  const strange = decisions.find((decision) => decision < 0 || decision > LARGEST_DECISION);
  if (strange !== undefined) throw refused(`a tree decides by type ${strange}, which is not computed here.`);
  const features = inner('split_feature');
  if (features.some((feature) => feature < 0)) throw refused('a tree splits on a column below 0.');
  const thresholds = splits === 0 ? [] : numbers(section, 'threshold', splits);
  // Leaves are numbered from the end: −1 is the first.
  const child = (number: number): number => (number >= 0 ? number : splits + ~number);
  return {
    feature: [...features, ...leafValues.map(() => -1)],
    threshold: thresholds,
    missingLeft: decisions.map((decision, node) => {
      const missing = MISSING[decision >> 2];
      const isDefaultLeft = (decision & DEFAULT_LEFT) !== 0;
      const zeroGoesLeft = thresholds[node] >= 0;
      // Where nothing was missing in training, what is missing now counts as zero.
      if (missing === 'none') return zeroGoesLeft;
      if (missing === 'zero' && isDefaultLeft !== zeroGoesLeft) {
        throw refused('it takes zeros for missing values; train it with zero_as_missing=false.');
      }
      return isDefaultLeft;
    }),
    left: inner('left_child').map(child),
    right: inner('right_child').map(child),
    value: [...new Array<number>(splits).fill(0), ...leafValues.map((value) => value * scale)],
    cover:
      splits === 0
        ? [1]
        : [...numbers(section, 'internal_count', splits), ...numbers(section, 'leaf_count', leaves)],
  };
}
