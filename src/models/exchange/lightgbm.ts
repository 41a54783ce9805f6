// Models that LightGBM saved as text (save_model; src/io/tree.cpp and src/boosting/gbdt_model_text.cpp of LightGBM).
import { type ForeignModel, type ForeignTree, refused } from './foreign-model.ts';

const IS_CATEGORICAL = 1;
const DEFAULT_LEFT = 2;
/** Bits two and three of a decision: what counts as missing. */
const MISSING = ['none', 'zero', 'nan'] as const;

type Section = ReadonlyMap<string, string>;

function sectionOf(lines: readonly string[]): Section {
  return new Map(
    lines.flatMap((line) => {
      const at = line.indexOf('=');
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const];
    }),
  );
}

/** As C++ writes numbers. */
const numberOf = (text: string): number =>
  /^-?inf$/.test(text)
    ? text === 'inf'
      ? Number.POSITIVE_INFINITY
      : Number.NEGATIVE_INFINITY
    : Number(text);

function numbers(section: Section, name: string, count: number): number[] {
  const text = section.get(name);
  const found = text === undefined || text === '' ? [] : text.split(' ').map(numberOf);
  if (found.length !== count || found.some(Number.isNaN)) {
    throw refused(`a tree has ${found.length} numbers of ${name} where ${count} belong.`);
  }
  return found;
}

/** Throws InputError where the text is no model that can be imported. */
export function readLightgbm(text: string): ForeignModel {
  if (!text.startsWith('tree\n')) throw refused('it does not start with "tree"; was it saved by save_model?');
  const end = text.indexOf('\nend of trees');
  if (end < 0) throw refused('it is cut off: there is no "end of trees".');
  const [head, ...sections] = text
    .slice(0, end)
    .split(/^Tree=\d+$/m)
    .map((part) => part.split('\n'));
  const header = sectionOf(head);
  const objective = (header.get('objective') ?? '').split(' ');
  if (objective[0] !== 'binary') {
    throw refused(`its objective is ${objective[0] || 'not said'}; it must be binary.`);
  }
  const sigmoid = Number(objective.find((word) => word.startsWith('sigmoid:'))?.slice(8) ?? 1);
  if (!(sigmoid > 0)) throw refused('its sigmoid is no number.');
  const averages = head.includes('average_output');
  const names = (header.get('feature_names') ?? '').split(' ').filter(Boolean);
  const share = averages ? sections.length : 1;
  return {
    madeBy: `LightGBM (model format ${header.get('version') ?? 'not said'})`,
    format: 'lightgbm',
    kind: 'gradient-boosting',
    featureNames: names,
    featureCount: names.length,
    trees: sections.map((lines) => readTree(sectionOf(lines), sigmoid / share)),
    base: 0,
  };
}

function readTree(section: Section, scale: number): ForeignTree {
  const leaves = Number(section.get('num_leaves'));
  if (!Number.isInteger(leaves) || leaves < 1) throw refused('a tree does not say its num_leaves.');
  const splits = leaves - 1;
  // A tree that found no split has one leaf, and need not count its rows.
  const inner = (name: string): number[] => (splits === 0 ? [] : numbers(section, name, splits));
  const leafValues = numbers(section, 'leaf_value', leaves);
  const decisions = inner('decision_type');
  if (decisions.some((decision) => decision & IS_CATEGORICAL)) {
    throw refused('it splits on categories; encode them as numbers before training.');
  }
  const thresholds = inner('threshold');
  // Leaves are numbered from the end: −1 is the first.
  const child = (number: number): number => (number >= 0 ? number : splits + ~number);
  return {
    feature: [...inner('split_feature'), ...leafValues.map(() => -1)],
    threshold: thresholds,
    missingLeft: decisions.map((decision, node) => {
      const missing = MISSING[(decision >> 2) & 3];
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
    cover: splits === 0 ? [1] : [...inner('internal_count'), ...numbers(section, 'leaf_count', leaves)],
  };
}
