// Several catalogues in one process: models, vectors and rules under each.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Transaction } from '../src/domain/transaction.ts';
import { createEngine, type Decided, type InService } from '../src/engine/process-batch.ts';
import type { LogRecord } from '../src/engine/records.ts';
import { cataloguesOf, createVectorReader } from '../src/engine/stored-vectors.ts';
import { vectorCodec } from '../src/engine/vector-codec.ts';
import type { Catalogue } from '../src/features/catalogue.ts';
import { featuresOfSet } from '../src/features/sets.ts';
import { STANDARD } from '../src/features/standard.ts';
import { splitsBySet } from '../src/models/ensemble.ts';
import { createScorer, type Model, parseModel, serializeModel } from '../src/models/model.ts';
import { unseenShifts } from '../src/models/shift.ts';
import { asksWhose } from '../src/rules/asks-whose.ts';
import { checkExpression, listsRead } from '../src/rules/check.ts';
import { explainRule, explanationBudget } from '../src/rules/explain-rule.ts';
import { NO_LOOKUPS, type Rule } from '../src/rules/rule.ts';
import { compileRuleset } from '../src/rules/ruleset.ts';
import { STARTER_RULES } from '../src/rules/starter-rules.ts';
import { vocabularyOf } from '../src/rules/vocabulary.ts';
import { createSimulator } from '../src/simulator/simulator.ts';
import { createFeatureReplay } from '../src/training/feature-replay.ts';
import { smallModel } from '../src/training/small-model.ts';
import { scoreTable, trainModel } from '../src/training/train-model.ts';
import { createTableBuilder, type TrainingTable } from '../src/training/training-table.ts';
import { catalogueOf, OTHER } from './other-catalogue.ts';

const ROWS = 2000;
const SEGMENTS = ['retail', 'private', 'corporate'];
/** Payments whose fraud is known by the own number and the own category alone. */
const PAYMENTS: readonly { readonly transaction: Transaction; readonly fraud: boolean }[] = (() => {
  const simulator = createSimulator({ seed: 5, rate: 0.05, startMs: Date.UTC(2026, 0, 1) });
  return Array.from({ length: ROWS }, (_, i) => {
    const segment = SEGMENTS[i % 3];
    const score = (i * 37) % 100;
    const transaction: Transaction = {
      ...simulator.next().transaction,
      ...(i % 10 > 0 && { attributes: { 'customer.segment': segment, 'risk.deviceScore': score } }),
    };
    return { transaction, fraud: segment === 'private' && score > 60 };
  });
})();

function tableOf(catalogue: Catalogue): TrainingTable {
  const features = createFeatureReplay(catalogue);
  const builder = createTableBuilder(catalogue);
  for (const { transaction, fraud } of PAYMENTS) {
    builder.add(transaction, features.next(transaction, undefined), fraud);
  }
  return builder.finish();
}

const trainedUnder = async (catalogue: Catalogue, features: readonly string[]): Promise<Model> =>
  (
    await trainModel(tableOf(catalogue), {
      source: 'history',
      features,
      seed: 1,
      trainer: { kind: 'boosting', trees: 20, folds: 2, sets: ['customer.segment'] },
      fraudWeight: 1,
      createdAtMs: 0,
    })
  ).model;

const OWN_FEATURES = ['amount', 'risk_device_score', 'customer_segment', 'merchant_encoded'];
let standardModel: Model;
let ownModel: Model;
before(async () => {
  standardModel = await smallModel({ kind: 'boosting', trees: 20, folds: 2 }, 11);
  ownModel = await trainedUnder(OTHER, OWN_FEATURES);
});

const RECORDS = PAYMENTS.map(
  ({ transaction }): LogRecord => ({
    kind: 'transaction',
    transaction,
    receivedAtMs: 0,
  }),
);

function engineOf(inService: InService) {
  const engine = createEngine(inService.catalogue.createState(), inService);
  return (from: number, until: number): readonly Decided[] =>
    engine.processBatch(
      0,
      { firstOffset: from, nextOffset: until, records: RECORDS.slice(from, until) },
      { label: () => undefined },
      0,
    ).decided;
}

const inServiceOf = (catalogue: Catalogue, model: Model): InService => ({
  catalogue,
  serving: { champion: createScorer(model, catalogue) },
  ruleset: compileRuleset(STARTER_RULES, catalogue),
});

test('Y50 catalogues that are alive at once do not disturb each other: a model says the same under each that has its features', () => {
  const decide = [STANDARD, OTHER].map((catalogue) => engineOf(inServiceOf(catalogue, standardModel)));
  const readers = [
    createVectorReader(
      STANDARD,
      cataloguesOf(() => [OTHER]),
    ),
    createVectorReader(
      OTHER,
      cataloguesOf(() => [STANDARD]),
    ),
  ];
  // In turns, a few at a time.
  for (let from = 0; from < 1000; from += 7) {
    const [ours, theirs] = decide.map((batch) => batch(from, from + 7));
    ours.forEach((one, i) => {
      const other = theirs[i];
      assert.deepEqual(
        { ...other.decision, catalogueHash: '' },
        { ...one.decision, catalogueHash: '' },
        `${from + i}`,
      );
      assert.deepEqual(
        [one.decision.catalogueHash, other.decision.catalogueHash],
        [STANDARD.hash, OTHER.hash],
      );
      assert.deepEqual(
        readers[0].read(other.vector, OTHER.hash),
        vectorCodec(STANDARD.size).decode(one.vector),
      );
      const { transaction } = one;
      const back = readers[1].read(one.vector, STANDARD.hash);
      const whole = vectorCodec(OTHER.size).decode(other.vector);
      assert.ok(Number.isNaN(back[OTHER.size - 1]) && Number.isNaN(back[0]), 'the one before had none');
      assert.deepEqual(back.slice(1, -1), whole.slice(1, -1));
      assert.ok(Object.is(whole[OTHER.size - 1], transaction.attributes?.['risk.deviceScore'] ?? Number.NaN));
    });
  }
});

test('Y50 an engine goes over to another catalogue between two batches', () => {
  const engine = createEngine(STANDARD.createState(), inServiceOf(STANDARD, standardModel));
  const batch = (from: number): readonly Decided[] =>
    engine.processBatch(
      0,
      { firstOffset: from, nextOffset: from + 50, records: RECORDS.slice(from, from + 50) },
      { label: () => undefined },
      0,
    ).decided;
  const whole = engineOf(inServiceOf(STANDARD, standardModel))(0, 100);
  const first = batch(0);
  engine.serve(inServiceOf(OTHER, standardModel));
  const scores = [...first, ...batch(50)];
  assert.deepEqual(
    scores.map(({ decision }) => decision.score),
    whole.map(({ decision }) => decision.score),
  );
  assert.equal(vectorCodec(OTHER.size).decode(scores[99].vector).length, OTHER.size);
});

test('Y51 a vector is read by the catalogue it was written with; by none that is known it is left out', () => {
  const changed = {
    ...OTHER,
    hash: 'changed',
    features: OTHER.features.map((one) => (one.name === 'amount' ? { ...one, hash: 'other' } : one)),
  };
  const reader = createVectorReader(
    changed,
    cataloguesOf(() => [OTHER, STANDARD]),
  );
  assert.deepEqual(
    [OTHER.hash, STANDARD.hash, 'changed', 'of nobody'].map((hash) => reader.knows(hash)),
    [true, true, true, false],
  );
  const vector = Float64Array.from({ length: OTHER.size }, (_, i) => i + 0.5);
  const read = reader.read(vectorCodec(OTHER.size).encode(vector), OTHER.hash);
  const amount = OTHER.place('amount') ?? -1;
  assert.ok(Number.isNaN(read[amount]), 'what is computed in another way is another feature');
  read[amount] = vector[amount];
  assert.deepEqual(read, vector);
  assert.throws(() => reader.read(new Uint8Array(9), 'of nobody'), /not known any more/);
  const bytes = vectorCodec(STANDARD.size).encode(new Float64Array(STANDARD.size).fill(1.5));
  assert.throws(() => reader.read(Uint8Array.from([...bytes, 0]), OTHER.hash), /not a feature vector/);
});

test('Y52 a model of own features is saved with their hashes, and serves under every catalogue that has them', () => {
  const text = serializeModel(ownModel);
  const model = parseModel(text, 'm');
  assert.equal(serializeModel(model), text);
  assert.deepEqual(model.info.featureHashes, {
    amount: STANDARD.features[STANDARD.place('amount') ?? -1].hash,
    merchant_encoded: STANDARD.features[STANDARD.place('merchant_encoded') ?? -1].hash,
    risk_device_score: 'own-risk_device_score',
    customer_segment: 'own-customer_segment',
  });
  assert.ok(model.ensemble.cover.some((_, node) => splitsBySet(model.ensemble, node)));
  const scorer = createScorer(model, OTHER);
  assert.ok(scorer.knows('customer.segment', 'private') && !scorer.knows('customer.segment', 'unheard of'));
  assert.ok(!scorer.knows('nothing', 'private'));
  const small = catalogueOf('small', [
    'risk_device_score',
    ...OWN_FEATURES.toReversed().slice(0, 2),
    'amount',
  ]);
  const scores = scoreTable(model, tableOf(OTHER));
  assert.deepEqual(scoreTable(model, tableOf(small)), scores);
  const decide = engineOf(inServiceOf(OTHER, model));
  assert.deepEqual(
    Float64Array.from(decide(0, ROWS), ({ decision }) => decision.score),
    scores,
  );
  // It learnt what only own fields say.
  const mean = (of: readonly number[]): number => of.reduce((sum, value) => sum + value, 0) / of.length;
  const [frauds, genuine] = [true, false].map((is) =>
    mean([...scores].filter((_, i) => PAYMENTS[i].fraud === is)),
  );
  assert.ok(frauds > 3 * genuine, `${frauds} beside ${genuine}`);
});

test('Y52 a model that does not fit a catalogue is refused with the features that are missing or changed, and what to do', () => {
  assert.throws(
    () => createScorer(ownModel, STANDARD),
    /does not have risk_device_score, customer_segment\. Train a model with this catalogue, or give it these features back/,
  );
  const changed = {
    ...OTHER,
    features: OTHER.features.map((one) => (one.name === 'amount' ? { ...one, hash: 'other' } : one)),
  };
  for (const model of [ownModel, standardModel])
    assert.throws(() => createScorer(model, changed), /computes amount in another way/);
  const without = catalogueOf('without', featuresOfSet('handbook', STANDARD));
  assert.throws(
    () => createScorer(standardModel, without),
    /does not have amount_log, hour, day_of_week, is_high_amount, type_encoded and 61 more\./,
  );
});

test('Y52 a file says of all its features what they were, or is refused with the place', () => {
  const refused = (info: object, expected: RegExp, more: object = {}): void => {
    const text = serializeModel({ ...ownModel, ...more, info: { ...ownModel.info, ...info } });
    assert.throws(() => parseModel(text, 'm'), expected);
  };
  const { amount, ...others } = ownModel.info.featureHashes ?? {};
  refused({ featureHashes: others }, /\/info\/featureHashes\/amount must be a text/);
  refused(
    { featureHashes: { ...others, amount, more: 'x' } },
    /\/info\/featureHashes has a part that is not known/,
  );
  refused({ featureHashes: { ...others, amount: 5 } }, /\/info\/featureHashes\/amount/);
  refused({ featureHashes: [] }, /\/info\/featureHashes must be an object/);
  refused({ featureHashes: undefined }, /trained on feature catalogue other/);
  refused({ features: ['amount', 'x'.repeat(101)] }, /\/info\/features\/1 must be a text/);
  // Trees that number features beyond those it names.
  const nodes = ownModel.ensemble.nodes.slice();
  nodes[0] = (nodes[0] & ~0xffff) | 4;
  const ensemble = { ...ownModel.ensemble, nodes };
  refused({}, /asks for feature 4, which the model does not name/, { ensemble });
  const { 'customer.segment': _, ...encoding } = ownModel.encoding;
  const untold = parseModel(serializeModel({ ...ownModel, encoding }), 'm');
  assert.throws(
    () => createScorer(untold, OTHER),
    /asks for the category customer.segment, and has no table/,
  );
  const { levels, ...rest } = ownModel;
  const split = parseModel(serializeModel({ ...rest, levels: { merchant: [1, 2] } }), 'm');
  assert.throws(() => createScorer(split, OTHER), /splits customer_segment by sets, and has no levels/);
});

test('Y53 categories of own fields are looked at like those of the program: unseen ones raise an alarm', () => {
  const { knows, input } = createScorer(ownModel, OTHER);
  assert.deepEqual(Object.keys(input?.unseen ?? {}).at(-1), 'customer.segment');
  const later = PAYMENTS.map(({ transaction }, i) => ({
    ...transaction,
    attributes: { 'customer.segment': i % 2 === 0 ? 'new' : 'retail' },
  }));
  const alarms = unseenShifts(input?.unseen, later, OTHER.categories, knows).filter(({ alarm }) => alarm);
  assert.deepEqual(
    alarms.map(({ name }) => name),
    ['unseen customer.segment'],
  );
});

const rule = (expression: string): Rule => ({
  id: 'r',
  version: 1,
  action: 'review',
  priority: 30,
  text: 'why',
  mode: 'live',
  expression,
});
const SAID: Transaction = {
  id: 't',
  accountId: 'a',
  occurredAtMs: 0,
  amountMinor: 1000,
  currency: 'USD',
  base: { amountMinor: 500, currency: 'EUR', rate: 0.5, rateDate: '2026-01-01' } as Transaction['base'],
  type: 'purchase',
  attributes: {
    'customer.segment': 'private',
    'risk.deviceScore': 7.5,
    'risk.limit': 300,
    'risk.seen': false,
    'risk.since': '2026-01-01T00:00:00.000Z',
    'home.lat': 52,
    'home.lon': 13.5,
  },
};

test('Y54 rules see own fields by their types, and features of the catalogue', () => {
  const vector = new Float64Array(OTHER.size).fill(Number.NaN);
  vector[OTHER.place('risk_device_score') ?? -1] = 7.5;
  const holds = (expression: string, transaction = SAID): boolean => {
    const check = checkExpression(expression, undefined, OTHER);
    assert.ok(check.ok, `${expression}: ${JSON.stringify(check)}`);
    // As a thread is told of it, too.
    return [OTHER, structuredClone(vocabularyOf(OTHER))].every(
      (names) => compileRuleset([rule(expression)], names).evaluate(transaction, vector, 0.5, 0).length === 1,
    );
  };
  for (const expression of [
    'transaction.attributes.customer.segment == "private"',
    'transaction.attributes.risk.deviceScore == features.risk_device_score',
    'transaction.attributes.risk.limit == 1.5',
    'transaction.attributes.risk.seen == 0.0',
    'transaction.attributes.risk.since == 1767225600.0',
    'transaction.attributes.home.lat > 51.0 && transaction.attributes.home.lon < 14.0',
    'transaction.attributes.customer.email == ""',
    'cel.bind(all, transaction, all.attributes.risk.deviceScore == 7.5)',
  ])
    assert.ok(holds(expression), expression);
  const { attributes: _, ...silent } = SAID;
  for (const expression of [
    'transaction.attributes.customer.segment != ""',
    'transaction.attributes.risk.deviceScore > 0.0 || transaction.attributes.risk.deviceScore <= 0.0',
    'transaction.attributes.risk.seen == 0.0 || transaction.attributes.risk.seen == 1.0',
  ])
    assert.ok(!holds(expression, silent), expression);
});

test('Y54 what an own field cannot be asked is told with the place; what holds where it is missing is warned of', () => {
  const check = (expression: string) => checkExpression(expression, undefined, OTHER);
  const message = (expression: string): string => {
    const found = check(expression);
    return found.ok ? '' : found.message;
  };
  assert.match(message('transaction.attributes.risk.deviceScore == "7"'), /no such overload|found no/i);
  assert.match(
    message('transaction.attributes.customer.segmant == ""'),
    /no "segmant".*Did you mean segment/,
  );
  for (const whole of [
    'transaction.attributes.risk.exists(name, name == "seen")',
    'transaction.attributes == transaction.attributes',
    'cel.bind(all, transaction.attributes, all.risk.seen == 0.0)',
  ])
    assert.ok(!check(whole).ok, whole);
  const standard = checkExpression('transaction.attributes.customer.segment == ""', undefined, STANDARD);
  assert.ok(!standard.ok && /no "attributes"/.test(standard.message));
  const warned = check('transaction.attributes.customer.segment != "retail"');
  assert.ok(warned.ok);
  assert.match(
    warned.warnings[0].message,
    /also holds where transaction.attributes.customer.segment is missing/,
  );
  const number = check('!(transaction.attributes.risk.deviceScore > 5.0)');
  assert.ok(number.ok && number.warnings.length === 1);
  const long =
    'transaction.attributes.customer.segment.split("").exists(a, transaction.attributes.customer.segment.split("").exists(b, a == b))';
  assert.match(message(long), /With long texts this can be too much/);
});

test('Y54 a hit is explained with the values of own fields, and asks whose it is only by personal ones', () => {
  const conditions = explainRule(
    'transaction.attributes.customer.segment == "private" && transaction.attributes.risk.deviceScore > 9.0',
    OTHER,
    SAID,
    new Float64Array(OTHER.size),
    0.5,
    0,
    NO_LOOKUPS,
    explanationBudget(() => 0),
  );
  assert.deepEqual(
    conditions.map(({ holds, values }) => [holds, values[0].value]),
    [
      [true, 'private'],
      [false, 7.5],
    ],
  );
  assert.equal(asksWhose('transaction.attributes.customer.segment == "private"', OTHER), false);
  assert.equal(asksWhose('transaction.attributes.customer.email == "a@b.c"', OTHER), true);
  assert.equal(asksWhose('transaction.attributes.home.lat > 1.0', OTHER), true);
  assert.deepEqual(listsRead('inList("a", transaction.attributes.x) || features.unheard > 1.0'), ['a']);
});
