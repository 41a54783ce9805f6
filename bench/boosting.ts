// Boosting against XGBoost's histogram method and scikit-learn's, on the same rows, trees, depth and threads.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '../src/domain/random.ts';
import { HANDBOOK_FEATURES } from '../src/features/sets.ts';
import { createPredictor } from '../src/models/predictor.ts';
import { BOOSTING_DEFAULTS, trainBoosting } from '../src/training/boosting.ts';
import { needHandbook, runPython } from '../test/reference.ts';
import { handbookRows } from './handbook-rows.ts';
import { count, median, type Row } from './report.ts';

const ROUNDS = 5;
const TREES = 100;
const { learningRate, maxDepth, maxBins, rowShare } = BOOSTING_DEFAULTS;
const LARGE = { rows: 2_000_000, columns: 40 };

const BASELINE = `
import json, resource, sys, time, numpy as np, xgboost as xgb
from sklearn.ensemble import HistGradientBoostingClassifier
folder, width, threads, bins, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
x = np.fromfile(folder + '/values', dtype='<f8').reshape(-1, width)
y = np.fromfile(folder + '/labels', dtype='u1')
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
fits = []
for seed in range(rounds):
    t = time.perf_counter()
    model = xgb.train({'objective': 'binary:logistic', 'eta': ${learningRate}, 'max_depth': ${maxDepth}, 'tree_method': 'hist', 'max_bin': bins,
        'subsample': ${rowShare}, 'nthread': threads, 'seed': seed}, xgb.DMatrix(x, y, nthread=threads), ${TREES})
    fits.append(time.perf_counter() - t)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
model.set_param({'nthread': 1})
singles = []
for i in range(200):
    row = x[i * 300:i * 300 + 1]
    t = time.perf_counter(); model.inplace_predict(row); singles.append(time.perf_counter() - t)
batches = []
for i in range(3):
    t = time.perf_counter(); model.inplace_predict(x); batches.append(time.perf_counter() - t)
scikit = []
if rounds > 1:
    for seed in range(rounds):
        hist = HistGradientBoostingClassifier(max_iter=${TREES}, learning_rate=${learningRate}, max_depth=${maxDepth}, early_stopping=False, random_state=seed)
        t = time.perf_counter(); hist.fit(x, y); scikit.append(time.perf_counter() - t)
print(json.dumps({'fit': sorted(fits)[len(fits) // 2], 'single': sorted(singles)[100], 'batch': sorted(batches)[1],
    'scikit': sorted(scikit)[len(scikit) // 2] if scikit else None, 'megabytes': (peak - before) / 1024}))
`;

type Baseline = { fit: number; single: number; batch: number; scikit: number | null; megabytes: number };

function baseline(
  folder: string,
  values: Float64Array,
  labels: Uint8Array,
  bins: number,
  rounds: number,
): Baseline {
  writeFileSync(join(folder, 'values'), values);
  writeFileSync(join(folder, 'labels'), labels);
  const width = values.length / labels.length;
  return JSON.parse(
    runPython(BASELINE, [
      folder,
      String(width),
      String(availableParallelism()),
      String(bins),
      String(rounds),
    ]),
  ) as Baseline;
}

/** Two of three columns whole numbers, one in eight values missing, one row in a hundred fraud. */
function largeTable(): { values: Float64Array; labels: Uint8Array } {
  const random = createRandom(1, 1);
  const { rows, columns } = LARGE;
  const values = new Float64Array(new SharedArrayBuffer(rows * columns * 8));
  const labels = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    const at = row * columns;
    for (let k = 0; k < columns; k++) {
      const value = random.next() * 100;
      values[at + k] = random.next() < 1 / 8 ? Number.NaN : k % 3 ? Math.floor(value) : value;
    }
    labels[row] = random.next() < (values[at] > 95 ? 0.15 : 0.003) ? 1 : 0;
  }
  return { values, labels };
}

export async function benchBoosting(): Promise<Row[]> {
  needHandbook();
  const width = HANDBOOK_FEATURES.length;
  const { values, labels } = await handbookRows();
  const options = { trees: TREES, fraudWeight: 1 };
  const fits: number[] = [];
  let boosted = await trainBoosting(values, labels, width, { ...options, seed: 99 });
  for (let seed = 0; seed < ROUNDS; seed++) {
    const started = performance.now();
    boosted = await trainBoosting(values, labels, width, { ...options, seed });
    fits.push((performance.now() - started) / 1000);
  }
  const predictor = createPredictor(boosted.ensemble);
  const batches: number[] = [];
  const singles: number[] = [];
  let sum = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    sum += predictor.means(values, labels.length)[round];
    batches.push((performance.now() - started) / 1000);
    const singlesStarted = performance.now();
    for (let row = 0; row < labels.length; row++) sum += predictor.mean(values, row * width);
    singles.push(((performance.now() - singlesStarted) * 1000) / labels.length);
  }
  if (!Number.isFinite(sum)) throw new Error('the trees predict nothing');
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-bench-'));
  try {
    const theirs = baseline(folder, values, labels, maxBins, ROUNDS);
    const fit = median(fits);
    const batch = median(batches);
    const micros = median(singles);
    const large = largeTable();
    const before = process.memoryUsage.rss();
    const largeStarted = performance.now();
    let peak = before;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss());
    }, 200);
    await trainBoosting(large.values, large.labels, LARGE.columns, { ...options, seed: 1, maxBins: 256 });
    clearInterval(watch);
    const largeFit = (performance.now() - largeStarted) / 1000;
    const largeTheirs = baseline(folder, large.values, large.labels, 256, 1);
    return [
      {
        what: `boosting ${TREES} trees on ${count(labels.length)} handbook rows, ${availableParallelism()} threads, ${maxBins} bins`,
        figure: `${fit.toFixed(2)} s (${(theirs.fit / fit).toFixed(2)}× as fast)`,
        baseline: `XGBoost hist ${theirs.fit.toFixed(2)} s; HistGradientBoosting, 255 bins ${theirs.scikit?.toFixed(2)} s`,
        goal: 'no slower than XGBoost',
      },
      {
        what: 'one row through those trees',
        figure: `${micros.toFixed(2)} µs (${count((theirs.single * 1e6) / micros)}× as fast)`,
        baseline: `XGBoost inplace_predict ${count(theirs.single * 1e6)} µs`,
        goal: '≥ 10×',
      },
      {
        what: `${count(labels.length)} rows through those trees, one thread`,
        figure: `${batch.toFixed(3)} s (${(theirs.batch / batch).toFixed(2)}× as fast)`,
        baseline: `XGBoost ${theirs.batch.toFixed(3)} s`,
        goal: 'no slower',
      },
      {
        what: `boosting ${TREES} trees on ${count(LARGE.rows)} × ${LARGE.columns}, 256 bins`,
        figure: `${largeFit.toFixed(1)} s (${(largeTheirs.fit / largeFit).toFixed(2)}× as fast), ${count((peak - before) / 1e6)} MB more`,
        baseline: `XGBoost hist ${largeTheirs.fit.toFixed(1)} s, ${count(largeTheirs.megabytes)} MB more`,
        goal: 'how time and memory grow',
      },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
