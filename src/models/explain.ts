// Exact contributions of each feature to a forest's score: path-dependent TreeSHAP
// (Lundberg, Erion, Lee 2018, "Consistent Individualized Feature Attribution for Tree Ensembles", algorithm 2).
import { type Ensemble, featureOf, goesLeft, isLeaf, leftOf, nodeValue } from './ensemble.ts';

const MAX_DEPTH = 128;
/** One unique path per recursion level, laid end to end: 1 + 2 + … + MAX_DEPTH elements. */
const SPACE = ((MAX_DEPTH + 2) * (MAX_DEPTH + 3)) / 2;

export type Explainer = {
  /** Expected score: what the forest says when nothing is known. */
  readonly base: number;
  /** Adds up to score − base. Writes `featureCount` contributions into `out`. */
  contributions(row: Float64Array, rowOffset: number, out: Float64Array): void;
};

export function createExplainer(ensemble: Ensemble): Explainer {
  const features = new Int32Array(SPACE);
  const zeroFractions = new Float64Array(SPACE);
  const oneFractions = new Float64Array(SPACE);
  const weights = new Float64Array(SPACE);
  const { cover, roots } = ensemble;
  let row: Float64Array = new Float64Array(0);
  let rowOffset = 0;
  let out: Float64Array = new Float64Array(0);

  function extend(start: number, depth: number, zero: number, one: number, feature: number): void {
    features[start + depth] = feature;
    zeroFractions[start + depth] = zero;
    oneFractions[start + depth] = one;
    weights[start + depth] = depth === 0 ? 1 : 0;
    for (let i = depth - 1; i >= 0; i--) {
      weights[start + i + 1] += (one * weights[start + i] * (i + 1)) / (depth + 1);
      weights[start + i] = (zero * weights[start + i] * (depth - i)) / (depth + 1);
    }
  }

  function unwind(start: number, depth: number, at: number): void {
    const one = oneFractions[start + at];
    const zero = zeroFractions[start + at];
    let next = weights[start + depth];
    for (let i = depth - 1; i >= 0; i--) {
      if (one !== 0) {
        const kept = weights[start + i];
        weights[start + i] = (next * (depth + 1)) / ((i + 1) * one);
        next = kept - (weights[start + i] * zero * (depth - i)) / (depth + 1);
      } else {
        weights[start + i] = (weights[start + i] * (depth + 1)) / (zero * (depth - i));
      }
    }
    for (let i = at; i < depth; i++) {
      features[start + i] = features[start + i + 1];
      zeroFractions[start + i] = zeroFractions[start + i + 1];
      oneFractions[start + i] = oneFractions[start + i + 1];
    }
  }

  function unwoundSum(start: number, depth: number, at: number): number {
    const one = oneFractions[start + at];
    const zero = zeroFractions[start + at];
    let next = weights[start + depth];
    let total = 0;
    if (one !== 0) {
      for (let i = depth - 1; i >= 0; i--) {
        const part = next / ((i + 1) * one);
        total += part;
        next = weights[start + i] - part * zero * (depth - i);
      }
    } else {
      for (let i = depth - 1; i >= 0; i--) total += weights[start + i] / (zero * (depth - i));
    }
    return total * (depth + 1);
  }

  function descend(
    node: number,
    parentStart: number,
    parentDepth: number,
    zero: number,
    one: number,
    feature: number,
  ): void {
    const start = parentStart + parentDepth + 1;
    if (start + parentDepth + 2 > SPACE)
      throw new Error(`trees deeper than ${MAX_DEPTH} cannot be explained`);
    for (let i = 0; i <= parentDepth; i++) {
      features[start + i] = features[parentStart + i];
      zeroFractions[start + i] = zeroFractions[parentStart + i];
      oneFractions[start + i] = oneFractions[parentStart + i];
      weights[start + i] = weights[parentStart + i];
    }
    let depth = parentDepth + 1;
    extend(start, depth, zero, one, feature);
    if (isLeaf(ensemble, node)) {
      const value = nodeValue(ensemble, node);
      for (let i = 1; i <= depth; i++) {
        const weight = unwoundSum(start, depth, i);
        out[features[start + i]] += weight * (oneFractions[start + i] - zeroFractions[start + i]) * value;
      }
      return;
    }
    const split = featureOf(ensemble, node);
    const left = leftOf(ensemble, node);
    const hot = goesLeft(ensemble, node, row, rowOffset) ? left : left + 1;
    const cold = hot === left ? left + 1 : left;
    let incomingZero = 1;
    let incomingOne = 1;
    for (let i = 1; i <= depth; i++) {
      if (features[start + i] !== split) continue;
      incomingZero = zeroFractions[start + i];
      incomingOne = oneFractions[start + i];
      unwind(start, depth, i);
      depth--;
      break;
    }
    const share = cover[hot] / cover[node];
    descend(hot, start, depth, incomingZero * share, incomingOne, split);
    descend(cold, start, depth, incomingZero * (cover[cold] / cover[node]), 0, split);
  }

  function expected(node: number): number {
    if (isLeaf(ensemble, node)) return nodeValue(ensemble, node);
    const left = leftOf(ensemble, node);
    return (cover[left] * expected(left) + cover[left + 1] * expected(left + 1)) / cover[node];
  }

  let base = 0;
  for (const root of roots) base += expected(root) / roots.length;

  return {
    base,
    contributions(rowValues, offset, target) {
      row = rowValues;
      rowOffset = offset;
      out = target;
      out.fill(0, 0, ensemble.featureCount);
      for (const root of roots) {
        if (isLeaf(ensemble, root)) continue;
        const split = featureOf(ensemble, root);
        const left = leftOf(ensemble, root);
        // The empty path that every descent starts from.
        features[0] = -1;
        zeroFractions[0] = 1;
        oneFractions[0] = 1;
        weights[0] = 1;
        const hot = goesLeft(ensemble, root, row, rowOffset) ? left : left + 1;
        const cold = hot === left ? left + 1 : left;
        descend(hot, 0, 0, cover[hot] / cover[root], 1, split);
        descend(cold, 0, 0, cover[cold] / cover[root], 0, split);
      }
      for (let i = 0; i < ensemble.featureCount; i++) out[i] /= roots.length;
    },
  };
}
