// Gradient boosting of trees on the log-loss (Friedman 2001; second order as Chen and Guestrin 2016). The model itself,
// and one for each stretch of rows that is held back to be scored, are boosted side by side on worker threads:
// the same seed gives the same model on any number of them.
import type { Ensemble } from '../models/ensemble.ts';
import { joinTrees } from '../models/join-trees.ts';
import { binTable } from './bins.ts';
import type { BoostingMessage, BoostingTask, BoostingWork } from './boosting-worker.ts';
import { runOnThreads } from './task-threads.ts';

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
  const set = { ...BOOSTING_DEFAULTS, ...options };
  const sharedLabels = new Uint8Array(new SharedArrayBuffer(rows));
  sharedLabels.set(labels);
  const work: BoostingWork = {
    table: binTable(values, rows, columns, set.maxBins),
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
    },
    seed: set.seed,
  };
  const held = Math.round((options.earlyStopping?.share ?? 0) * rows);
  const folds = options.folds ?? 0;
  const tasks: BoostingTask[] = [
    { id: 0, from: rows - held, to: rows },
    ...Array.from({ length: folds }, (_, fold) => ({
      id: fold + 1,
      from: Math.floor((fold * rows) / folds),
      to: Math.floor(((fold + 1) * rows) / folds),
    })),
  ];
  const done: Extract<BoostingMessage, { kind: 'done' }>[] = new Array(tasks.length);
  let treesDone = 0;
  await runOnThreads({
    module: new URL('./boosting-worker.ts', import.meta.url),
    workerData: work,
    tasks,
    threads: options.threads,
    onMessage(message: BoostingMessage) {
      if (message.kind === 'tree') options.onProgress?.(++treesDone, work.trees * tasks.length);
      else done[message.id] = message;
      return message.kind === 'done';
    },
  });
  const [{ trees, baseMargin }] = done;
  const outOfFold = folds > 0 ? new Float64Array(rows) : undefined;
  if (outOfFold) for (const { id, margins } of done.slice(1)) outOfFold.set(margins, tasks[id].from);
  // So that the mean of all trees is the whole margin, as it is for a forest.
  const ensemble = joinTrees(trees, columns, (value) => value * trees.length + baseMargin);
  return { ensemble, outOfFold, trees: trees.length };
}
