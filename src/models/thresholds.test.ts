// Thresholds by cost, by what a team can do, and by what has to be fraud.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../domain/random.ts';
import { checkCurve } from './model-fields.ts';
import { DEFAULT_WORK, nextVolume, type Volume } from './review-work.ts';
import { thresholdCurve } from './threshold-curve.ts';
import { chooseThresholds, DEFAULT_COSTS, DEFAULT_FLOORS, expectedAt, thresholdsFor } from './thresholds.ts';

const ROWS = 20_000;

/** Rows of which one in a hundred is fraud; the better the model, the higher frauds score. */
function rowsOf(seed: number, better: number) {
  const random = createRandom(seed);
  const labels = Uint8Array.from({ length: ROWS }, () => (random.next() < 0.01 ? 1 : 0));
  const scores = Float64Array.from(
    labels,
    (label) => 1 / (1 + Math.exp(5 - label * better - random.normal())),
  );
  const amounts = Float64Array.from(labels, () => 20 + 200 * random.next());
  return { scores, labels, amounts };
}

function brought({ scores, labels }: ReturnType<typeof rowsOf>, threshold: number) {
  let flagged = 0;
  let frauds = 0;
  scores.forEach((score, row) => {
    if (score < threshold) return;
    flagged++;
    frauds += labels[row];
  });
  return { flagged, precision: frauds / flagged };
}

test('M16 no more is flagged than the team can do, and as much of it is fraud as was asked for', () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const rows = rowsOf(seed, 5);
    const { curve } = chooseThresholds(rows.scores, rows.labels, rows.amounts, DEFAULT_COSTS);
    for (const mostFlagged of [10, 50, 150, 400, ROWS]) {
      for (const reviewPrecision of [0, 0.3, 0.6, 0.8]) {
        const floors = { reviewPrecision, declinePrecision: 0.9 };
        const { review, decline } = thresholdsFor(curve, mostFlagged, floors);
        assert.ok(review <= decline);
        const at = brought(rows, review);
        assert.ok(at.flagged <= mostFlagged, `${at.flagged} of at most ${mostFlagged}`);
        assert.ok(at.precision >= reviewPrecision, `${at.precision} of at least ${reviewPrecision}`);
        if (decline < 1) assert.ok(brought(rows, decline).precision >= 0.9);
        const expected = expectedAt(curve, review);
        assert.ok(Math.abs(expected.flagged * ROWS - at.flagged) < 1e-6);
        assert.ok(Math.abs(expected.precision - at.precision) < 1e-9);
      }
    }
  }
});

test('M16 whoever can do more flags no less, and cost alone flags where a review is worth it', () => {
  const rows = rowsOf(7, 4);
  const { curve } = chooseThresholds(rows.scores, rows.labels, rows.amounts, DEFAULT_COSTS);
  const flagged = [20, 80, 160, 320].map(
    (most) =>
      brought(rows, thresholdsFor(curve, most, { ...DEFAULT_FLOORS, reviewPrecision: 0 }).review).flagged,
  );
  assert.deepEqual(
    [...flagged].sort((a, b) => a - b),
    flagged,
  );
  const free = thresholdsFor(curve, ROWS, { reviewPrecision: 0, declinePrecision: 0 });
  assert.ok(brought(rows, free.review).flagged < ROWS / 2, 'a review that finds nothing costs');
});

test('M16 a model that cannot keep the floor still has the most suspicious looked at, and declines nothing', () => {
  const rows = rowsOf(3, 1);
  const { thresholds } = chooseThresholds(rows.scores, rows.labels, rows.amounts, {
    ...DEFAULT_COSTS,
    review: 0.01,
  });
  assert.equal(thresholds.decline, 1);
  const { flagged } = brought(rows, thresholds.review);
  assert.ok(flagged > 0 && flagged <= DEFAULT_COSTS.reviewCapacity * ROWS, `${flagged}`);
});

test('M2 a curve in a model file is looked at: it goes on from point to point', () => {
  const rows = rowsOf(1, 5);
  const curve = JSON.parse(
    JSON.stringify(thresholdCurve(rows.scores, rows.labels, rows.amounts, DEFAULT_COSTS)),
  );
  checkCurve(curve);
  const [first, second] = curve.points;
  for (const points of [[second, first], [{ ...first, rows: 0.5 }], [{ ...first, score: 2 }], [{ rows: 1 }]])
    assert.throws(() => checkCurve({ ...curve, points }), /\/curve\/points\/\d/);
  assert.throws(() => checkCurve({ ...curve, costs: { review: 'much' } }), /\/curve\/costs/);
});

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What thresholds go by, hour by hour, under so many transactions an hour; measured over a day, or as long as there is. */
function followed(perHour: readonly number[]): Volume[] {
  let now = DEFAULT_WORK.volume;
  const found: Volume[] = [];
  perHour.forEach((_, hour) => {
    const last = perHour.slice(Math.max(0, hour - 23), hour + 1);
    const next = nextVolume(
      now,
      last.reduce((a, b) => a + b, 0),
      last.length * HOUR_MS,
      (hour + 1) * HOUR_MS,
    );
    if (next !== undefined && next !== now) found.push(next);
    now = next;
  });
  return found;
}

test('M17 thresholds follow the volume, and day, night and a busy hour move nothing', () => {
  const random = createRandom(1);
  const steady = Array.from({ length: 24 * 14 }, (_, hour) =>
    Math.round(1000 * (1 + 0.9 * Math.sin((hour / 24) * 2 * Math.PI)) * (0.8 + 0.4 * random.next())),
  );
  const afterADay = followed(
    [...steady.slice(0, 24), ...steady].map((n, hour) => (hour === 100 ? n * 3 : n)),
  );
  const settled = afterADay.filter(({ sinceMs }) => sinceMs > DAY_MS);
  assert.equal(settled.length, 0, JSON.stringify(settled));
  const doubled = followed([...new Array(48).fill(1000), ...new Array(48).fill(2000)]);
  const { perDay, beforePerDay } = doubled.at(-1) ?? { perDay: 0, beforePerDay: 0 };
  assert.ok(perDay > 48_000 / 1.25 && perDay <= 48_000, `${perDay}`);
  assert.ok((beforePerDay ?? 0) < perDay);
  assert.ok(doubled.length <= 5, `${doubled.length} moves`);
});

test('M17 too little to tell a day from moves nothing, and a pause does not either', () => {
  assert.equal(nextVolume(undefined, 100, HOUR_MS / 100, 0), undefined);
  const now = nextVolume(undefined, 1000, HOUR_MS, HOUR_MS);
  assert.deepEqual(now, { perDay: 24_000, sinceMs: HOUR_MS, beforePerDay: undefined });
  assert.equal(nextVolume(now, 0, DAY_MS, 3 * DAY_MS), now);
  assert.equal(nextVolume(now, 9000, 1.4 * HOUR_MS, 1.4 * HOUR_MS), now, 'it moved a moment ago');
});
