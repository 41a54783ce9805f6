// A worker thread that grows some trees of a forest and scores the rows each of them did not see.
import { createRandom } from '../domain/random.ts';
import { createEnsemble, predictMean } from '../models/ensemble.ts';
import { type BinMessage, type BinnedTable, type BinTask, createBinner, type UnbinnedTable } from './bins.ts';
import { serveTasks } from './serve-tasks.ts';
import { createTreeGrower, type TreeOptions } from './tree.ts';

export type ForestWork = {
  /** Its values also score what a tree did not see. */
  readonly unbinned: UnbinnedTable;
  readonly labels: Uint8Array;
  readonly fraudWeight: number;
  readonly options: TreeOptions;
  readonly seed: number;
  readonly wantOutOfBag: boolean;
};
export type ForestTask = { readonly kind: 'tree'; readonly tree: number; readonly table: BinnedTable };
export type TreeDone = {
  readonly kind: 'tree';
  readonly tree: number;
  readonly bytes: ArrayBuffer;
  readonly cover: Float64Array;
  /** Leaf value of each row not in the sample; NaN for the others. */
  readonly outOfBag: Float32Array | undefined;
};

serveTasks<ForestWork, ForestTask | BinTask, TreeDone | BinMessage>((work, tell) => {
  const { values, columns } = work.unbinned;
  let bin: ReturnType<typeof createBinner> | undefined;
  let growTree: ReturnType<typeof createTreeGrower> | undefined;
  return (task) => {
    if (task.kind === 'bin') {
      bin ??= createBinner(work.unbinned);
      tell(bin(task));
      return;
    }
    const { tree, table } = task;
    growTree ??= createTreeGrower(table, work.labels, work.fraudWeight);
    const inBag = work.wantOutOfBag ? new Uint8Array(table.rows) : undefined;
    const { bytes, cover } = growTree(work.options, createRandom(work.seed, tree), inBag);
    let outOfBag: Float32Array | undefined;
    if (inBag) {
      const single = createEnsemble(bytes, cover, new Int32Array(1), columns);
      outOfBag = new Float32Array(table.rows);
      for (let row = 0; row < table.rows; row++) {
        outOfBag[row] = inBag[row] ? Number.NaN : predictMean(single, values, row * columns);
      }
    }
    const done: TreeDone = { kind: 'tree', tree, bytes, cover, outOfBag };
    tell(done, outOfBag ? [bytes, outOfBag.buffer as ArrayBuffer] : [bytes]);
  };
});
