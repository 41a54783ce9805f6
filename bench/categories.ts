// Categories as numbers (what was known of each), beside trees that split them by sets (XGBoost's own way): the same
// simulated rows, trees and settings, tested on later time; the same for our own trees. docs/decisions/017.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placeIn } from '../src/features/place-in.ts';
import { featuresOfSet } from '../src/features/sets.ts';
import { STANDARD } from '../src/features/standard.ts';
import { encodeKeys, fitEncoding } from '../src/models/encoding.ts';
import { averagePrecision } from '../src/models/metrics.ts';
import { createSimulator } from '../src/simulator/simulator.ts';
import { createFeatureReplay } from '../src/training/feature-replay.ts';
import { scoreTable, trainModel } from '../src/training/train-model.ts';
import { createTableBuilder, sliceTable, type TrainingTable } from '../src/training/training-table.ts';
import { runPython } from '../test/reference.ts';
import type { Row } from './report.ts';

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 0, 1);
const WARM_DAYS = 30;
const TRAIN_DAYS = 30;
const DELAY_DAYS = 7;
const TEST_DAYS = 14;
const RATE = 0.08;
const SEEDS = 5;

const COMPARE = `
import json, sys, numpy as np, xgboost as xgb
from sklearn.metrics import average_precision_score
folder, width, seeds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
slots = json.loads(sys.argv[4])
def load(part):
    x = np.fromfile(f'{folder}/{part}-values', dtype='<f8').reshape(-1, width)
    codes = np.fromfile(f'{folder}/{part}-codes', dtype='<f8').reshape(-1, len(slots))
    return x, codes, np.fromfile(f'{folder}/{part}-labels', dtype='u1')
x, codes, y = load('train')
tx, tcodes, ty = load('test')
def quality(by_sets):
    train, test, kinds = x.copy(), tx.copy(), ['q'] * width
    for place in by_sets:
        slot = slots[place]
        train[:, slot], test[:, slot], kinds[slot] = codes[:, place], tcodes[:, place], 'c'
    a = xgb.DMatrix(train, y, feature_types=kinds, enable_categorical=True)
    b = xgb.DMatrix(test, ty, feature_types=kinds, enable_categorical=True)
    found = []
    for seed in range(seeds):
        model = xgb.train({'objective': 'binary:logistic', 'eta': 0.05, 'max_depth': 4, 'tree_method': 'hist', 'subsample': 0.5,
            'colsample_bytree': 0.4, 'max_cat_to_onehot': 1, 'seed': seed}, a, 200)
        found.append(average_precision_score(ty, model.predict(b)))
    return found
print(json.dumps([quality([]), quality([0, 1, 2, 3]), quality([0, 1, 2, 3, 4])]))
`;

/** The codes of categories that training saw, most frequent first; missing where there is none or it was never seen. */
function codesOf(train: TrainingTable, part: TrainingTable): Float64Array {
  const codes = new Float64Array(part.rows * STANDARD.categories.length).fill(Number.NaN);
  STANDARD.categories.forEach(({ name: category }, place) => {
    const numbers = new Map<string, number>();
    for (const key of train.categories[category]) {
      if (key !== undefined && !numbers.has(key)) numbers.set(key, numbers.size);
    }
    part.categories[category].forEach((key, row) => {
      const code = key === undefined ? undefined : numbers.get(key);
      if (code !== undefined) codes[row * STANDARD.categories.length + place] = code;
    });
  });
  return codes;
}

export async function benchCategories(): Promise<Row[]> {
  const simulator = createSimulator({
    seed: 3,
    rate: RATE,
    startMs: START_MS,
    accounts: 1500,
    dayRhythm: true,
  });
  const features = createFeatureReplay(STANDARD);
  const builder = createTableBuilder(STANDARD);
  const fromMs = START_MS + WARM_DAYS * DAY_MS;
  const untilMs = fromMs + TRAIN_DAYS * DAY_MS;
  const testMs = untilMs + DELAY_DAYS * DAY_MS;
  for (;;) {
    const { transaction, fraudType } = simulator.next();
    const at = transaction.occurredAtMs;
    if (at >= testMs + TEST_DAYS * DAY_MS) break;
    const fraud = fraudType !== undefined;
    const vector = features.next(transaction, fraud ? { knownAtMs: at + DELAY_DAYS * DAY_MS } : undefined);
    if (at >= fromMs && (at < untilMs || at >= testMs)) builder.add(transaction, vector, fraud);
  }
  const table = builder.finish();
  const end = table.occurredAtMs.findIndex((at) => at >= testMs);
  const train = sliceTable(table, 0, end);
  const test = sliceTable(table, end, table.rows);
  const { encoding, encoded } = fitEncoding(
    STANDARD.categories,
    train.categories,
    train.labels,
    train.occurredAtMs,
  );
  const names = featuresOfSet('all', STANDARD);
  const columns = names.map((name) => placeIn(STANDARD, name));
  const slots = STANDARD.categories.map(({ slot }) => columns.indexOf(slot));
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-bench-'));
  try {
    for (const [name, part] of [
      ['train', train],
      ['test', test],
    ] as const) {
      const values = new Float64Array(part.rows * names.length);
      for (let row = 0; row < part.rows; row++) {
        columns.forEach((column, k) => {
          values[row * names.length + k] = part.vectors[row * STANDARD.size + column];
        });
      }
      STANDARD.categories.forEach(({ name: category }, place) => {
        const numbers =
          name === 'train' ? encoded[category] : encodeKeys(part.categories[category], encoding[category]);
        numbers.forEach((value, row) => {
          values[row * names.length + slots[place]] = value;
        });
      });
      writeFileSync(join(folder, `${name}-values`), values);
      writeFileSync(join(folder, `${name}-codes`), codesOf(train, part));
      writeFileSync(join(folder, `${name}-labels`), part.labels);
    }
    const found = JSON.parse(
      runPython(COMPARE, [folder, String(names.length), String(SEEDS), JSON.stringify(slots)]),
    ) as number[][];
    const text = (values: readonly number[]): string => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const deviation = Math.sqrt(
        values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length,
      );
      return `${mean.toFixed(3)} ± ${deviation.toFixed(3)}`;
    };
    const [numbers, bySets, allBySets] = found.map(text);
    const own = async (sets: readonly string[]): Promise<string> => {
      const qualities: number[] = [];
      for (let seed = 0; seed < SEEDS; seed++) {
        const { model } = await trainModel(train, {
          source: 'simulation',
          features: names,
          seed,
          trainer: { kind: 'boosting', columnShare: 0.4, maxBins: 256, sets },
          fraudWeight: 1,
          createdAtMs: testMs,
        });
        qualities.push(averagePrecision(scoreTable(model, test), test.labels));
      }
      return text(qualities);
    };
    return [
      {
        what: `average precision on later simulated time, XGBoost, ${SEEDS} seeds: categories as numbers`,
        figure: numbers,
        baseline: `type, channel, country, MCC split by sets ${bySets}; merchants too ${allBySets}`,
      },
      {
        what: `Goshawk's boosting, ${SEEDS} seeds: categories as numbers`,
        figure: await own([]),
        baseline: `type, channel, country, MCC split by sets ${await own(['type', 'channel', 'country', 'mcc'])}`,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
