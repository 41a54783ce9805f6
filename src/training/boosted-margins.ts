// Adds the values of a grown tree to the margins of rows of the binned table it was grown on.
import { BY_SET, MISSING_LEFT, SET_SIZE } from '../models/ensemble.ts';
import type { BinnedTable } from './bins.ts';
import type { BoostedTree } from './boosted-tree.ts';
import { membership } from './category-sets.ts';

/** Adds a tree's values, `sign` times, to the margins of the rows that stand in `rows` from `from` to `to`. */
export function addToMargins(
  { tree, codes: lastLeft }: BoostedTree,
  table: BinnedTable,
  margins: Float64Array,
  rows: Uint32Array,
  from: number,
  to: number,
  sign: 1 | -1 = 1,
): void {
  const { allCodes } = table;
  const packed = new Int32Array(tree.bytes);
  const floats = new Float64Array(tree.bytes);
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
      margins[row] += sign * floats[2 * node + 1];
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
    margins[rowA] += sign * floats[a / 2 + 1];
    margins[rowB] += sign * floats[b / 2 + 1];
    margins[rowC] += sign * floats[c / 2 + 1];
    margins[rowD] += sign * floats[d / 2 + 1];
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
    margins[row] += sign * floats[node / 2 + 1];
  }
}
