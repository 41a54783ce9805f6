// A worker thread that boosts on some rows of a table, and scores the rows that were held back.
import { parentPort, workerData } from 'node:worker_threads';
import { createRandom, type Random } from '../domain/random.ts';
import type { GrownTree } from '../models/join-trees.ts';
import type { BinnedTable } from './bins.ts';
import { type BoostedTreeOptions, createBoostedTreeGrower, valuesByCodes } from './boosted-tree.ts';

export type BoostingWork = {
  readonly table: BinnedTable;
  readonly labels: Uint8Array;
  readonly fraudWeight: number;
  readonly trees: number;
  readonly rowShare: number;
  readonly columnShare: number;
  /** Trees without progress on the held-out rows after which the rest is left out; 0 for never. */
  readonly patience: number;
  readonly options: BoostedTreeOptions;
  readonly seed: number;
};
/** Rows from `from` (inclusive) to `to` (exclusive) are held back. */
export type BoostingTask = { readonly id: number; readonly from: number; readonly to: number };
export type BoostingMessage =
  | { readonly kind: 'tree'; readonly id: number }
  | {
      readonly kind: 'done';
      readonly id: number;
      readonly trees: readonly GrownTree[];
      readonly baseMargin: number;
      /** Margins of the rows held back. */
      readonly margins: Float64Array;
    };

/** A share of the items, in their order; all of them when the share is 1. */
function sample(items: Uint32Array, share: number, random: Random): Uint32Array {
  if (share >= 1) return items.slice();
  const taken = new Uint32Array(Math.max(1, Math.round(share * items.length)));
  let count = 0;
  for (let i = 0; count < taken.length; i++) {
    // Selection sampling (Knuth, The Art of Computer Programming, volume 2, 3.4.2, algorithm S).
    if (random.next() * (items.length - i) < taken.length - count) taken[count++] = items[i];
  }
  return taken;
}

function boost(
  work: BoostingWork,
  { from, to }: BoostingTask,
  onTree: () => void,
): { trees: GrownTree[]; baseMargin: number; margins: Float64Array } {
  const { table, labels, fraudWeight, options } = work;
  const grower = createBoostedTreeGrower(table, options);
  const random = createRandom(work.seed, 1);
  const { rows: count } = table;
  const trainRows = new Uint32Array(count - (to - from));
  for (let row = 0, i = 0; row < count; row++) if (row < from || row >= to) trainRows[i++] = row;
  const weights = new Float64Array(count);
  let frauds = 0;
  let total = 0;
  for (let row = 0; row < count; row++) weights[row] = labels[row] ? fraudWeight : 1;
  for (const row of trainRows) {
    total += weights[row];
    if (labels[row]) frauds += weights[row];
  }
  const rate = Math.min(Math.max(frauds / total, 1e-6), 1 - 1e-6);
  const baseMargin = Math.log(rate / (1 - rate));
  const margins = new Float64Array(count).fill(baseMargin);
  const gradients = new Float64Array(count);
  const hessians = new Float64Array(count);
  const allColumns = Uint32Array.from(table.codes, (_, column) => column);
  const used = new Uint8Array(count);
  const trees: GrownTree[] = [];
  let bestLoss = Number.POSITIVE_INFINITY;
  let bestTrees = 0;
  for (let round = 0; round < work.trees; round++) {
    const rows = work.rowShare < 1 ? sample(trainRows, work.rowShare, random) : trainRows;
    const columns = [...sample(allColumns, work.columnShare, random)];
    for (const row of rows) {
      const p = 1 / (1 + Math.exp(-margins[row]));
      gradients[row] = weights[row] * (p - labels[row]);
      hessians[row] = Math.max(weights[row] * p * (1 - p), 1e-16);
    }
    if (work.rowShare < 1) {
      used.fill(0);
      for (const row of rows) used[row] = 1;
    }
    const tree = grower.grow(rows, columns, { gradients, hessians }, weights, margins);
    trees.push(tree);
    const stepOf = valuesByCodes(tree, table);
    if (work.rowShare < 1) {
      for (const row of trainRows) if (!used[row]) margins[row] += stepOf(row);
    }
    for (let row = from; row < to; row++) margins[row] += stepOf(row);
    onTree();
    if (work.patience === 0 || to === from) continue;
    let loss = 0;
    for (let row = from; row < to; row++) {
      loss += weights[row] * Math.log1p(Math.exp(labels[row] ? -margins[row] : margins[row]));
    }
    if (loss < bestLoss) {
      bestLoss = loss;
      bestTrees = trees.length;
    } else if (trees.length - bestTrees >= work.patience) break;
  }
  if (work.patience > 0 && to > from) {
    for (const tree of trees.splice(bestTrees)) {
      const stepOf = valuesByCodes(tree, table);
      for (let row = from; row < to; row++) margins[row] -= stepOf(row);
    }
  }
  return { trees, baseMargin, margins: margins.slice(from, to) };
}

const port = parentPort;
if (!port) throw new Error('boosting-worker runs as a worker thread');
const work = workerData as BoostingWork;
port.on('message', (task: BoostingTask) => {
  const tell = (message: BoostingMessage): void => port.postMessage(message);
  const done = boost(work, task, () => tell({ kind: 'tree', id: task.id }));
  tell({ kind: 'done', id: task.id, ...done });
});
