// Gradient boosting of trees on the log-loss (Friedman 2001; second order as Chen and Guestrin 2016). The model itself,
// and one for each stretch of rows that is held back to be scored, are boosted side by side on worker threads, and by
// teams of them where there are more threads than models: the same seed gives the same model on any number of them.
import { type Ensemble, SET_SIZE } from '../models/ensemble.ts';
import { joinTrees } from '../models/join-trees.ts';
import { type BinMessage, type BinTask, binOnThreads, sharedFloats } from './bins.ts';
import { createTeamMemory } from './boosting-team.ts';
import type { BoostingMessage, BoostingWork, BoostTask } from './boosting-worker.ts';
import { openThreads } from './task-threads.ts';

export type BoostingOptions = {
  readonly trees?: number;
  readonly seed: number;
  /** Weight of a fraud row against a genuine one. */
  readonly fraudWeight: number;
  readonly learningRate?: number;
  readonly maxDepth?: number;
  readonly maxLeaves?: number;
  readonly minChildWeight?: number;
  readonly lambda?: number;
  readonly minGain?: number;
  /** Shares of the rows and of the columns that each tree is grown on. */
  readonly rowShare?: number;
  readonly columnShare?: number;
  /** Values of a column are told apart in so many steps at most. */
  readonly maxBins?: number;
  /** Per column: 1 for a score that may only rise with it, −1 for one that may only fall, 0 for either. */
  readonly monotone?: readonly (-1 | 0 | 1)[];
  /** Columns of categories, numbered from 0 to 63, each of which occurs: they are split by sets. */
  readonly categorical?: readonly number[];
  /**
   * The last rows are held back, and trees end where they stop getting better on them: `share` of the rows, so many
   * trees of `patience`. Without it all trees are grown.
   */
  readonly earlyStopping?: { readonly share: number; readonly patience: number };
  /** Stretches of rows that are scored by models that did not see them; 0 for none. */
  readonly folds?: number;
  readonly threads?: number;
  readonly onProgress?: (treesDone: number, trees: number) => void;
};

export type Boosted = {
  /** The mean of its trees is the log-odds of fraud. */
  readonly ensemble: Ensemble;
  /** Log-odds of each row from a model that did not see it; undefined without folds. */
  readonly outOfFold: Float64Array | undefined;
  readonly trees: number;
};

export const BOOSTING_DEFAULTS = {
  trees: 200,
  learningRate: 0.05,
  maxDepth: 4,
  maxLeaves: 256,
  minChildWeight: 1,
  lambda: 1,
  minGain: 0,
  rowShare: 0.5,
  columnShare: 1,
  maxBins: 4096,
} as const;

/**
 * Boosts on a row-major table of `labels.length` rows × `columns` in time order; NaN is missing. Labels are 0 or 1.
 * Throws when a class is absent.
 */
export async function trainBoosting(
  values: Float64Array,
  labels: Uint8Array,
  columns: number,
  options: BoostingOptions,
): Promise<Boosted> {
  const rows = labels.length;
  const frauds = labels.reduce((sum, label) => sum + label, 0);
  if (frauds === 0 || frauds === rows) {
    throw new Error(`cannot train: ${rows} rows hold ${frauds} frauds; both classes are needed`);
  }
  const work = workOf(values, labels, columns, options);
  const held = Math.round((options.earlyStopping?.share ?? 0) * rows);
  const folds = options.folds ?? 0;
  const models = [{ id: 0, from: rows - held, to: rows }, ...foldsOf(rows, folds)];
  const odds: Float64Array[] = new Array(models.length);
  const results = collectResults(models.length, work.trees, options.onProgress);
  const threads = openThreads<BoostTask | BinTask, BoostingMessage | BinMessage>(
    new URL('./boosting-worker.ts', import.meta.url),
    work,
    options.threads,
  );
  try {
    const table = await binOnThreads(threads, rows, columns);
    const tasksOf = (model: HeldOut, size: number): BoostTask[] => {
      const memory = createTeamMemory(size);
      odds[model.id] = new Float64Array(new SharedArrayBuffer(8 * rows));
      const derivatives = new Float32Array(new SharedArrayBuffer(4 * 2 * rows));
      return Array.from({ length: size }, (_, member) => ({
        kind: 'boost',
        ...model,
        table,
        team: { member, size, memory },
        odds: odds[model.id],
        derivatives,
      }));
    };
    // A thread a model as long as every thread has one; what is left over is grown by teams.
    const left = models.length % threads.threads;
    const alone = models.slice(0, models.length - left);
    await threads.run(
      alone.flatMap((model) => tasksOf(model, 1)),
      results.onMessage,
    );
    const size = Math.min(columns, Math.floor(threads.threads / Math.max(1, left)));
    await threads.run(
      models.slice(alone.length).flatMap((model) => tasksOf(model, size)),
      results.onMessage,
    );
  } finally {
    await threads.close();
  }
  const [{ trees, baseMargin }] = results.done;
  const outOfFold = folds > 0 ? new Float64Array(rows) : undefined;
  if (outOfFold)
    for (const { id, from, to } of models.slice(1))
      outOfFold.set(odds[id].subarray(from, to).map(Math.log), from);
  // So that the mean of all trees is the whole margin, as it is for a forest.
  const ensemble = joinTrees(trees, columns, (value) => value * trees.length + baseMargin);
  return { ensemble, outOfFold, trees: trees.length };
}

/** A model that does not see the rows from `from` (inclusive) to `to` (exclusive). */
type HeldOut = { readonly id: number; readonly from: number; readonly to: number };

const foldsOf = (rows: number, folds: number): HeldOut[] =>
  Array.from({ length: folds }, (_, fold) => ({
    id: fold + 1,
    from: Math.floor((fold * rows) / folds),
    to: Math.floor(((fold + 1) * rows) / folds),
  }));

/** What every thread works with. */
function workOf(
  values: Float64Array,
  labels: Uint8Array,
  columns: number,
  options: BoostingOptions,
): BoostingWork {
  const set = { ...BOOSTING_DEFAULTS, ...options };
  const rows = labels.length;
  const sharedLabels = new Uint8Array(new SharedArrayBuffer(rows));
  sharedLabels.set(labels);
  // Each category keeps a code of its own.
  const maxBins = options.categorical?.length ? Math.max(set.maxBins, SET_SIZE) : set.maxBins;
  return {
    unbinned: { values: sharedFloats(values), rows, columns, maxBins },
    labels: sharedLabels,
    fraudWeight: set.fraudWeight,
    trees: set.trees,
    rowShare: set.rowShare,
    columnShare: set.columnShare,
    patience: options.earlyStopping?.patience ?? 0,
    options: {
      maxDepth: set.maxDepth,
      maxLeaves: set.maxLeaves,
      minChildWeight: set.minChildWeight,
      lambda: set.lambda,
      minGain: set.minGain,
      learningRate: set.learningRate,
      monotone: Int8Array.from(options.monotone ?? new Array<number>(columns).fill(0)),
      categorical: Uint8Array.from({ length: columns }, (_, column) =>
        options.categorical?.includes(column) ? 1 : 0,
      ),
    },
    seed: set.seed,
  };
}

/** What threads say of the models, by model. */
function collectResults(models: number, trees: number, onProgress: BoostingOptions['onProgress']) {
  const done: Extract<BoostingMessage, { kind: 'done' }>[] = new Array(models);
  const treesDone = new Array<number>(models).fill(0);
  const onMessage = (message: BoostingMessage | BinMessage): boolean => {
    if (message.kind === 'progress' || message.kind === 'done') {
      treesDone[message.id] = message.kind === 'done' ? trees : message.trees;
      onProgress?.(
        treesDone.reduce((sum, so) => sum + so, 0),
        trees * models,
      );
    }
    if (message.kind === 'done') done[message.id] = message;
    return message.kind !== 'progress';
  };
  return { done, onMessage };
}
