// A worker thread that grows some trees of a forest and scores the rows each of them did not see.
import { parentPort, workerData } from 'node:worker_threads';
import { createRandom } from '../domain/random.ts';
import { createEnsemble, predictMean } from '../models/ensemble.ts';
import type { BinnedTable } from './bins.ts';
import { createTreeGrower, type TreeOptions } from './tree.ts';

export type ForestWork = {
  readonly table: BinnedTable;
  /** The same rows as values, for scoring what a tree did not see; row-major. */
  readonly values: Float64Array;
  readonly labels: Uint8Array;
  readonly fraudWeight: number;
  readonly options: TreeOptions;
  readonly seed: number;
  readonly wantOutOfBag: boolean;
};
export type TreeDone = {
  readonly tree: number;
  readonly bytes: ArrayBuffer;
  readonly cover: Float64Array;
  /** Leaf value of each row not in the sample; NaN for the others. */
  readonly outOfBag: Float32Array | undefined;
};

const work = workerData as ForestWork;
const port = parentPort;
if (!port) throw new Error('forest-worker runs as a worker thread');
const growTree = createTreeGrower(work.table, work.labels, work.fraudWeight);
const columns = work.table.codes.length;

port.on('message', (tree: number) => {
  const inBag = work.wantOutOfBag ? new Uint8Array(work.table.rows) : undefined;
  const { bytes, cover } = growTree(work.options, createRandom(work.seed, tree), inBag);
  let outOfBag: Float32Array | undefined;
  if (inBag) {
    const single = createEnsemble(bytes, cover, new Int32Array(1), columns);
    outOfBag = new Float32Array(work.table.rows);
    for (let row = 0; row < work.table.rows; row++) {
      outOfBag[row] = inBag[row] ? Number.NaN : predictMean(single, work.values, row * columns);
    }
  }
  const done: TreeDone = { tree, bytes, cover, outOfBag };
  port.postMessage(done, outOfBag ? [bytes, outOfBag.buffer as ArrayBuffer] : [bytes]);
});
