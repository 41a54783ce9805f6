// Trains a random forest (Breiman 2001) on all cores; the same seed gives the same forest on any of them.
import type { Ensemble } from '../models/ensemble.ts';
import { joinTrees } from '../models/join-trees.ts';
import { type BinMessage, type BinTask, binOnThreads, MAX_BINS, sharedFloats } from './bins.ts';
import type { ForestTask, ForestWork, TreeDone } from './forest-worker.ts';
import { openThreads } from './task-threads.ts';
import type { TreeOptions } from './tree.ts';

export type ForestOptions = {
  readonly trees: number;
  readonly seed: number;
  /** Weight of a fraud row against a genuine one. */
  readonly fraudWeight: number;
  /** Candidate features per node; when absent a third of few columns, the square root of many. */
  readonly featuresPerSplit?: number;
  readonly maxDepth?: number;
  readonly maxLeaves?: number;
  readonly minLeafRows?: number;
  readonly threads?: number;
  /** Score every row by the trees that did not see it. */
  readonly outOfBag?: boolean;
  readonly onProgress?: (treesDone: number, trees: number) => void;
};

export type TrainedForest = {
  readonly ensemble: Ensemble;
  /** Mean score of each training row over the trees that did not see it (NaN where all did). */
  readonly outOfBag: Float64Array | undefined;
  readonly threads: number;
};

/** The square root is usual for classes; with few columns it leaves a node too little to choose from. */
function usualFeaturesPerSplit(columns: number): number {
  const root = Math.sqrt(columns);
  return Math.max(1, Math.floor(Math.max(root, Math.min(columns / 3, 5))));
}

/**
 * Trains on a row-major table of `labels.length` rows × `columns`; NaN is missing. Labels are 0 or 1.
 * Throws when a class is absent: nothing could be learnt.
 */
export async function trainForest(
  values: Float64Array,
  labels: Uint8Array,
  columns: number,
  options: ForestOptions,
): Promise<TrainedForest> {
  const rows = labels.length;
  const frauds = labels.reduce((sum, label) => sum + label, 0);
  if (frauds === 0 || frauds === rows) {
    throw new Error(`cannot train: ${rows} rows hold ${frauds} frauds; both classes are needed`);
  }
  const treeOptions: TreeOptions = {
    featuresPerSplit: options.featuresPerSplit ?? usualFeaturesPerSplit(columns),
    maxDepth: options.maxDepth ?? 100,
    maxLeaves: options.maxLeaves ?? Number.POSITIVE_INFINITY,
    minLeafRows: options.minLeafRows ?? 1,
  };
  const sharedLabels = new Uint8Array(new SharedArrayBuffer(rows));
  sharedLabels.set(labels);
  const work: ForestWork = {
    unbinned: { values: sharedFloats(values), rows, columns, maxBins: MAX_BINS },
    labels: sharedLabels,
    fraudWeight: options.fraudWeight,
    options: treeOptions,
    seed: options.seed,
    wantOutOfBag: options.outOfBag ?? false,
  };
  const grown: TreeDone[] = new Array(options.trees);
  let finished = 0;
  const threads = openThreads<ForestTask | BinTask, TreeDone | BinMessage>(
    new URL('./forest-worker.ts', import.meta.url),
    work,
    options.threads,
  );
  try {
    const table = await binOnThreads(threads, rows, columns);
    const tasks = [...grown.keys()].map((tree): ForestTask => ({ kind: 'tree', tree, table }));
    await threads.run(tasks, (message) => {
      if (message.kind !== 'tree') return false;
      grown[message.tree] = message;
      options.onProgress?.(++finished, options.trees);
      return true;
    });
  } finally {
    await threads.close();
  }
  return {
    ensemble: joinTrees(grown, columns),
    outOfBag: options.outOfBag ? averageOutOfBag(grown, rows) : undefined,
    threads: threads.threads,
  };
}

function averageOutOfBag(grown: readonly TreeDone[], rows: number): Float64Array {
  const sums = new Float64Array(rows);
  const counts = new Uint16Array(rows);
  for (const { outOfBag } of grown) {
    if (!outOfBag) continue;
    for (let row = 0; row < rows; row++) {
      if (Number.isNaN(outOfBag[row])) continue;
      sums[row] += outOfBag[row];
      counts[row]++;
    }
  }
  for (let row = 0; row < rows; row++) sums[row] = counts[row] > 0 ? sums[row] / counts[row] : Number.NaN;
  return sums;
}
