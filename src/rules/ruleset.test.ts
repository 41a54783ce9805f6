import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stricter } from '../domain/decision.ts';
import { parseTransaction } from '../domain/transaction.ts';
import { FEATURE_COUNT, INDEX } from '../features/catalogue.ts';
import { compileRuleset, STARTER_RULES } from './ruleset.ts';

const parsed = parseTransaction(
  {
    id: 't',
    accountId: 'a',
    occurredAt: '2026-01-01T00:00:00Z',
    amountMinor: 100,
    currency: 'EUR',
    type: 'transfer',
  },
  Date.UTC(2026, 0, 2),
);
assert.ok(parsed.ok);
const transaction = parsed.value;
const rule = { id: 'r', action: 'review', text: 'why' } as const;

test('D4 a rule can only make an outcome stricter', () => {
  assert.equal(stricter('decline', 'review'), 'decline');
  assert.equal(stricter('review', 'approve'), 'review');
  assert.equal(stricter('approve', 'decline'), 'decline');
});

test('a rule reads features, the transaction and the score', () => {
  const vector = new Float64Array(FEATURE_COUNT);
  vector[INDEX.amount] = 7;
  const expression = 'features.amount > 5.0 && transaction.type == "transfer" && score < 0.5';
  const ruleset = compileRuleset([{ ...rule, expression }]);
  assert.deepEqual(ruleset.evaluate(transaction, vector, 0.1), [{ id: 'r', action: 'review', text: 'why' }]);
  assert.deepEqual(ruleset.evaluate(transaction, vector, 0.9), []);
  vector[INDEX.amount] = Number.NaN;
  assert.deepEqual(ruleset.evaluate(transaction, vector, 0.1), [], 'a missing value is not above anything');
});

test('D4 a rule that throws does not hold and is counted', () => {
  const ruleset = compileRuleset([{ ...rule, expression: 'transaction.merchant.mcc == "7995"' }]);
  assert.deepEqual(ruleset.evaluate(transaction, new Float64Array(FEATURE_COUNT), 0), []);
  assert.equal(ruleset.errors.get('r'), 1);
});

test('a rule that cannot be right is refused by name, and the version follows the rules', () => {
  assert.throws(() => compileRuleset([{ ...rule, expression: 'features.amout > 1.0' }]), /Rule r: .*amout/);
  assert.throws(() => compileRuleset([{ ...rule, expression: 'score >' }]));
  assert.throws(() => compileRuleset([{ ...rule, expression: 'score == "high"' }]), /Rule r/);
  const version = compileRuleset(STARTER_RULES).version;
  assert.equal(compileRuleset(STARTER_RULES).version, version);
  assert.notEqual(compileRuleset(STARTER_RULES.slice(1)).version, version);
});
