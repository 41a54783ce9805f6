// A table whose structure is known, learnt here and by XGBoost on the same columns and split.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseMapping } from '../src/adapters/files/mapping.ts';
import { catalogueOfColumns, readLabelled } from '../src/runtimes/labelled-file.ts';
import { evaluate } from '../src/training/evaluate.ts';
import { generatedTable } from './generated-table.ts';
import { xgboostOn } from './xgboost-tables.ts';

const START = '2013-09-01T00:00:00Z';
const UNTIL = 20_000;
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

test('Y71: own numbers, booleans and categories are learnt from as well as XGBoost learns from the raw columns', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-tables-'));
  try {
    const file = join(folder, 'table.csv');
    writeFileSync(file, generatedTable(3, 30_000));
    const mapping = parseMapping(
      {
        fields: {
          occurredAt: { column: 'row', time: 'seconds_since', start: START },
          amountMinor: { column: 'amount', factor: 100 },
          currency: { constant: 'EUR' },
          type: { constant: 'purchase' },
        },
        attributes: 'rest',
        label: { column: 'fraud' },
      },
      'mapping',
    );
    const { catalogue } = await catalogueOfColumns(file, mapping);
    const bounds = { nowMs: Date.now(), dataModel: catalogue.data };
    const { batches } = await readLabelled(file, mapping, bounds, () => undefined);
    const startMs = Date.parse(START);
    const found = await evaluate(batches, {
      catalogue,
      features: catalogue.features.map(({ name }) => name),
      folds: [
        { trainFromMs: startMs, trainUntilMs: startMs + UNTIL * 1000, testUntilMs: startMs + 40_000_000 },
      ],
      delayDays: 0,
      seeds: [0, 1, 2],
      trainer: { kind: 'boosting' },
      fraudWeight: 1,
    });
    const { usual, alike } = xgboostOn({
      file,
      label: 'fraud',
      time: 'row',
      until: UNTIL,
      unseen: ['row'],
      seeds: 3,
    });
    const ours = mean(found.map(({ averagePrecision }) => averagePrecision));
    const theirs = Math.max(mean(usual), mean(alike));
    // Seeds alone move either by as much.
    assert.ok(ours > theirs - 0.02, `${ours} here, ${theirs} there`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
