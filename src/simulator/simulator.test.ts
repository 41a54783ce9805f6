import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTransaction, transactionToJson } from '../domain/transaction.ts';
import { FRAUD_TYPES } from './fraud.ts';
import { createSimulator } from './simulator.ts';

const START_MS = Date.UTC(2026, 0, 5);
const options = { seed: 1, rate: 0.5, startMs: START_MS, dayRhythm: true } as const;

test('the simulated stream is valid, in time order, and the same for the same seed', () => {
  const [one, same, other] = [1, 1, 2].map((seed) => createSimulator({ ...options, seed }));
  let before = 0;
  let different = 0;
  for (let i = 0; i < 5000; i++) {
    const { transaction, fraudType } = one.next();
    assert.deepEqual(same.next(), { transaction, fraudType });
    if (other.next().transaction.amountMinor !== transaction.amountMinor) different++;
    assert.ok(transaction.occurredAtMs >= before);
    before = transaction.occurredAtMs;
    const parsed = parseTransaction(transactionToJson(transaction), before);
    assert.ok(parsed.ok, JSON.stringify(parsed));
    // What is not stated is undefined in the one, absent in the other.
    assert.deepEqual(JSON.parse(JSON.stringify(parsed.value)), transaction);
  }
  assert.ok(different > 4000);
});

test('about one transaction in 200 is fraud, of every type there is', () => {
  const simulator = createSimulator(options);
  const types = new Map<string, number>();
  const rows = 200_000;
  for (let i = 0; i < rows; i++) {
    const { fraudType } = simulator.next();
    if (fraudType !== undefined) types.set(fraudType, (types.get(fraudType) ?? 0) + 1);
  }
  const frauds = [...types.values()].reduce((a, b) => a + b, 0);
  assert.ok(frauds / rows > 0.003 && frauds / rows < 0.008, `${frauds} of ${rows}`);
  assert.deepEqual([...types.keys()].sort(), [...FRAUD_TYPES].sort());
});

test('days have a rhythm: fewer payments at night than in the afternoon', () => {
  const simulator = createSimulator(options);
  const byHour = new Array<number>(24).fill(0);
  for (let i = 0; i < 100_000; i++) {
    byHour[new Date(simulator.next().transaction.occurredAtMs).getUTCHours()]++;
  }
  assert.ok(byHour[3] < byHour[15] / 3, byHour.join(' '));
});

test('a fraud can be started by hand', () => {
  const simulator = createSimulator({ ...options, fraudShare: 0 });
  for (let i = 0; i < 100; i++) assert.equal(simulator.next().fraudType, undefined);
  simulator.inject('card_testing', simulator.next().transaction.occurredAtMs);
  const types = Array.from({ length: 2000 }, () => simulator.next().fraudType);
  assert.ok(types.includes('card_testing'));
});

test('another rate begins at its moment, however long the pause before', () => {
  const fromMs = START_MS + 7 * 86_400_000;
  const simulator = createSimulator({ seed: 1, rate: 1e-5, startMs: START_MS });
  simulator.retune(100, fromMs);
  const times: number[] = [];
  for (let i = 0; i < 2000; i++) times.push(simulator.next().transaction.occurredAtMs);
  const after = times.filter((at) => at >= fromMs && at < fromMs + 10_000);
  assert.ok(after.length > 850 && after.length < 1150, `${after.length} in ten seconds`);
});

test('M15 a stream goes on with the frauds that were under way, and with no payment of the one before', () => {
  const splitMs = START_MS + 6 * 3_600_000 + 17_000;
  const whole = createSimulator({ seed: 4, rate: 2, startMs: START_MS });
  const later = createSimulator({ seed: 4, rate: 2, startMs: splitMs });
  const take = (simulator: typeof whole, fromMs: number, untilMs: number) => {
    const frauds: string[] = [];
    const genuine: string[] = [];
    for (;;) {
      const { transaction, fraudType } = simulator.next();
      const { id: _, ...rest } = transaction;
      if (rest.occurredAtMs >= untilMs) return { frauds, genuine };
      if (rest.occurredAtMs >= fromMs)
        (fraudType === undefined ? genuine : frauds).push(JSON.stringify(rest));
    }
  };
  const untilMs = splitMs + 2 * 3_600_000;
  const [one, other] = [take(whole, splitMs, untilMs), take(later, splitMs, untilMs)];
  assert.ok(one.frauds.length > 30, `${one.frauds.length} frauds`);
  assert.deepEqual(other.frauds, one.frauds);
  const told = new Set(one.genuine);
  assert.equal(other.genuine.filter((text) => told.has(text)).length, 0);
});
