// How a model is to be trained, as options of a command.
import { InputError } from '../domain/input-error.ts';
import type { Catalogue } from '../features/catalogue.ts';
import { FEATURE_SETS, featuresOfSet } from '../features/sets.ts';
import { MOST_BAGS } from '../training/boosting-bags.ts';
import type { Trainer } from '../training/train-model.ts';
import type { OptionSpec, Options } from './options.ts';

const FOREST_TREES = 100;

export const TRAINER_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  features: { type: 'string', default: 'all', help: FEATURE_SETS.join(' | ') },
  trainer: { type: 'string', default: 'forest', help: 'forest | boosting' },
  trees: { type: 'string', value: 'N', help: 'trees; 100 in a forest, 200 when boosting, where not said' },
  'fraud-weight': { type: 'string', value: 'W', default: '1', help: 'weight of a fraud row in training' },
  'min-leaf': { type: 'string', value: 'N', default: '2', help: 'forest: least rows in a leaf' },
  'learning-rate': {
    type: 'string',
    value: 'R',
    default: '0.05',
    help: 'boosting: share of a tree that counts',
  },
  'max-depth': { type: 'string', value: 'N', default: '4', help: 'boosting: depth of a tree' },
  bags: {
    type: 'string',
    value: 'N',
    default: '1',
    help: 'boosting: models on other draws of rows whose mean counts; as many times the work',
  },
  sets: {
    type: 'string',
    value: 'LIST',
    help: 'boosting: categories that trees split by sets, of type, channel, country, mcc, merchant and own ones',
  },
  'max-bins': {
    type: 'string',
    value: 'N',
    default: '4096',
    help: 'boosting: steps a column is told apart in',
  },
};

/** The features of the set that `--features` names; throws InputError when there is no such set. */
export function featuresOf(
  options: Options,
  catalogue: Catalogue,
): { set: string; features: readonly string[] } {
  const said = options.text('features') ?? 'all';
  const set = FEATURE_SETS.find((name) => name === said);
  if (!set) throw new InputError(`--features is "${said}"; it must be one of ${FEATURE_SETS.join(', ')}.`);
  return { set, features: featuresOfSet(set, catalogue) };
}

function setsOf(text: string, { categories }: Catalogue): string[] {
  const names = categories.map(({ name }) => name);
  return text
    .split(',')
    .filter((name) => name.trim() !== '')
    .map((name) => {
      if (names.includes(name.trim())) return name.trim();
      throw new InputError(`--sets names "${name.trim()}"; it must be of ${names.join(', ')}.`);
    });
}

/** Throws InputError that names the option which is wrong. */
export function trainerOf(options: Options, catalogue: Catalogue): Trainer {
  const kind = options.text('trainer');
  const trees = options.text('trees') === undefined ? undefined : options.number('trees', 1, 10_000);
  if (kind === 'forest')
    return { kind, trees: trees ?? FOREST_TREES, minLeafRows: options.number('min-leaf', 1, 1e6) };
  if (kind !== 'boosting') throw new InputError(`--trainer is "${kind}"; it must be forest or boosting.`);
  const sets = setsOf(options.text('sets') ?? '', catalogue);
  return {
    kind,
    ...(trees !== undefined && { trees }),
    learningRate: options.number('learning-rate', 0.0001, 1),
    maxDepth: options.number('max-depth', 1, 30),
    bags: options.number('bags', 1, MOST_BAGS),
    maxBins: options.number('max-bins', 2, 65_534),
    ...(sets.length > 0 && { sets }),
  };
}
