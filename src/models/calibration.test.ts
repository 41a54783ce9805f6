import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../domain/random.ts';
import { STANDARD } from '../features/standard.ts';
import { calibrate, fitCalibration } from './calibration.ts';
import { fitEncoding } from './encoding.ts';

test('M4 calibration never changes who is more suspicious than whom', () => {
  const random = createRandom(1);
  fc.assert(
    fc.property(fc.double({ min: 0.001, max: 0.5, noNaN: true }), fc.nat(1000), (rate, seed) => {
      const own = createRandom(seed);
      const votes = Float64Array.from({ length: 300 }, () => own.next());
      const labels = Uint8Array.from(votes, (vote) => (own.next() < rate * vote ? 1 : 0));
      const calibration = fitCalibration(votes, labels);
      for (let i = 0; i < 50; i++) {
        const [low, high] = [random.next(), random.next()].sort((x, y) => x - y);
        assert.ok(calibrate(calibration, low) <= calibrate(calibration, high));
      }
      const scores = [0, 1].map((vote) => calibrate(calibration, vote));
      assert.ok(scores.every((score) => score >= 0 && score <= 1));
    }),
    { numRuns: 50 },
  );
});

test('calibrated scores are probabilities: they match the rate of fraud', () => {
  const random = createRandom(2);
  const votes = Float64Array.from({ length: 50_000 }, () => random.next() ** 3);
  const labels = Uint8Array.from(votes, (vote) => (random.next() < vote ** 2 / 2 ? 1 : 0));
  const calibration = fitCalibration(votes, labels);
  const mean = votes.reduce((sum, vote) => sum + calibrate(calibration, vote), 0) / votes.length;
  const rate = labels.reduce((sum, label) => sum + label, 0) / labels.length;
  assert.ok(Math.abs(mean - rate) < 0.002, `${mean} beside ${rate}`);
});

test('encodings are drawn from labels, and a training row never carries its own', () => {
  const rows = 1000;
  const country = Array.from({ length: rows }, (_, row) => (row % 2 ? 'XX' : 'DE'));
  const labels = Uint8Array.from({ length: rows }, (_, row) => (row % 2 && row % 4 === 1 ? 1 : 0));
  // One merchant for each row: its label must not come back through the merchant.
  const merchant = Array.from({ length: rows }, (_, row) => `m${row}`);
  const none = new Array<undefined>(rows).fill(undefined);
  const hourly = Float64Array.from({ length: rows }, (_, row) => row * 3_600_000);
  const { encoding, encoded } = fitEncoding(
    STANDARD.categories,
    { country, merchant, type: none, channel: none, mcc: none },
    labels,
    hourly,
  );
  assert.ok(encoding.country.logOdds.XX > encoding.country.unseen);
  assert.ok(encoding.country.logOdds.DE < encoding.country.unseen);
  const known = encoded.merchant.filter((value) => !Number.isNaN(value));
  assert.equal(new Set(known).size, 1, 'rows of unique merchants all look alike');
  assert.ok(Number.isNaN(encoded.type[0]));
});

test('a merchant is encoded in training as it was known then: by rows at least a label delay older', () => {
  const daily = Float64Array.from({ length: 30 }, (_, day) => day * 86_400_000);
  const merchant = new Array<string>(30).fill('m');
  const labels = new Uint8Array(30).fill(1, 10);
  const none = new Array<undefined>(30).fill(undefined);
  const { encoded } = fitEncoding(
    STANDARD.categories,
    { merchant, country: none, type: none, channel: none, mcc: none },
    labels,
    daily,
  );
  const { merchant: values } = encoded;
  assert.ok(Number.isNaN(values[0]) && Number.isNaN(values[6]), 'nothing is known in the first week');
  assert.ok(values[8] < values[7], 'then, day by day, that it was genuine');
  assert.ok(values[16] < values[7], 'its frauds from day 10 on are not known on day 16');
  assert.ok(values[17] > values[16]);
  assert.ok(values[29] > values[17]);
});
