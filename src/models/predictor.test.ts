import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createEnsemble, type Ensemble, MISSING_LEFT, predictMean } from './ensemble.ts';
import { createPredictor } from './predictor.ts';

const WIDTH = 5;
const number = fc.oneof(
  fc.double({ noNaN: true, min: -3, max: 3 }),
  fc.constantFrom(0, -0, 1, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324, -5e-324, 1e308),
);
const value = fc.oneof(number, fc.constant(Number.NaN));

type Tree =
  | { leaf: number }
  | { feature: number; limit: number; missingLeft: boolean; left: Tree; right: Tree };
const tree = (depth: number): fc.Arbitrary<Tree> => {
  const leaf = fc.record({ leaf: fc.double({ noNaN: true, min: -2, max: 2 }) });
  if (depth === 0) return leaf;
  const inner = fc.record({
    feature: fc.nat(WIDTH - 1),
    limit: number,
    missingLeft: fc.boolean(),
    left: tree(depth - 1),
    right: tree(depth - 1),
  });
  return fc.oneof({ weight: 1, arbitrary: leaf }, { weight: 4, arbitrary: inner });
};

function ensembleOf(trees: readonly Tree[]): Ensemble {
  const ints: number[] = [];
  const floats: number[] = [];
  const add = (): number => {
    ints.push(-1, 0);
    floats.push(0);
    return floats.length - 1;
  };
  const place = (one: Tree, node: number): void => {
    if ('leaf' in one) {
      floats[node] = one.leaf;
      return;
    }
    ints[2 * node] = one.feature | (one.missingLeft ? MISSING_LEFT : 0);
    floats[node] = one.limit;
    const left = add();
    const right = add();
    ints[2 * node + 1] = left;
    place(one.left, left);
    place(one.right, right);
  };
  const roots = trees.map((one) => {
    const root = add();
    place(one, root);
    return root;
  });
  const bytes = new ArrayBuffer(16 * floats.length);
  const ensemble = createEnsemble(
    bytes,
    new Float64Array(floats.length).fill(1),
    Int32Array.from(roots),
    WIDTH,
  );
  floats.forEach((limit, node) => {
    ensemble.nodes[4 * node] = ints[2 * node];
    ensemble.nodes[4 * node + 1] = ints[2 * node + 1];
    ensemble.values[2 * node + 1] = limit;
  });
  return ensemble;
}

test('M12 one row or many, a predictor says what the trees say, bit for bit, missing and extreme values too', () => {
  for (const depth of [0, 3, 10]) {
    fc.assert(
      fc.property(
        fc.array(tree(depth), { minLength: 1, maxLength: 11 }),
        fc.array(value, { minLength: 70 * WIDTH, maxLength: 70 * WIDTH }),
        (trees, numbers) => {
          const ensemble = ensembleOf(trees);
          const predictor = createPredictor(ensemble);
          const table = Float64Array.from(numbers);
          const means = predictor.means(table, 70);
          for (let row = 0; row < 70; row++) {
            const expected = predictMean(ensemble, table, row * WIDTH);
            assert.ok(Object.is(predictor.mean(table, row * WIDTH) + 0, expected + 0), `row ${row}`);
            assert.ok(Object.is(means[row] + 0, expected + 0), `row ${row} of many`);
          }
        },
      ),
      { numRuns: depth === 10 ? 40 : 200 },
    );
  }
});
