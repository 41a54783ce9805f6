import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEnsemble } from '../models/ensemble.ts';
import { compareWithRows, notChecked, type RowsToCheck, type Score } from './check-import.ts';

const FEATURES: readonly string[] = ['amount', 'hour'];
const [AMOUNT, HOUR] = [0, 1];
const WIDTH = FEATURES.length;

function rowsOf(lines: readonly (readonly [number, number, number])[]): RowsToCheck {
  const vectors = new Float64Array(lines.length * WIDTH);
  for (const [row, [amount, hour]] of lines.entries()) {
    vectors[row * WIDTH + AMOUNT] = amount;
    vectors[row * WIDTH + HOUR] = hour;
  }
  return { features: FEATURES, vectors, predictions: Float64Array.from(lines, ([, , said]) => said) };
}

/** 0.9 where the hour is missing, else 0.5 up to an amount of 10 and 0.25 above. */
const score: Score = (vectors, offset) =>
  Number.isNaN(vectors[offset + HOUR]) ? 0.9 : vectors[offset + AMOUNT] <= 10 ? 0.5 : 0.25;
const none = () => undefined;
const NAN = Number.NaN;

const told = (rows: RowsToCheck, best: Parameters<typeof compareWithRows>[2] = none): string => {
  try {
    return String(compareWithRows(rows, score, best));
  } catch (error) {
    return (error as Error).message;
  }
};

test('M8 what differs is told with how many rows, the worst of them and by how much; a cause only where it was tried out', () => {
  assert.equal(
    told(
      rowsOf([
        [1, 2, 0.5],
        [11, 3, 0.25 + 1e-7],
      ]),
    ).slice(0, 4),
    '1.00',
  );
  const message = told(
    rowsOf([
      [1, 2, 0.5],
      [11, 3, 0.5],
      [12, 4, 0.9],
      [1, NAN, 0.9],
    ]),
  );
  assert.equal(
    message,
    '2 of 4 rows to check against differ by more than 1e-6, the most by 6.5e-1: row 3, of which the model says 0.25, ' +
      'the column prediction 0.9. Only rows without missing values differ.',
  );
  assert.match(
    told(
      rowsOf([
        [1, 2, 0.5],
        [1, NAN, 0.8],
      ]),
    ),
    /Only rows with missing values differ\.$/,
  );
  assert.match(told(rowsOf([[1, 2, 0.4]])), /0\.4\. No row has a missing value\.$/);
  assert.match(told(rowsOf([[NAN, 2, 0.4]])), /0\.4\. Every row has missing values\.$/);
  assert.match(
    told(
      rowsOf([
        [1, 2, 0.4],
        [1, NAN, 0.8],
      ]),
    ),
    /0\.[48]\.$/,
    'both kinds differ: nothing to say',
  );
});

test('M8 a mark of missing values and a training that stopped early are told when every row fits with them', () => {
  for (const mark of [-999, -1, 0, 1e9]) {
    assert.match(
      told(
        rowsOf([
          [1, 2, 0.5],
          [3, mark, 0.9],
          [4, mark, 0.9],
        ]),
      ),
      new RegExp(`With ${mark} taken for a missing value every row fits\\.`),
    );
  }
  assert.doesNotMatch(
    told(
      rowsOf([
        [3, -999, 0.9],
        [4, -999, 0.7],
      ]),
    ),
    /taken for/,
  );
  const best = { count: 3, score: () => 0.125 };
  assert.match(
    told(
      rowsOf([
        [1, 2, 0.125],
        [3, 4, 0.125],
      ]),
      () => best,
    ),
    /With its first 3 trees every row fits/,
  );
  assert.doesNotMatch(
    told(
      rowsOf([
        [1, 2, 0.125],
        [3, 4, 0.126],
      ]),
      () => best,
    ),
    /first 3 trees/,
  );
});

test('M8 predictions that are no probabilities are told as such', () => {
  assert.match(
    told(
      rowsOf([
        [1, 2, 0.5],
        [11, 3, -1.1],
      ]),
    ),
    /^Row 2 .*-1\.1; probabilities from 0 to 1 are wanted/,
  );
});

test('M8 rows that show a feature, or what is missing, on one side only are told', () => {
  const nodes = new ArrayBuffer(16 * 3);
  new Int32Array(nodes).set([HOUR, 1, 0, 0, -1, 0, 0, 0, -1]);
  const ensemble = createEnsemble(nodes, new Float64Array(3).fill(1), new Int32Array(1), WIDTH);
  const of = (lines: Parameters<typeof rowsOf>[0]) => notChecked(rowsOf(lines), ensemble).join(' ');
  assert.equal(
    of([
      [1, 2, 0.5],
      [1, NAN, 0.9],
    ]),
    '',
  );
  assert.equal(
    of([
      [NAN, 2, 0.5],
      [NAN, NAN, 0.9],
    ]),
    '',
    'the trees do not look at the amount',
  );
  assert.match(of([[1, 2, 0.5]]), /^No row to check against has a missing value/);
  assert.match(of([[1, NAN, 0.5]]), /^No row to check against has a value of hour/);
});
