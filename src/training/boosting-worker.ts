// A worker thread that boosts on some rows of a table, alone or in a team, and scores the rows that were held back.
import { createRandom, type Random } from '../domain/random.ts';
import type { GrownTree } from '../models/join-trees.ts';
import { type BinMessage, type BinnedTable, type BinTask, createBinner, type UnbinnedTable } from './bins.ts';
import { addToOdds, factorOf, multiply } from './boosted-odds.ts';
import {
  type BoostedTree,
  type BoostedTreeOptions,
  createBoostedTreeGrower,
  placeOf,
} from './boosted-tree.ts';
import { meet, shareOf, type Team } from './boosting-team.ts';
import { serveTasks } from './serve-tasks.ts';

export type BoostingWork = {
  readonly unbinned: UnbinnedTable;
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
/** Boosts on all rows but those from `from` (inclusive) to `to` (exclusive). */
export type BoostTask = {
  readonly kind: 'boost';
  readonly id: number;
  readonly from: number;
  readonly to: number;
  readonly table: BinnedTable;
  readonly team: Team;
  /** By row; shared by the team. */
  readonly odds: Float64Array;
  /** Two a row; shared by the team. */
  readonly derivatives: Float32Array;
};
export type BoostingMessage =
  | { readonly kind: 'progress'; readonly id: number; readonly trees: number }
  /** Of the first member of a team. */
  | { readonly kind: 'done'; readonly id: number; readonly trees: readonly GrownTree[]; readonly baseMargin: number }
  | { readonly kind: 'helped'; readonly id: number }; // biome-ignore format: a line a kind

/** A share of the items, in their order; all of them when the share is 1. */
function sample(items: readonly number[], share: number, random: Random): readonly number[] {
  if (share >= 1) return items;
  const taken: number[] = [];
  const wanted = Math.max(1, Math.round(share * items.length));
  for (let i = 0; taken.length < wanted; i++) {
    // Selection sampling (Knuth, The Art of Computer Programming, volume 2, 3.4.2, algorithm S).
    if (random.next() * (items.length - i) < wanted - taken.length) taken.push(items[i]);
  }
  return taken;
}

/**
 * Draws each row with a chance of `share`, by a hash of its number and the salt (the mixer of MurmurHash3): cheap enough
 * for every member of a team to draw for itself. Rows from `from` to `to` are never drawn. Writes the drawn ones and the
 * rest, each in rising order, and gives how many were drawn.
 */
function drawRows(
  count: number,
  { share, salt, from, to }: { share: number; salt: number; from: number; to: number },
  drawn: Uint32Array,
  rest: Uint32Array,
): number {
  const limit = Math.round(share * 2 ** 30);
  let drawnCount = 0;
  let restCount = 0;
  for (let row = 0; row < count; row++) {
    let hash = row ^ salt;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    const taken = +(((hash ^ (hash >>> 16)) & 0x3fffffff) < limit) & (+(row < from) | +(row >= to));
    // Written to both, and counted in one.
    drawn[drawnCount] = row;
    rest[restCount] = row;
    drawnCount += taken;
    restCount += 1 - taken;
  }
  return drawnCount;
}

/** Writes the derivatives of the loss of the rows that stand in `rows` from `from` to `to`. */
function derive(
  { labels, fraudWeight }: BoostingWork,
  odds: Float64Array,
  rows: Uint32Array,
  from: number,
  to: number,
  derivatives: Float32Array,
): void {
  for (let i = from; i < to; i++) {
    const row = rows[i];
    const p = odds[row] / (1 + odds[row]);
    const fraud = labels[row] === 1;
    const w = fraud ? fraudWeight : 1;
    derivatives[2 * row] = fraud ? w * (p - 1) : w * p;
    derivatives[2 * row + 1] = Math.max(w * p * (1 - p), 1e-16);
  }
}

function boost(
  work: BoostingWork,
  { from, to, table, team, odds, derivatives }: BoostTask,
  onTree: (trees: number) => void,
): { trees: readonly GrownTree[]; baseMargin: number } {
  const { labels, fraudWeight, options } = work;
  const { rows: count } = table;
  const grower = createBoostedTreeGrower(table, labels, fraudWeight, options, team);
  const random = createRandom(work.seed, 1);
  let frauds = 0;
  for (let row = 0; row < count; row++) if (row < from || row >= to) frauds += labels[row];
  const weight = count - (to - from) + (fraudWeight - 1) * frauds;
  const rate = Math.min(Math.max((fraudWeight * frauds) / weight, 1e-6), 1 - 1e-6);
  const baseOdds = rate / (1 - rate);
  const baseMargin = Math.log(baseOdds);
  // The odds of these rows are this member's to keep.
  const [first, end] = shareOf(team, count);
  odds.fill(baseOdds, first, end);
  const allColumns = table.codes.map((_, column) => column);
  const rows = new Uint32Array(count + 1);
  const rest = new Uint32Array(count + 1);
  const trees: BoostedTree[] = [];
  let bestLoss = Number.POSITIVE_INFINITY;
  let bestTrees = 0;
  for (let round = 0; round < work.trees; round++) {
    const salt = Math.floor(random.next() * 2 ** 32);
    const drawn = drawRows(count, { share: work.rowShare, salt, from, to }, rows, rest);
    const columns = sample(allColumns, work.columnShare, random);
    derive(work, odds, rows, placeOf(rows, drawn, first), placeOf(rows, drawn, end), derivatives);
    meet(team);
    const grown = grower.grow(rows, drawn, columns, derivatives);
    trees.push(grown);
    for (const { start, end: last, value } of grown.leaves) {
      // Rows of a leaf stand in their order.
      const leafRows = rows.subarray(start, last);
      multiply(
        odds,
        leafRows,
        placeOf(leafRows, leafRows.length, first),
        placeOf(leafRows, leafRows.length, end),
        factorOf(value),
      );
    }
    const others = count - drawn;
    addToOdds(grown, table, odds, rest, placeOf(rest, others, first), placeOf(rest, others, end));
    onTree(trees.length);
    if (work.patience === 0 || to === from) continue;
    meet(team);
    let loss = 0;
    for (let row = from; row < to; row++) {
      loss += (labels[row] ? fraudWeight : 1) * Math.log1p(labels[row] ? 1 / odds[row] : odds[row]);
    }
    meet(team);
    if (loss < bestLoss) {
      bestLoss = loss;
      bestTrees = trees.length;
    } else if (trees.length - bestTrees >= work.patience) break;
  }
  if (work.patience > 0 && to > from) {
    const all = Uint32Array.from({ length: count }, (_, row) => row);
    for (const tree of trees.splice(bestTrees)) addToOdds(tree, table, odds, all, first, end, -1);
  }
  return { trees: trees.map(({ tree }) => tree), baseMargin };
}

/** How often it is told how far boosting is. */
const TELL_MS = 50;
serveTasks<BoostingWork, BoostTask | BinTask, BoostingMessage | BinMessage>((work, tell) => {
  let bin: ReturnType<typeof createBinner> | undefined;
  return (task) => {
    if (task.kind === 'bin') {
      bin ??= createBinner(work.unbinned);
      tell(bin(task));
      return;
    }
    const { id, team } = task;
    const leads = team.member === 0;
    let told = performance.now();
    const done = boost(work, task, (trees) => {
      if (!leads || performance.now() - told < TELL_MS) return;
      told = performance.now();
      tell({ kind: 'progress', id, trees });
    });
    tell(leads ? { kind: 'done', id, ...done } : { kind: 'helped', id });
  };
});
