// Brings the values of a grown tree into the odds of rows of the binned table it was grown on. A value that is added to the
// log-odds multiplies the odds: one exponential a leaf, none a row.
import { BY_SET, MISSING_LEFT, SET_SIZE } from '../models/ensemble.ts';
import type { BinnedTable } from './bins.ts';
import type { BoostedTree } from './boosted-tree.ts';
import { membership } from './category-sets.ts';

/** Far from where a double ends, and from what any score needs. */
const MOST = 1e300;

/** What a leaf of this value multiplies odds by. */
export const factorOf = (value: number): number => Math.exp(value);

/** Multiplies the odds of the rows that stand in `rows` from `from` to `to`. */
export function multiply(
  odds: Float64Array,
  rows: Uint32Array,
  from: number,
  to: number,
  factor: number,
): void {
  for (let i = from; i < to; i++) odds[rows[i]] = bounded(odds[rows[i]] * factor);
}

const bounded = (odds: number): number => Math.min(MOST, Math.max(1 / MOST, odds));

/** Brings a tree's values, `sign` times, into the odds of the rows that stand in `rows` from `from` to `to`. */
export function addToOdds(
  { tree, codes: lastLeft }: BoostedTree,
  table: BinnedTable,
  odds: Float64Array,
  rows: Uint32Array,
  from: number,
  to: number,
  sign: 1 | -1 = 1,
): void {
  const { allCodes } = table;
  const packed = new Int32Array(tree.bytes);
  const floats = new Float64Array(tree.bytes);
  const factors = Float64Array.from(tree.cover, (_, node) =>
    packed[4 * node] < 0 ? factorOf(sign * floats[2 * node + 1]) : 1,
  );
  /** By code of the nodes that split by a set. */
  const sides = new Map<number, Uint8Array>();
  for (let node = 0; node < tree.cover.length; node++) {
    const head = packed[4 * node];
    if (head < 0 || (head & BY_SET) === 0) continue;
    const set = { low: packed[4 * node + 2], high: packed[4 * node + 3] };
    sides.set(node, membership(set, (head & MISSING_LEFT) !== 0, SET_SIZE + 1));
  }
  if (sides.size > 0) {
    for (let i = from; i < to; i++) {
      const row = rows[i];
      let node = 0;
      for (let head = packed[0]; head >= 0; head = packed[4 * node]) {
        const code = allCodes[(head & 0xffff) * table.rows + row];
        const side = sides.get(node);
        const shift = (head & MISSING_LEFT) !== 0 ? 0 : 1;
        const right = side ? 1 - side[code] : +(((code - shift) & 0xffff) > lastLeft[node] - shift);
        node = packed[4 * node + 1] + right;
      }
      odds[row] = bounded(odds[row] * factors[node]);
    }
    return;
  }
  const count = tree.cover.length;
  // Four numbers a node: where its column's codes begin, what is taken off a code, the limit, the left child. A leaf
  // is its own child.
  const nodes = new Int32Array(4 * count);
  for (let node = 0; node < count; node++) {
    const isLeaf = packed[4 * node] < 0;
    const shift = (packed[4 * node] & MISSING_LEFT) !== 0 ? 0 : 1;
    nodes[4 * node] = isLeaf ? 0 : (packed[4 * node] & 0xffff) * table.rows;
    nodes[4 * node + 1] = shift;
    nodes[4 * node + 2] = isLeaf ? 0xffff : lastLeft[node] - shift;
    nodes[4 * node + 3] = isLeaf ? node : packed[4 * node + 1];
  }
  let i = from;
  for (; i + 3 < to; i += 4) {
    const rowA = rows[i];
    const rowB = rows[i + 1];
    const rowC = rows[i + 2];
    const rowD = rows[i + 3];
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (;;) {
      const nextA = nodes[a + 3] + +(((allCodes[nodes[a] + rowA] - nodes[a + 1]) & 0xffff) > nodes[a + 2]);
      const nextB = nodes[b + 3] + +(((allCodes[nodes[b] + rowB] - nodes[b + 1]) & 0xffff) > nodes[b + 2]);
      const nextC = nodes[c + 3] + +(((allCodes[nodes[c] + rowC] - nodes[c + 1]) & 0xffff) > nodes[c + 2]);
      const nextD = nodes[d + 3] + +(((allCodes[nodes[d] + rowD] - nodes[d + 1]) & 0xffff) > nodes[d + 2]);
      const moved = (4 * nextA - a) | (4 * nextB - b) | (4 * nextC - c) | (4 * nextD - d);
      if (moved === 0) break;
      a = 4 * nextA;
      b = 4 * nextB;
      c = 4 * nextC;
      d = 4 * nextD;
    }
    odds[rowA] = bounded(odds[rowA] * factors[a >> 2]);
    odds[rowB] = bounded(odds[rowB] * factors[b >> 2]);
    odds[rowC] = bounded(odds[rowC] * factors[c >> 2]);
    odds[rowD] = bounded(odds[rowD] * factors[d >> 2]);
  }
  for (; i < to; i++) {
    const row = rows[i];
    let node = 0;
    for (;;) {
      const next =
        4 *
        (nodes[node + 3] + +(((allCodes[nodes[node] + row] - nodes[node + 1]) & 0xffff) > nodes[node + 2]));
      if (next === node) break;
      node = next;
    }
    odds[row] = bounded(odds[row] * factors[node >> 2]);
  }
}
