// The best split of a node of a tree by Gini impurity, among features drawn at random. Large nodes count a histogram over all
// codes; small nodes sort their few codes instead.
import type { Random } from '../domain/random.ts';
import type { BinnedTable } from './bins.ts';
import { type CodeSort, createCodeSort, MAX_SORTED } from './code-sort.ts';

export type Weights = { readonly genuine: number; readonly fraud: number };
/** Where a node's rows stand in the sample, and what they weigh. */
export type NodeRows = Weights & { readonly start: number; readonly end: number };

/** The rows a tree is grown on, in an order that changes, and by row its weight and label. */
export type Sample = {
  readonly rows: Uint32Array;
  readonly weights: Float32Array;
  readonly labels: Uint8Array;
};

/** Codes up to `code` go left; −1 for the feature while there is none. */
export type GiniSplit = { gain: number; feature: number; code: number; missingLeft: boolean };

export type GiniSearch = (
  node: NodeRows,
  random: Random,
  limits: { readonly featuresPerSplit: number; readonly minLeafRows: number },
) => GiniSplit;

type WeightsByCode = { readonly genuine: Float64Array; readonly fraud: Float64Array };

/** Looks in the rows of the sample as they stand when it is asked. */
export function createGiniSearch(table: BinnedTable, sample: Sample): GiniSearch {
  const columns = table.codes.length;
  const maxCodes = Math.max(...table.thresholds.map((limits) => limits.length));
  const byCode: WeightsByCode = {
    genuine: new Float64Array(maxCodes + 1),
    fraud: new Float64Array(maxCodes + 1),
  };
  const sort = createCodeSort();
  const fewCodes = new Uint16Array(MAX_SORTED);
  const order = new Int32Array(columns);

  /** Keeps the best cut of a feature; whether the feature varies here. */
  function tryFeature(best: GiniSplit, feature: number, node: NodeRows, minLeafRows: number): boolean {
    const codes = table.codes[feature];
    const codeCount = table.thresholds[feature].length;
    const count = node.end - node.start;
    if (count < MAX_SORTED && count * 6 < codeCount) {
      const distinct = addUpFew(byCode, sample, node, codes, sort, fewCodes);
      return scan(best, feature, node, byCode, fewCodes, distinct, minLeafRows);
    }
    addUpAll(byCode, sample, node, codes, codeCount);
    return scan(best, feature, node, byCode, null, codeCount, minLeafRows);
  }

  return (node, random, { featuresPerSplit, minLeafRows }) => {
    const best: GiniSplit = { gain: 1e-12, feature: -1, code: 0, missingLeft: false };
    for (let i = 0; i < columns; i++) order[i] = i;
    let tried = 0;
    for (let i = 0; i < columns && tried < featuresPerSplit; i++) {
      const pick = i + random.below(columns - i);
      const feature = order[pick];
      order[pick] = order[i];
      order[i] = feature;
      // A feature that is constant here does not use up one of the tries.
      if (tryFeature(best, feature, node, minLeafRows)) tried++;
    }
    return best;
  };
}

/** Adds up what rows weigh by code, over all codes. */
function addUpAll(
  { genuine, fraud }: WeightsByCode,
  { rows, weights, labels }: Sample,
  { start, end }: NodeRows,
  codes: Uint16Array,
  codeCount: number,
): void {
  genuine.fill(0, 0, codeCount);
  fraud.fill(0, 0, codeCount);
  for (let r = start; r < end; r++) {
    const row = rows[r];
    if (labels[row]) fraud[codes[row]] += weights[row];
    else genuine[codes[row]] += weights[row];
  }
}

/** The same for few rows: of the codes that occur, and of missing ones. Writes these codes in rising order; gives how many. */
function addUpFew(
  { genuine, fraud }: WeightsByCode,
  { rows, weights, labels }: Sample,
  { start, end }: NodeRows,
  codes: Uint16Array,
  { keys, sort }: CodeSort,
  found: Uint16Array,
): number {
  genuine[0] = 0;
  fraud[0] = 0;
  const count = end - start;
  for (let i = 0; i < count; i++) keys[i] = codes[rows[start + i]] | (i << 16);
  sort(count);
  let distinct = 0;
  let previous = -1;
  for (let i = 0; i < count; i++) {
    const code = keys[i] & 0xffff;
    const row = rows[start + (keys[i] >>> 16)];
    if (code !== previous) {
      found[distinct++] = code;
      genuine[code] = 0;
      fraud[code] = 0;
      previous = code;
    }
    if (labels[row]) fraud[code] += weights[row];
    else genuine[code] += weights[row];
  }
  return distinct;
}

const gini = (genuine: number, fraud: number): number => {
  const total = genuine + fraud;
  return total > 0 ? (2 * genuine * fraud) / total : 0;
};

/**
 * Scans codes in rising order, those of `codesInOrder` or all below `length`, and keeps the best cut. Whether the codes differ
 * at all.
 */
function scan(
  best: GiniSplit,
  feature: number,
  { genuine, fraud }: Weights,
  byCode: WeightsByCode,
  codesInOrder: Uint16Array | null,
  length: number,
  minLeafWeight: number,
): boolean {
  const { genuine: genuineByCode, fraud: fraudByCode } = byCode;
  const missingGenuine = genuineByCode[0];
  const missingFraud = fraudByCode[0];
  const hasMissing = missingGenuine + missingFraud > 0;
  const parent = gini(genuine, fraud);
  let leftGenuine = 0;
  let leftFraud = 0;
  let varies = false;
  for (let i = codesInOrder || hasMissing ? 0 : 1; i < length; i++) {
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
