// The handbook's features over the whole file, against pandas; and the forest's quality on them.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadMapping } from '../src/adapters/files/mapping.ts';
import { openTransactions } from '../src/adapters/files/read-transactions.ts';
import { INDEX } from '../src/features/catalogue.ts';
import { HANDBOOK_FEATURES } from '../src/features/sets.ts';
import { type Evaluation, evaluate } from '../src/training/evaluate.ts';
import { createFeatureReplay } from '../src/training/feature-replay.ts';
import { HANDBOOK_BASELINE, HANDBOOK_FILE, needHandbook, runPython } from './reference.ts';

const DAY_MS = 86_400_000;
const PANDAS = `
import sys, runpy
module = runpy.run_path(sys.argv[1], run_name="baseline")
df = module["load"](sys.argv[2])
module["add_features"](df)
df.sort_values("transaction_id")[module["FEATURES"]].to_numpy("float64").tofile(sys.argv[3])
`;

test('F7 the handbook features equal those that pandas computes, to 1e-9, over the whole file', async () => {
  needHandbook();
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-parity-'));
  try {
    const file = join(folder, 'features.bin');
    runPython(PANDAS, [HANDBOOK_BASELINE, HANDBOOK_FILE, file]);
    const bytes = readFileSync(file);
    const expected = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
    const width = HANDBOOK_FEATURES.length;
    const columns = HANDBOOK_FEATURES.map((name) => INDEX[name]);
    const features = createFeatureReplay();
    const input = await openTransactions(HANDBOOK_FILE, await loadMapping('handbook'), { nowMs: Date.now() });
    let rows = 0;
    let worst = 0;
    for await (const batch of input.batches()) {
      for (const row of batch) {
        assert.ok(row.ok);
        const { transaction } = row;
        const knownAtMs = transaction.occurredAtMs + 7 * DAY_MS;
        const vector = features.next(transaction, row.fraud ? { knownAtMs } : undefined);
        const at = Number(transaction.id) * width;
        for (let k = 0; k < width; k++) {
          const distance = Math.abs(vector[columns[k]] - expected[at + k]);
          if (!(distance <= 1e-9))
            assert.fail(
              `row ${transaction.id} ${HANDBOOK_FEATURES[k]}: ${vector[columns[k]]} is not ${expected[at + k]}`,
            );
          worst = Math.max(worst, distance);
        }
        rows++;
      }
    }
    assert.equal(rows * width, expected.length);
    assert.ok(worst <= 1e-9);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('M5 the forest on the handbook features is as good as scikit-learn’s', async () => {
  needHandbook();
  const input = await openTransactions(HANDBOOK_FILE, await loadMapping('handbook'), { nowMs: Date.now() });
  async function* labelled() {
    for await (const batch of input.batches()) {
      yield batch.flatMap((row) =>
        row.ok && row.fraud !== undefined ? [{ transaction: row.transaction, fraud: row.fraud }] : [],
      );
    }
  }
  const [result]: Evaluation[] = await evaluate(labelled(), {
    features: HANDBOOK_FEATURES,
    folds: [
      {
        trainFromMs: Date.UTC(2018, 6, 25),
        trainUntilMs: Date.UTC(2018, 7, 1),
        testUntilMs: Date.UTC(2018, 7, 15),
      },
    ],
    delayDays: 7,
    seeds: [0],
    trainer: { kind: 'forest', trees: 100 },
    fraudWeight: 1,
  });
  assert.deepEqual(
    [result.train.rows, result.train.frauds, result.test.rows, result.test.frauds],
    [67_240, 598, 58_264, 385],
  );
  assert.ok(result.auc >= 0.865, `AUC ${result.auc}`);
  assert.ok(result.averagePrecision >= 0.655, `AP ${result.averagePrecision}`);
  assert.ok(result.cardPrecisionAt100 >= 0.285, `CP@100 ${result.cardPrecisionAt100}`);
});
