// A desk that sees one currency only computes what it computed before amounts were converted.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { STANDARD } from '../features/standard.ts';
import { createSimulator } from '../simulator/simulator.ts';

const TRANSACTIONS = 20_000;

function digestOf(currency: string): string {
  const simulator = createSimulator({ seed: 11, rate: 20, startMs: Date.UTC(2026, 0, 1), fraudShare: 0.02 });
  const state = STANDARD.createState();
  const vector = new Float64Array(STANDARD.size);
  const digest = createHash('sha256');
  for (let i = 0; i < TRANSACTIONS; i++) {
    STANDARD.observe(state, { ...simulator.next().transaction, currency }, vector);
    // The last digits of a logarithm are the machine's affair.
    digest.update(Array.from(vector, (value) => value.toPrecision(12)).join(' '));
  }
  return digest.digest('base64url').slice(0, 16);
}

test('F8 a desk of one currency computes what it computed before amounts were converted', () => {
  assert.deepEqual(['EUR', 'JPY', 'KWD'].map(digestOf), [
    '-rIpl4vyOHkLm8qJ',
    '1oPvS-Duo_s-x788',
    '8xMdDjfLKJC6sAKF',
  ]);
});
