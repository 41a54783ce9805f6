import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OUTCOMES, type Outcome, RULE_ACTIONS, type RuleHit, stricter } from '../domain/decision.ts';
import { parseTransaction } from '../domain/transaction.ts';
import { placeIn } from '../features/place-in.ts';
import { STANDARD } from '../features/standard.ts';
import { createListSet } from '../lists/list-set.ts';
import { checkExpression } from './check.ts';
import { combine } from './combine.ts';
import { explainRule, explanationBudget } from './explain-rule.ts';
import { NO_LOOKUPS, type Rule } from './rule.ts';
import { compileRuleset } from './ruleset.ts';
import { STARTER_LISTS, STARTER_RULES } from './starter-rules.ts';

const NOW = Date.UTC(2026, 0, 2);
const parsed = parseTransaction(
  {
    id: 't',
    accountId: 'a',
    occurredAt: '2026-01-01T03:00:00Z',
    amountMinor: 123_456,
    currency: 'EUR',
    type: 'transfer',
    ip: '203.0.113.9',
    counterpartyName: 'Ann',
  },
  NOW,
);
assert.ok(parsed.ok);
const transaction = parsed.value;
const rule = (expression: string, more: Partial<Rule> = {}): Rule => ({
  id: 'r',
  version: 1,
  action: 'review',
  priority: 30,
  text: 'why',
  mode: 'live',
  expression,
  ...more,
});
const vector = (): Float64Array => new Float64Array(STANDARD.size);
const blocked = createListSet('ip');
blocked.add('203.0.113.0/24', NOW + 1000);
const lookups = {
  list: (name: string) => (name === 'blocked' ? blocked : undefined),
  sanctionMatch: (name: string) => (name === 'Ann' ? 0.95 : 0),
};

test('R1 a rule reads features, the transaction, the score and lists; what is not said is an empty text', () => {
  const values = vector();
  values[placeIn(STANDARD, 'amount')] = 7;
  const holds = (expression: string, score = 0.1, nowMs = NOW): boolean =>
    compileRuleset([rule(expression)], STANDARD, { lookups }).evaluate(transaction, values, score, nowMs)
      .length === 1;
  assert.ok(holds('features.amount > 5.0 && transaction.type == "transfer" && score < 0.5'));
  assert.ok(!holds('score < 0.5', 0.9));
  assert.ok(holds('features.amount > 5'), 'whole numbers compare with decimals');
  assert.ok(holds('transaction.amount == 1234.56 && transaction.hour == 3'));
  assert.ok(holds('transaction.merchant.mcc == "" && transaction.channel == ""'));
  assert.ok(holds('inList("blocked", transaction.ip)'));
  assert.ok(!holds('inList("blocked", transaction.ip)', 0.1, NOW + 2000), 'an entry that has ended');
  assert.ok(holds('sanctionMatch(transaction.counterpartyName) > 0.9'));
  values[placeIn(STANDARD, 'amount')] = Number.NaN;
  assert.ok(!holds('features.amount > 5.0'), 'a missing value is not above anything');
});

test('L3 a hit of a rule that screens names says what they fit; that of another rule does not', () => {
  const reason = {
    ...lookups,
    sanctionReason: (name: string) => (name === 'Ann' ? '0.95 like ANN (1).' : undefined),
  };
  const match = 'sanctionMatch(transaction.counterpartyName) > 0.9';
  const hits = (rules: readonly Rule[], asked = reason): readonly (string | undefined)[] =>
    compileRuleset(rules, STANDARD, { lookups: asked })
      .evaluate(transaction, vector(), 0, NOW)
      .map(({ why }) => why);
  assert.deepEqual(hits([rule(match, { id: 'a' }), rule('score >= 0.0', { id: 'b' })]), [
    '0.95 like ANN (1).',
    undefined,
  ]);
  assert.deepEqual(hits([rule('sanctionMatch("Nobody") < 0.5')]), [undefined]);
  assert.deepEqual(hits([rule(match)], { ...reason, sanctionReason: () => undefined }), [undefined]);
  const twice = 'sanctionMatch("Ann") > 0.9 && sanctionMatch("Nobody") < 0.9 && sanctionMatch("Ann") > 0.9';
  const ruleset = compileRuleset([rule(twice)], STANDARD, { lookups: reason });
  for (let i = 0; i < 3; i++)
    assert.equal(
      ruleset.evaluate(transaction, vector(), 0, NOW)[0].why,
      '0.95 like ANN (1).',
      'each time the same',
    );
});

test('R2 a rule that throws does not hold and is counted, with what it said', () => {
  const ruleset = compileRuleset(
    [rule('int(transaction.type) > 1'), rule('score >= 0.0', { id: 's' })],
    STANDARD,
  );
  assert.deepEqual(
    ruleset.evaluate(transaction, vector(), 0, NOW).map(({ id }) => id),
    ['s'],
  );
  assert.equal(ruleset.errors.get('r 1'), 1);
  assert.match(ruleset.costs().get('r 1')?.lastError ?? '', /int/);
});

test('R2 a new version that keeps costing too much is left out within its first 64 evaluations', () => {
  let now = 0;
  // Every look at the clock is half a millisecond later.
  const ruleset = compileRuleset([rule('true')], STANDARD, {
    elapsedMs: () => {
      now += 0.5;
      return now;
    },
  });
  let held = 0;
  for (let i = 0; i < 64; i++) held += ruleset.evaluate(transaction, vector(), 0, NOW).length;
  assert.match(ruleset.costs().get('r 1')?.suspended ?? '', /500 µs on average; at most 200/);
  assert.ok(held > 0 && held < 64);
});

test('R2 a screening that takes long is no reason to leave its rule out', () => {
  let now = 0;
  const slow = {
    list: () => undefined,
    sanctionMatch: () => {
      now += 10;
      return 1;
    },
  };
  const ruleset = compileRuleset([rule('sanctionMatch("Ana") >= 0.92')], STANDARD, {
    lookups: slow,
    elapsedMs: () => now,
  });
  for (let i = 0; i < 200; i++) assert.equal(ruleset.evaluate(transaction, vector(), 0, NOW).length, 1);
  assert.equal(ruleset.costs().get('r 1')?.suspended, undefined);
});

test('R3 what cannot be right is refused, and where', () => {
  const wrong = (expression: string): string => {
    const check = checkExpression(expression, lookups, STANDARD);
    assert.ok(!check.ok, expression);
    return `${expression.slice(check.start, check.end)} · ${check.message}`;
  };
  assert.match(wrong('features.amout > 1.0'), /^amout · There is no "amout"\. Did you mean amount\?/);
  assert.match(wrong('score >'), /Unexpected/);
  assert.match(wrong('score == "high"'), /no such overload/);
  assert.match(wrong('nope > 1'), /nope · There is no "nope"/);
  assert.match(wrong('transaction.colour == "red"'), /colour/);
  assert.match(wrong('inList("nowhere", transaction.ip)'), /"nowhere" · There is no list/);
  assert.match(wrong('inList(transaction.type, transaction.ip)'), /named by a text/);
  assert.match(wrong('transaction.merchant.name.matches("(a+)+$")'), /matches\(\) is not offered/);
  assert.match(wrong('features.amount'), /true or false/);
  assert.match(wrong(' '), /Write a condition/);
  const many = Array.from({ length: 150 }, (_, i) => i).join(',');
  assert.match(wrong(`[${many}].exists(a, [${many}].exists(b, a + b > 500))`), /steps|AST/);
  assert.match(
    wrong('bytes(transaction.city).size() > 1'),
    /^bytes\(transaction\.city\) · bytes\(\) is not offered/,
  );
  assert.match(
    wrong('transaction.city.split("").map(c, transaction.city).join("").split("").size() > 1'),
    /characters/,
  );
  assert.match(wrong(`score > 0.1 ${'&& score > 0.1 '.repeat(400)}`), /characters|limit|AST/i);
  assert.throws(() => compileRuleset([rule('features.amout > 1.0')], STANDARD), /Rule r: .*amout/);
});

test('R3 whatever is typed, a check answers, and what it lets pass compiles', () => {
  const parts = fc.constantFrom(
    'features.amount', 'transaction.type', 'score', '>', '==', '&&', '||', '(', ')', '"x"', '1.0', '1', '!', 'inList',
    ',', '[1]', '.exists(a, a)', 'matches', ' ', 'in', '?', ':', '.size()',
  ); // biome-ignore format: a list
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 12 }), (words) => {
      const expression = words.join(' ');
      const check = checkExpression(expression, lookups, STANDARD);
      if (!check.ok) {
        assert.ok(check.start >= 0 && check.end <= expression.length + 1 && check.message !== '');
        return;
      }
      compileRuleset([rule(expression)], STANDARD, { lookups }).evaluate(transaction, vector(), 0.5, NOW);
    }),
    { numRuns: 2000 },
  );
});

const hit = (action: RuleHit['action'], priority: number, shadow = false): RuleHit => ({
  id: action,
  version: 1,
  action,
  priority,
  text: '',
  ...(shadow && { shadow }),
});

test('D4 a review or decline rule only makes an outcome stricter; an approve rule lifts what is less important', () => {
  assert.equal(combine('decline', [hit('review', 1)]), 'decline');
  assert.equal(combine('approve', [hit('review', 50)]), 'review');
  assert.equal(combine('decline', [hit('approve', 20)]), 'approve');
  assert.equal(combine('decline', [hit('approve', 20), hit('review', 20)]), 'review');
  assert.equal(combine('decline', [hit('approve', 20), hit('decline', 30)]), 'approve');
  assert.equal(combine('approve', [hit('approve', 20), hit('decline', 10)]), 'decline');
  const anyHit = fc.record({
    action: fc.constantFrom(...RULE_ACTIONS),
    priority: fc.integer({ min: 1, max: 5 }),
    shadow: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.constantFrom(...OUTCOMES),
      fc.array(anyHit, { maxLength: 8 }),
      (byScore: Outcome, some) => {
        const hits = some.map((one) => hit(one.action, one.priority, one.shadow));
        const outcome = combine(byScore, hits);
        const counting = hits.filter(({ shadow, action }) => !shadow && action !== 'tag');
        assert.equal(combine(byScore, counting), outcome, 'shadow rules and tags change nothing');
        assert.equal(combine(byScore, [...hits].reverse()), outcome, 'the order does not matter');
        if (!counting.some(({ action }) => action === 'approve')) {
          const strictest = counting.reduce<Outcome>(
            (worst, { action }) => (action === 'tag' ? worst : stricter(worst, action)),
            byScore,
          );
          assert.equal(outcome, strictest);
        }
      },
    ),
  );
});

test('the starter rules are in order, name only lists that come with them, and the version follows the rules', () => {
  const lists = new Set<string>(STARTER_LISTS.map(({ name }) => name));
  for (const one of STARTER_RULES) {
    const check = checkExpression(
      one.expression,
      {
        ...NO_LOOKUPS,
        list: (name) => (lists.has(name) ? createListSet('text') : undefined),
      },
      STANDARD,
    );
    assert.ok(check.ok, `${one.id}: ${JSON.stringify(check)}`);
  }
  const { version } = compileRuleset(STARTER_RULES, STANDARD);
  assert.equal(compileRuleset([...STARTER_RULES].reverse(), STANDARD).version, version);
  assert.notEqual(compileRuleset(STARTER_RULES.slice(1), STANDARD).version, version);
});

test('R4 each condition of a rule is shown with its values', () => {
  const values = vector();
  values[placeIn(STANDARD, 'amount')] = 7;
  const explained = explainRule(
    '(features.amount > 5.0 || score > 0.9) && !inList("blocked", transaction.ip) && int(transaction.type) > 1',
    STANDARD,
    transaction,
    values,
    0.1,
    NOW,
    lookups,
    explanationBudget(() => 0),
  );
  assert.deepEqual(
    explained.map(({ text, holds, values: of }) => [text, holds, of.map(({ value }) => value)]),
    [
      ['features.amount > 5.0', true, [7]],
      ['score > 0.9', false, [0.1]],
      ['inList("blocked", transaction.ip)', true, [true]],
      ['int(transaction.type) > 1', undefined, [null]],
    ],
  );
});
