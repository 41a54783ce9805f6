// Grows one decision tree on a binned table: bootstrap sample, random features per node, Gini impurity.
// Large nodes count a histogram over all codes; small nodes sort their few codes instead.
import type { Random } from '../domain/random.ts';
import { MISSING_LEFT } from '../models/ensemble.ts';
import { type GrownTree, packTree } from '../models/join-trees.ts';
import type { BinnedTable } from './bins.ts';

export type TreeOptions = {
  /** Candidate features per node. */
  readonly featuresPerSplit: number;
  readonly maxDepth: number;
  /** Leaves at most; when bounded, the split that gains most is made first. */
  readonly maxLeaves: number;
  readonly minLeafRows: number;
};

type Split = { gain: number; feature: number; code: number; missingLeft: boolean };
type OpenNode = {
  readonly node: number;
  readonly start: number;
  readonly end: number;
  readonly depth: number;
  readonly genuine: number;
  readonly fraud: number;
  readonly split: Split;
};

/** Reusable buffers for growing many trees on one table. */
export function createTreeGrower(table: BinnedTable, labels: Uint8Array, fraudWeight: number) {
  const columns = table.codes.length;
  const maxCodes = Math.max(...table.thresholds.map((limits) => limits.length));
  const genuineByCode = new Float64Array(maxCodes + 1);
  const fraudByCode = new Float64Array(maxCodes + 1);
  const rows = new Uint32Array(table.rows);
  const spare = new Uint32Array(table.rows);
  const weights = new Float32Array(table.rows);
  const sortKeys = new Uint32Array(65_536);
  const sortSpare = new Uint32Array(65_536);
  const counts = new Uint32Array(256);
  const order = new Int32Array(columns);

  const gini = (genuine: number, fraud: number): number => {
    const total = genuine + fraud;
    return total > 0 ? (2 * genuine * fraud) / total : 0;
  };

  /** Scans codes in rising order and keeps the best cut. `next` gives code after code through the arrays. */
  function scan(
    best: Split,
    feature: number,
    codesInOrder: Uint16Array | null,
    length: number,
    genuine: number,
    fraud: number,
    minLeafWeight: number,
  ): boolean {
    const missingGenuine = genuineByCode[0];
    const missingFraud = fraudByCode[0];
    const hasMissing = missingGenuine + missingFraud > 0;
    const parent = gini(genuine, fraud);
    let leftGenuine = 0;
    let leftFraud = 0;
    let varies = false;
    for (let i = hasMissing && codesInOrder === null ? 0 : codesInOrder ? 0 : 1; i < length; i++) {
      const code = codesInOrder ? codesInOrder[i] : i;
      const g = genuineByCode[code];
      const f = fraudByCode[code];
      if (g + f === 0) continue;
      // A cut after this code: everything up to it goes left, missing values with the left.
      leftGenuine += g;
      leftFraud += f;
      const rightGenuine = genuine - leftGenuine;
      const rightFraud = fraud - leftFraud;
      if (rightGenuine + rightFraud < 1e-9) break;
      varies = true;
      if (leftGenuine + leftFraud >= minLeafWeight && rightGenuine + rightFraud >= minLeafWeight) {
        const gain = parent - gini(leftGenuine, leftFraud) - gini(rightGenuine, rightFraud);
        if (gain > best.gain + 1e-12) {
          best.gain = gain;
          best.feature = feature;
          best.code = code;
          best.missingLeft = hasMissing;
        }
      }
      if (hasMissing && code > 0) {
        // The same cut with missing values on the right.
        const g2 = leftGenuine - missingGenuine;
        const f2 = leftFraud - missingFraud;
        if (
          g2 + f2 >= minLeafWeight &&
          rightGenuine + missingGenuine + rightFraud + missingFraud >= minLeafWeight
        ) {
          const gain = parent - gini(g2, f2) - gini(rightGenuine + missingGenuine, rightFraud + missingFraud);
          if (gain > best.gain + 1e-12) {
            best.gain = gain;
            best.feature = feature;
            best.code = code;
            best.missingLeft = false;
          }
        }
      }
    }
    return varies;
  }

  const smallCodes = new Uint16Array(65_536);

  /** Sorts the node's codes (radix, two passes of 8 bits) and sums weights per distinct code. */
  function gatherSorted(codes: Uint16Array, start: number, end: number): number {
    const n = end - start;
    for (let i = 0; i < n; i++) sortKeys[i] = codes[rows[start + i]] | (i << 16);
    if (n <= 24) {
      for (let i = 1; i < n; i++) {
        const key = sortKeys[i];
        const code = key & 0xffff;
        let j = i - 1;
        while (j >= 0 && (sortKeys[j] & 0xffff) > code) {
          sortKeys[j + 1] = sortKeys[j];
          j--;
        }
        sortKeys[j + 1] = key;
      }
    } else {
      let from = sortKeys;
      let to = sortSpare;
      for (let shift = 0; shift < 16; shift += 8) {
        counts.fill(0);
        for (let i = 0; i < n; i++) counts[(from[i] >>> shift) & 255]++;
        let total = 0;
        for (let b = 0; b < 256; b++) {
          const c = counts[b];
          counts[b] = total;
          total += c;
        }
        for (let i = 0; i < n; i++) to[counts[(from[i] >>> shift) & 255]++] = from[i];
        const swap = from;
        from = to;
        to = swap;
      }
    }
    let distinct = 0;
    let previous = -1;
    for (let i = 0; i < n; i++) {
      const code = sortKeys[i] & 0xffff;
      const row = rows[start + (sortKeys[i] >>> 16)];
      if (code !== previous) {
        smallCodes[distinct++] = code;
        genuineByCode[code] = 0;
        fraudByCode[code] = 0;
        previous = code;
      }
      if (labels[row]) fraudByCode[code] += weights[row];
      else genuineByCode[code] += weights[row];
    }
    return distinct;
  }

  function findSplit(
    start: number,
    end: number,
    genuine: number,
    fraud: number,
    random: Random,
    options: TreeOptions,
  ): Split {
    const best: Split = { gain: 1e-12, feature: -1, code: 0, missingLeft: false };
    for (let i = 0; i < columns; i++) order[i] = i;
    const n = end - start;
    let tried = 0;
    for (let i = 0; i < columns && tried < options.featuresPerSplit; i++) {
      const pick = i + random.below(columns - i);
      const feature = order[pick];
      order[pick] = order[i];
      order[i] = feature;
      const codes = table.codes[feature];
      const codeCount = table.thresholds[feature].length;
      let varies: boolean;
      if (n < 65_536 && n * 6 < codeCount) {
        genuineByCode[0] = 0;
        fraudByCode[0] = 0;
        const distinct = gatherSorted(codes, start, end);
        varies = scan(best, feature, smallCodes, distinct, genuine, fraud, options.minLeafRows);
      } else {
        genuineByCode.fill(0, 0, codeCount);
        fraudByCode.fill(0, 0, codeCount);
        for (let r = start; r < end; r++) {
          const row = rows[r];
          if (labels[row]) fraudByCode[codes[row]] += weights[row];
          else genuineByCode[codes[row]] += weights[row];
        }
        varies = scan(best, feature, null, codeCount, genuine, fraud, options.minLeafRows);
      }
      // A feature that is constant here does not use up one of the tries.
      if (varies) tried++;
    }
    return best;
  }

  /** Grows a tree on a bootstrap sample; `inBag`, when given, is set to 1 for the rows that were drawn. */
  return function growTree(options: TreeOptions, random: Random, inBag?: Uint8Array): GrownTree {
    const draws = new Uint16Array(table.rows);
    for (let i = 0; i < table.rows; i++) draws[random.below(table.rows)]++;
    let used = 0;
    let rootGenuine = 0;
    let rootFraud = 0;
    for (let row = 0; row < table.rows; row++) {
      if (inBag) inBag[row] = draws[row] > 0 ? 1 : 0;
      if (draws[row] === 0) continue;
      rows[used++] = row;
      weights[row] = draws[row] * (labels[row] ? fraudWeight : 1);
      if (labels[row]) rootFraud += weights[row];
      else rootGenuine += weights[row];
    }
    const ints: number[] = [];
    const values: number[] = [];
    const cover: number[] = [];
    const addNode = (genuine: number, fraud: number): number => {
      ints.push(-1, 0);
      values.push(fraud / Math.max(genuine + fraud, 1e-12));
      cover.push(genuine + fraud);
      return values.length - 1;
    };
    const open: OpenNode[] = [];
    const consider = (
      node: number,
      start: number,
      end: number,
      depth: number,
      genuine: number,
      fraud: number,
    ): void => {
      if (depth >= options.maxDepth || genuine < 1e-9 || fraud < 1e-9 || end - start < 2) return;
      const split = findSplit(start, end, genuine, fraud, random, options);
      if (split.feature >= 0) open.push({ node, start, end, depth, genuine, fraud, split });
    };
    consider(addNode(rootGenuine, rootFraud), 0, used, 0, rootGenuine, rootFraud);
    const bounded = Number.isFinite(options.maxLeaves);
    let leaves = 1;
    while (open.length > 0 && leaves < options.maxLeaves) {
      let pick = open.length - 1;
      if (bounded)
        for (let i = 0; i < open.length; i++) if (open[i].split.gain > open[pick].split.gain) pick = i;
      const { node, start, end, depth, genuine, fraud, split } = open[pick];
      open[pick] = open[open.length - 1];
      open.pop();
      leaves++;
      const codes = table.codes[split.feature];
      let left = start;
      let right = 0;
      let leftGenuine = 0;
      let leftFraud = 0;
      for (let r = start; r < end; r++) {
        const row = rows[r];
        const code = codes[row];
        if (code === 0 ? split.missingLeft : code <= split.code) {
          rows[left++] = row;
          if (labels[row]) leftFraud += weights[row];
          else leftGenuine += weights[row];
        } else spare[right++] = row;
      }
      for (let i = 0; i < right; i++) rows[left + i] = spare[i];
      const leftNode = addNode(leftGenuine, leftFraud);
      const rightNode = addNode(genuine - leftGenuine, fraud - leftFraud);
      ints[2 * node] = split.feature | (split.missingLeft ? MISSING_LEFT : 0);
      ints[2 * node + 1] = leftNode;
      values[node] = table.thresholds[split.feature][split.code];
      consider(leftNode, start, left, depth + 1, leftGenuine, leftFraud);
      consider(rightNode, left, end, depth + 1, genuine - leftGenuine, fraud - leftFraud);
    }
    return packTree(ints, values, cover);
  };
}
