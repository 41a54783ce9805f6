import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../domain/random.ts';
import { planTree } from '../models/explain-plan.ts';
import { addByQuadrature } from '../models/explain-quadrature.ts';
import { addByTables } from '../models/explain-tables.ts';
import { trainBoosting } from './boosting.ts';

const COLUMNS = 6;
const ROWS = 2000;

async function trained(maxDepth: number, maxLeaves: number) {
  const random = createRandom(8, 1);
  const values = Float64Array.from({ length: ROWS * COLUMNS }, (_, i) => {
    if (i % COLUMNS === 0) return random.below(12);
    return random.next() < 0.1 ? Number.NaN : random.normal();
  });
  const labels = Uint8Array.from({ length: ROWS }, (_, row) => {
    const at = row * COLUMNS;
    return values[at] % 3 === 0 && (values[at + 1] || 0) + (values[at + 2] || 1) > random.normal() ? 1 : 0;
  });
  const { ensemble } = await trainBoosting(values, labels, COLUMNS, {
    trees: 30,
    fraudWeight: 1,
    seed: 4,
    maxDepth,
    maxLeaves,
    categorical: [0],
    threads: 1,
  });
  return { values, ensemble };
}

test('M3 contributions that are looked up equal those that are worked out, with missing values and sets', async () => {
  for (const maxDepth of [1, 4, 6]) {
    const { values, ensemble } = await trained(maxDepth, 64);
    const plans = Array.from(ensemble.roots, (root) => planTree(ensemble, root));
    const lookedUp = addByTables(ensemble, plans);
    assert.ok(lookedUp);
    const workedOut = addByQuadrature(ensemble, plans);
    const [a, b] = [new Float64Array(COLUMNS), new Float64Array(COLUMNS)];
    for (let row = 0; row < ROWS; row++) {
      a.fill(0);
      b.fill(0);
      lookedUp(values, row * COLUMNS, a);
      workedOut(values, row * COLUMNS, b);
      a.forEach((value, k) => {
        assert.ok(
          Math.abs(value - b[k]) < 1e-9,
          `depth ${maxDepth}, row ${row}, column ${k}: ${value}, ${b[k]}`,
        );
      });
    }
  }
});

test('tables that would be too large are not made', async () => {
  const { ensemble } = await trained(30, 400);
  const plan = planTree(ensemble, ensemble.roots[0]);
  assert.equal(addByTables(ensemble, new Array(5000).fill(plan)), undefined);
});
