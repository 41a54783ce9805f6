// Contributions by concept, of models of both kinds: looked up and worked out. And what decisions say with them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../src/domain/random.ts';
import type { Transaction } from '../src/domain/transaction.ts';
import { explainVector } from '../src/engine/decide.ts';
import { compileCatalogue } from '../src/features/compile.ts';
import { DOCUMENT_FORMAT, type FeatureDefinition } from '../src/features/document.ts';
import { STANDARD } from '../src/features/standard.ts';
import { planTree } from '../src/models/explain-plan.ts';
import { addByTables } from '../src/models/explain-tables.ts';
import { createScorer } from '../src/models/model.ts';
import { smallModel } from '../src/training/small-model.ts';
import type { Trainer } from '../src/training/train-model.ts';

const TRANSACTION: Transaction = {
  id: 't', accountId: 'a', occurredAtMs: Date.UTC(2026, 0, 1), amountMinor: 2_000, currency: 'EUR', type: 'purchase',
  channel: 'ecommerce', country: 'DE', merchant: { id: 'm' },
}; // biome-ignore format: short

const TRAINERS: readonly Trainer[] = [
  { kind: 'boosting', trees: 20, folds: 2 },
  { kind: 'forest', trees: 10 },
];

for (const trainer of TRAINERS) {
  test(`X2 M3: contributions add up exactly within a concept, and over concepts to the vote less the base (${trainer.kind})`, async () => {
    const model = await smallModel(trainer);
    const plans = Array.from(model.ensemble.roots, (root) => planTree(model.ensemble, root));
    const isLookedUp = addByTables(model.ensemble, plans) !== undefined;
    assert.equal(isLookedUp, trainer.kind === 'boosting', 'both ways are tried');
    const scorer = createScorer(model, STANDARD);
    const random = createRandom(11);
    for (let round = 0; round < 300; round++) {
      const vector = Float64Array.from({ length: STANDARD.size }, () =>
        random.next() < 0.25 ? Number.NaN : Math.exp(6 * random.next()) * Math.sign(random.next() - 0.1),
      );
      const { concepts } = explainVector(
        scorer,
        vector,
        round % 2 === 0 ? 'decline' : 'approve',
        TRANSACTION,
      );
      const total = concepts.reduce((sum, { contribution }) => sum + contribution, scorer.baseVote);
      assert.ok(Math.abs(total - scorer.vote(vector)) <= 1e-9, `${total} is not ${scorer.vote(vector)}`);
      const contributions = scorer.contributions(vector);
      for (const { concept, contribution } of concepts) {
        let sum = 0;
        STANDARD.features.forEach((feature, slot) => {
          if (feature.concept === concept) sum += contributions[slot];
        });
        assert.ok(Math.abs(contribution - sum) <= 1e-12 * Math.max(1, Math.abs(sum)), concept);
      }
    }
  });
}

const own = (name: string, more: object): FeatureDefinition =>
  ({ kind: 'aggregate', name, entity: 'account', measure: 'count', window: '1h', unit: 'records', description: name, missing: 'never', sentence: name, ...more }) as FeatureDefinition; // biome-ignore format: short

test('X1: an own feature is of the concept that it says, else of what follows from what it measures and of whom', () => {
  const features = [
    own('said', { concept: 'payroll' }),
    own('joined', { concept: 'payee' }),
    own('paid', {}),
    own('spent', { measure: 'mean', of: 'amount' }),
    own('logins', { events: ['failed_login'] }),
    own('payees', { events: ['payee_added'] }),
    own('salaries', { events: ['salary'] }),
    own('frauds', { entity: 'customer', measure: 'fraud_count' }),
    own('of_customer', { entity: 'customer' }),
    own('places', { measure: 'distinct', of: 'city' }),
    own('at_merchant', { entity: 'merchant' }),
    own('came_in', { entity: 'counterparty', by: ['accountId'] }),
    { ...own('rank', {}), kind: 'field', field: 'rank' } as FeatureDefinition,
  ];
  const catalogue = compileCatalogue({
    format: DOCUMENT_FORMAT,
    standard: 'none',
    data: {
      fields: [
        { name: 'customerId', type: 'id', description: 'Customer', personal: true },
        { name: 'rank', type: 'number', description: 'Rank', personal: false, feature: false },
      ],
      entities: [{ name: 'customer', description: 'Customer', key: ['customerId'] }],
      events: [{ name: 'salary', description: 'Salary' }],
      types: [],
      channels: [],
    },
    features,
  });
  assert.deepEqual(
    catalogue.features.map(({ name, concept }) => [name, concept]),
    [
      ['said', 'payroll'],
      ['joined', 'payee'],
      ['paid', 'pace'],
      ['spent', 'amount'],
      ['logins', 'device and session'],
      ['payees', 'payee'],
      ['salaries', 'your own'],
      ['frauds', 'known fraud'],
      ['of_customer', 'your own'],
      ['places', 'place'],
      ['at_merchant', 'merchant'],
      ['came_in', 'money in'],
      ['rank', 'your own'],
    ],
  );
});
