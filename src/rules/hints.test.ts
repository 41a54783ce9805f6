import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STANDARD } from '../features/standard.ts';
import { checkExpression, checkFiled } from './check.ts';
import { fixed } from './fix.ts';
import { NO_LOOKUPS } from './rule.ts';
import { STARTER_RULES } from './starter-rules.ts';

/** What stands at the place of the fault, and the expression with the fix. */
function refused(expression: string): [string, string | undefined, string] {
  const check = checkExpression(expression, NO_LOOKUPS, STANDARD);
  assert.ok(!check.ok, expression);
  const right = check.fix && fixed(expression, check.fix);
  return [expression.slice(check.start, check.end), right, check.message];
}
function warned(expression: string): (string | undefined)[] {
  const check = checkExpression(expression, undefined, STANDARD);
  assert.ok(check.ok, expression);
  return check.warnings.map(({ fix }) => fix && fixed(expression, fix));
}

test('R3 a whole number beside one with decimals is named alone, with what to write', () => {
  for (const [expression, at, right] of [
    ['features.is_new_device == 1', '1', 'features.is_new_device == 1.0'],
    ['transaction.amount / 2 > 5.0', '2', 'transaction.amount / 2.0 > 5.0'],
    ['transaction.amount in [100, -200]', '100, -200', 'transaction.amount in [100.0, -200.0]'],
    ['(score > 0.5 ? 1 : 2.0) > 1.0', '1', '(score > 0.5 ? 1.0 : 2.0) > 1.0'],
    ['score in [1, 2.0]', '1', 'score in [1.0, 2.0]'],
    ['transaction.hour + score > 1.0', 'transaction.hour', 'double(transaction.hour) + score > 1.0'],
    ['score == 9007199254740993', '9007199254740993', undefined],
  ] as const) {
    assert.deepEqual(refused(expression).slice(0, 2), [at, right], expression);
    if (right) assert.ok(checkExpression(right, undefined, STANDARD).ok, right);
  }
  assert.match(refused('score > 0.5 &&\n score == 1')[2], /write 1\.0 \(line 2, column 11\)/);
});

test('R3 words of other languages are named, with what to write', () => {
  for (const [expression, at, right] of [
    ['score > 0.5 or score < 0.1', 'or', 'score > 0.5 || score < 0.1'],
    ['score > 0.5 AND score < 0.7', 'AND', 'score > 0.5 && score < 0.7'],
    ['NOT (score > 0.5)', 'NOT ', '!(score > 0.5)'],
    ['not score > 0.5', 'not', undefined],
    ['score = 0.5', '=', 'score == 0.5'],
    ['score === 0.5', '===', 'score == 0.5'],
    ['score <> 0.5', '<>', 'score != 0.5'],
    ['score ≥ 0.5', '≥', 'score >= 0.5'],
    ['score ≠ 0.5', '≠', 'score != 0.5'],
    ['transaction.country IN ["DE"]', 'IN', 'transaction.country in ["DE"]'],
    ['transaction.country is "DE"', 'is', 'transaction.country == "DE"'],
    ['transaction.country == “DE”', '“DE”', 'transaction.country == "DE"'],
    ['transaction.country == null', 'null', 'transaction.country == ""'],
    ['(score > 0,5)', '0,5', '(score > 0.5)'],
    ['score > 1_000.0', '1_000.0', 'score > 1000.0'],
    ['score > .5', '.5', 'score > 0.5'],
    ['score > 5%', '5%', undefined],
    ['transaction.city like "A"', 'like', undefined],
    ['score between 0.1 and 0.2', 'between', undefined],
  ] as const) {
    assert.deepEqual(refused(expression).slice(0, 2), [at, right], expression);
    if (right) assert.ok(checkExpression(right, undefined, STANDARD).ok, right);
  }
  assert.match(
    refused('transaction.city == "a or b" &&\nscore = 0.5')[2],
    /== instead of =\. \(line 2, column 7\)/,
  );
  assert.ok(checkExpression('transaction.city in ["or", "=", "0,5"]', undefined, STANDARD).ok);
});

test('R3 numbers that do not fit are refused; a rule that was filed with one runs on', () => {
  assert.match(refused('9223372036854775808 > 1')[2], /does not fit into 64 bits/);
  assert.ok(checkExpression('-9223372036854775808 < 1', undefined, STANDARD).ok);
  assert.ok(checkFiled('9223372036854775808 > 1', undefined, STANDARD).ok);
  assert.match(refused('score < 1e400')[2], /too large/);
});

test('R8 a condition that also holds where a value is missing is warned of, with the guarded one', () => {
  for (const [expression, right] of [
    ['features.is_new_device != 0.0', '(features.is_new_device < 0.0 || features.is_new_device > 0.0)'],
    ['!(features.amount_zscore <= 3.0)', 'features.amount_zscore > 3.0'],
    ['transaction.country != "DE"', 'transaction.country != "" && transaction.country != "DE"'],
    [
      '!(transaction.city == "A") || score > 0.5',
      'transaction.city != "" && !(transaction.city == "A") || score > 0.5',
    ],
    ['!(score > 0.5 && features.amount_zscore > 3.0)', '!(score > 0.5 && !(features.amount_zscore <= 3.0))'],
    ['!inList("a", transaction.ip)', 'transaction.ip != "" && !inList("a", transaction.ip)'],
  ]) {
    assert.deepEqual(warned(expression), [right]);
    assert.deepEqual(warned(right), [], right);
  }
});

test('R8 what is guarded, means the missing one, or is never missing gives no warning; nor do the starter rules', () => {
  for (const expression of [
    'transaction.country == ""',
    'transaction.country != ""',
    'transaction.country == "" || transaction.country != "DE"',
    '!(transaction.country == "" || transaction.country == "DE")',
    'features.amount_zscore > 1.0 && features.amount_zscore != 2.0',
    'transaction.type != "transfer"',
    'features.amount != 3.0',
    ...STARTER_RULES.map((rule) => rule.expression),
  ]) {
    assert.deepEqual(warned(expression), [], expression);
  }
  assert.equal(warned('transaction.ip != "a" || transaction.ip != "b"').length, 2);
});

test('R7 warnings of the longest expression are found at once', () => {
  const expression = Array.from({ length: 60 }, (_, i) => `transaction.city != "${i}"`).join(' && ');
  const started = performance.now();
  assert.equal(warned(expression).length, 10);
  assert.ok(performance.now() - started < 1000);
});
