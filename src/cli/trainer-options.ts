// How a model is to be trained, as options of a command.
import { InputError } from '../domain/input-error.ts';
import type { Trainer } from '../training/train-model.ts';
import type { OptionSpec, Options } from './options.ts';

const FOREST_TREES = 100;

export const TRAINER_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  trainer: { type: 'string', default: 'forest', help: 'forest | boosting' },
  trees: { type: 'string', value: 'N', help: 'trees; 100 in a forest, 200 when boosting, where not said' },
  'fraud-weight': { type: 'string', value: 'W', default: '1', help: 'weight of a fraud row in training' },
  'min-leaf': { type: 'string', value: 'N', default: '1', help: 'forest: least rows in a leaf' },
  'learning-rate': {
    type: 'string',
    value: 'R',
    default: '0.05',
    help: 'boosting: share of a tree that counts',
  },
  'max-depth': { type: 'string', value: 'N', default: '4', help: 'boosting: depth of a tree' },
  'max-bins': {
    type: 'string',
    value: 'N',
    default: '4096',
    help: 'boosting: steps a column is told apart in',
  },
};

/** Throws InputError that names the option which is wrong. */
export function trainerOf(options: Options): Trainer {
  const kind = options.text('trainer');
  const trees = options.text('trees') === undefined ? undefined : options.number('trees', 1, 10_000);
  if (kind === 'forest')
    return { kind, trees: trees ?? FOREST_TREES, minLeafRows: options.number('min-leaf', 1, 1e6) };
  if (kind !== 'boosting') throw new InputError(`--trainer is "${kind}"; it must be forest or boosting.`);
  return {
    kind,
    ...(trees !== undefined && { trees }),
    learningRate: options.number('learning-rate', 0.0001, 1),
    maxDepth: options.number('max-depth', 1, 30),
    maxBins: options.number('max-bins', 2, 65_534),
  };
}
