import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Transaction } from '../domain/transaction.ts';
import { placeIn } from '../features/place-in.ts';
import { STANDARD } from '../features/standard.ts';
import { closedScorer } from '../models/closed-scorer.ts';
import type { Scorer } from '../models/model.ts';
import type { Rule } from '../rules/rule.ts';
import { compileRuleset } from '../rules/ruleset.ts';
import { judge } from './decide.ts';

const transaction: Transaction = {
  id: 't',
  accountId: 'a',
  occurredAtMs: 0,
  amountMinor: 100,
  currency: 'EUR',
  type: 'purchase',
};
const rule = (id: string, action: Rule['action'], expression: string): Rule => ({
  id,
  version: 1,
  action,
  priority: 30,
  text: 'why',
  mode: 'live',
  expression,
});
const scorer = (more: Partial<Scorer>): Scorer => ({ ...closedScorer('m', 'closed', STANDARD), ...more });
const decided = (by: Scorer, rules: readonly Rule[] = []) => {
  const vector = new Float64Array(STANDARD.size).fill(7);
  return { ...judge(transaction, by, compileRuleset(rules, STANDARD), 0, vector), vector };
};
const fails = (): never => {
  throw new TypeError('broken');
};

test('D6 a model that cannot decide makes a review, says so, and is counted', () => {
  for (const score of [() => Number.NaN, () => Number.POSITIVE_INFINITY, () => -1, () => 2, fails]) {
    const by = scorer({ score });
    const { outcome, reasons, score: stored, vector } = decided(by);
    assert.equal(outcome, 'review');
    assert.match(reasons[0].text, /could not score it/);
    assert.equal(stored, by.info.thresholds.review, 'outcome and score agree');
    assert.equal(by.failures.count, 1);
    assert.ok(by.failures.last);
    assert.ok(
      Number.isNaN(vector[placeIn(STANDARD, 'merchant_encoded')]),
      'nothing of another transaction is left',
    );
  }
  const notNumbers = decided(scorer({ score: () => 'high' as unknown as number }));
  assert.equal(notNumbers.outcome, 'review');
});

test('D6 thresholds that cannot be compared never approve', () => {
  const { info } = closedScorer('m', '', STANDARD);
  for (const thresholds of [
    { review: 'no', decline: 'no' },
    { review: Number.NaN, decline: Number.NaN },
    {},
    { review: undefined, decline: 0.9 },
  ]) {
    const by = scorer({ score: () => 0.82, info: { ...info, thresholds: thresholds as never } });
    assert.equal(decided(by).outcome, 'review');
  }
});

test('D6 rules are evaluated where the model cannot decide: they can make it stricter, and an approve rule lifts it', () => {
  const by = scorer({ score: fails });
  assert.equal(decided(by, [rule('d', 'decline', 'transaction.amount > 0.5')]).outcome, 'decline');
  assert.equal(decided(by, [rule('low', 'approve', 'score < 0.1')]).outcome, 'review');
  assert.equal(decided(by, [rule('known', 'approve', 'transaction.accountId == "a"')]).outcome, 'approve');
});

test('D6 a model that cannot say why decides as it scored, and says that', () => {
  const high = scorer({ score: () => 0.9 });
  for (const contributions of [fails, () => new Float64Array(STANDARD.size).fill(Number.POSITIVE_INFINITY)]) {
    const { outcome, reasons } = decided({ ...high, contributions });
    assert.deepEqual([outcome, reasons.length], ['review', 1]);
    assert.match(reasons[0].text, /could not say why/);
  }
  assert.equal(high.failures.count, 2);
});
