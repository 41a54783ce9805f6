import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../domain/input-error.ts';
import { placeIn } from '../features/place-in.ts';
import { STANDARD } from '../features/standard.ts';
import { createEnsemble } from './ensemble.ts';
import { noEncoding } from './exchange/foreign-model.ts';
import { checksum, createScorer, type Model, parseModel, serializeModel } from './model.ts';
import { probeModel, wildRows } from './probe.ts';

/** Nodes as [feature or −1, left child, threshold or value]. */
type Node = readonly [feature: number, left: number, value: number];
function ensembleOf(nodes: readonly Node[], roots: readonly number[], cover?: readonly number[]) {
  const bytes = new ArrayBuffer(16 * nodes.length);
  const ints = new Int32Array(bytes);
  const values = new Float64Array(bytes);
  nodes.forEach(([feature, left, value], i) => {
    ints[4 * i] = feature;
    ints[4 * i + 1] = left;
    values[2 * i + 1] = value;
  });
  return createEnsemble(
    bytes,
    Float64Array.from(cover ?? nodes.map(() => 1)),
    Int32Array.from(roots),
    STANDARD.size,
  );
}

const AMOUNT = placeIn(STANDARD, 'amount');
const TWO_TREES: readonly Node[] = [
  [AMOUNT, 1, 100],
  [-1, 0, -2],
  [AMOUNT, 3, 1000],
  [-1, 0, 0],
  [-1, 0, 3],
  [AMOUNT, 6, 5],
  [-1, 0, 1],
  [-1, 0, -1],
];
function model(more: Partial<Model> = {}, info: object = {}): Model {
  const spread = { edges: [1, 2], counts: [1, 2, 3, 0] };
  return {
    info: {
      version: 'small',
      kind: 'gradient-boosting',
      createdAt: '2026-01-01T00:00:00.000Z',
      features: ['amount', 'account_tx_count_1h'],
      catalogueHash: STANDARD.hash,
      seed: 1,
      parameters: { trees: 2, maxDepth: 'unbounded' },
      trainingWindow: { source: 'import', from: '', until: '', rows: 0, frauds: 0 },
      thresholds: { review: 0.5, decline: 0.9 },
      heldOut: {
        rows: 10,
        frauds: 0,
        auc: Number.NaN,
        averagePrecision: Number.NaN,
        brierScore: 0.1,
        calibrationError: 0.1,
        threshold: 0.5,
        confusion: { truePositives: 0, falsePositives: 0, trueNegatives: 10, falseNegatives: 0 },
        precision: Number.NaN,
        recall: 0,
        f1: 0,
        accuracy: 1,
        from: '',
        until: '',
      },
      ...info,
    },
    calibration: { a: 1, b: 0.5, c: 0 },
    encoding: { ...noEncoding(STANDARD), mcc: { unseen: -3, logOdds: { '5411': -4, ['__proto__']: 1 } } },
    baseline: { features: { amount: spread, account_tx_count_1h: spread }, score: spread },
    input: {
      volume: { byHour: Array.from({ length: 24 }, (_, i) => (i === 3 ? null : i)), dayDeviation: 0.1 },
    },
    ensemble: ensembleOf(TWO_TREES, [0, 5]),
    ...more,
  };
}
const VALID = serializeModel(model());

/** A file whose checksum is right, whatever is in it. */
const signed = (body: string): string =>
  `${JSON.stringify({ format: 'goshawk-model-1', sha256: checksum(body) })}\n${body}\n`;
const bodyOf = (text: string): Record<string, unknown> => JSON.parse(text.split('\n')[1]);
const withBody = (change: (body: Record<string, never>) => void): string => {
  const body = bodyOf(VALID) as Record<string, never>;
  change(body);
  return signed(JSON.stringify(body));
};
const withNodes = (nodes: readonly Node[], roots: readonly number[], cover?: readonly number[]): string =>
  serializeModel(model({ ensemble: ensembleOf(nodes, roots, cover) }));

/** Refused as InputError, or usable: both quickly. */
function refusedOrUsable(text: string): 'refused' | 'usable' {
  const started = performance.now();
  let read: Model;
  try {
    read = parseModel(text, 'm');
  } catch (error) {
    assert.ok(error instanceof InputError, `${error}`);
    assert.ok(error.message.length < 1000);
    assert.ok(performance.now() - started < 1000);
    return 'refused';
  }
  const problem = probeModel(read, STANDARD, wildRows(STANDARD.size), () => performance.now());
  // What can be read can be asked; a leaf may still be too high for a probability.
  if (problem !== undefined) assert.match(problem, /on row \d+ of its trial/);
  assert.ok(performance.now() - started < 5000);
  return 'usable';
}

test('M2 a model file that is what it was is read as it was, with figures that are not known', () => {
  const read = parseModel(VALID, 'm');
  assert.equal(serializeModel(read), VALID);
  assert.ok(Number.isNaN(read.info.heldOut?.auc));
  assert.equal(createScorer(read, STANDARD).knows('mcc', '__proto__'), true);
  assert.equal(
    probeModel(read, STANDARD, wildRows(STANDARD.size), () => performance.now()),
    undefined,
  );
});

test('M2 trees that are none are refused with the place: nodes with two parents, circles, roots out of bounds', () => {
  const fibonacci: Node[] = Array.from({ length: 80 }, (_, i) => [AMOUNT, i + 1, i]);
  fibonacci.push([-1, 0, 1], [-1, 0, 1]);
  const chain: Node[] = [];
  for (let i = 0; i < 5000; i++) chain.push([AMOUNT, 2 * i + 1, i], [-1, 0, 1]);
  chain.push([-1, 0, 1]);
  // As pairs: the inner node of a pair first.
  const deep: Node[] = [[AMOUNT, 1, 0]];
  for (let i = 0; i < 2000; i++) deep.push([AMOUNT, 2 * i + 3, i], [-1, 0, 1]);
  deep.push([-1, 0, 1], [-1, 0, 1]);
  const refused: readonly [RegExp, string][] = [
    [/two parents/, withNodes(fibonacci, [0])],
    [/levels/, withNodes(deep, [0])],
    [/comes after its parent/, withNodes([[AMOUNT, 0, 1], [-1, 0, 1], [-1, 0, 1]], [0])],
    [/comes after its parent/, withNodes([[AMOUNT, -5, 1], [-1, 0, 1], [-1, 0, 1]], [0])],
    [/comes after its parent/, withNodes([[AMOUNT, 2, 1], [-1, 0, 1], [-1, 0, 1]], [0, 1])],
    [/nothing above leads to node 3/, withNodes([...TWO_TREES.slice(0, 3), [-1, 0, 1]].map((node, i) => (i === 2 ? [-1, 0, 1] : node)) as Node[], [0])],
    [/root already/, withNodes(TWO_TREES, [0, 0])],
    [/is not there: 99/, withNodes(TWO_TREES, [0, 99])],
    [/is not there: -1/, withNodes(TWO_TREES, [0, -1])],
    [/two parents, or is a root/, withNodes(TWO_TREES, [0, 5, 6])],
    [/asks for feature 5000/, withNodes([[5000, 1, 1], [-1, 0, 1], [-1, 0, 1]], [0])],
    [/asks for feature/, withNodes([[placeIn(STANDARD, 'country_encoded'), 1, 1], [-1, 0, 1], [-1, 0, 1]], [0])],
    [/way that is not known/, withNodes([[AMOUNT | (1 << 20), 1, 1], [-1, 0, 1], [-1, 0, 1]], [0])],
    [/by a set without levels/, withNodes([[AMOUNT | (1 << 17), 1, 1], [-1, 0, 1], [-1, 0, 1]], [0])],
    [/compares with no number/, withNodes([[AMOUNT, 1, Number.NaN], [-1, 0, 1], [-1, 0, 1]], [0])],
    [/leaf 1 says NaN/, withNodes([[AMOUNT, 1, 1], [-1, 0, Number.NaN], [-1, 0, 1]], [0])],
    [/leaf 2 says Infinity/, withNodes([[AMOUNT, 1, 1], [-1, 0, 1], [-1, 0, Number.POSITIVE_INFINITY]], [0])],
    [/cover: that of node 1 is 0/, withNodes([[AMOUNT, 1, 1], [-1, 0, 1], [-1, 0, 1]], [0], [1, 0, 1])],
    [/cover speaks of 2 nodes/, withNodes([[AMOUNT, 1, 1], [-1, 0, 1], [-1, 0, 1]], [0], [1, 1])],
  ]; // biome-ignore format: one a line
  for (const [why, text] of refused) {
    const started = performance.now();
    assert.throws(
      () => parseModel(text, 'm'),
      (error) => error instanceof InputError && why.test(error.message),
      `${why}`,
    );
    assert.ok(performance.now() - started < 500);
  }
});

/** What a model may not say of itself: where, and what. */
const WRONG_WORDS: readonly [string, unknown][] = [
  ...['../../../../tmp/evil', '<img src=x>', '__proto__', 'constructor', '', '.', '..', '-x', 'a b', 'ä', `a\u0000`, 'x'.repeat(81), 'x'.repeat(100_000), 5, null, ['a']].map(
    (version): [string, unknown] => ['info/version', version],
  ),
  ...['no', null, { review: 'no', decline: 1 }, { review: 0.9, decline: 0.5 }, { review: -1, decline: 0.5 }, { review: 0.1, decline: 1.5 }, { review: 0.5 }, [0.1, 0.5]].map(
    (thresholds): [string, unknown] => ['info/thresholds', thresholds],
  ),
  ...['some', null, {}, { a: -1, b: 0.5, c: 0 }, { a: 0, b: 0, c: 0 }, { a: 1, b: 1 }, { a: 1, b: 1, c: '0' }, { a: 1e9, b: 1, c: 0 }].map(
    (calibration): [string, unknown] => ['calibration', calibration],
  ),
  ['encoding', undefined],
  ['encoding', {}],
  ['encoding/mcc', undefined],
  ['encoding/merchant', { unseen: 1 }],
  ['encoding/type/unseen', 'no'],
  ['encoding/country/logOdds', { DE: null }],
  ['encoding/country/logOdds', { ['x'.repeat(1000)]: 1 }],
  ['encoding/other', {}],
  ['info', null],
  ['info/kind', 'oracle'],
  ['info/createdAt', 'yesterday'],
  ['info/features', []],
  ['info/features', ['amount', 'amount']],
  ['info/features', ['amount', 'nothing']],
  ['info/features', { length: 3 }],
  ['info/catalogueHash', 'other'],
  ['info/catalogueHash', '<script>'.repeat(10_000)],
  ['info/seed', 'one'],
  ['info/parameters', { depth: {} }],
  ['info/parameters', Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`p${i}`, i]))],
  ['info/parameters', { long: 'x'.repeat(1e6) }],
  ['info/trainingWindow', null],
  ['info/trainingWindow/source', 'elsewhere'],
  ['info/trainingWindow/rows', -1],
  ['info/heldOut', {}],
  ['info/heldOut/auc', '0.9'],
  ['info/heldOut/rows', null],
  ['info/heldOut/frauds', 0.5],
  ['info/heldOut/confusion', {}],
  ['info/heldOut/confusion/truePositives', null],
  ['info/heldOut/confusion/other', 1],
  ['info/more', 1],
  ['baseline/score', null],
  ['baseline/features', {}],
  ['baseline/features/amount', { edges: [2, 1], counts: [1, 1, 1, 1] }],
  ['baseline/features/amount', { edges: [1, 2], counts: [1] }],
  ['input/volume', {}],
  ['input/volume/byHour', [1]],
  ['levels', { mcc: [3, 1] }],
  ['levels', { mcc: Array.from({ length: 65 }, (_, i) => i) }],
  ['levels', { other: [1] }],
  ['nodes', ''],
  ['nodes', 5],
  ['nodes', 'AAAA'],
  ['roots', null],
  ['roots', ''],
  ['cover', '!!!!'],
  ['more', 1],
]; // biome-ignore format: one a line

test('M2 what a model says of itself is looked at: names, thresholds, calibration, encodings, figures', () => {
  const change = (at: string, value: unknown): string =>
    withBody((body) => {
      const keys = at.split('/');
      const last = keys.pop() ?? '';
      // biome-ignore lint/suspicious/noExplicitAny: whatever is there
      const target = keys.reduce<any>((part, key) => part[key], body);
      if (value === undefined) delete target[last];
      else target[last] = value;
    });
  for (const [at, value] of WRONG_WORDS) {
    assert.throws(
      () => parseModel(change(at, value), 'm'),
      (error) => error instanceof InputError && error.message.length < 1000,
      `${at} = ${JSON.stringify(value)?.slice(0, 100)}`,
    );
  }
  // Base64 that is read, and written otherwise.
  for (const edit of [
    (text: string) => `${text}\n`,
    (text: string) => ` ${text}`,
    (text: string) => text.replaceAll('=', ''),
  ])
    assert.throws(
      () =>
        parseModel(
          withBody((body) => Object.assign(body, { nodes: edit(`${body.roots}`) })),
          'm',
        ),
      InputError,
    );
});

test('M2 whatever is sent in place of a model is refused', () => {
  const bodies = [
    'null',
    '{}',
    '[]',
    '5',
    '"x"',
    '['.repeat(200_000),
    `${'['.repeat(200_000)}${']'.repeat(200_000)}`,
    `{"info":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`,
    '',
  ];
  for (const body of bodies) {
    assert.equal(refusedOrUsable(body), 'refused');
    assert.equal(refusedOrUsable(signed(body)), 'refused');
    assert.equal(refusedOrUsable(`${body}\n${VALID}`), 'refused');
  }
  for (const header of [
    'null',
    '[]',
    '{"format":"goshawk-model-2"}',
    `{"format":"goshawk-model-1","sha256":{}}`,
    'x'.repeat(1e6),
  ])
    assert.equal(refusedOrUsable(`${header}\n${VALID.split('\n')[1]}`), 'refused');
});

test('M2 a file in which any byte is another one is refused', () => {
  const bytes = Buffer.from(VALID);
  fc.assert(
    fc.property(fc.nat(bytes.length - 2), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const other = Buffer.from(bytes);
      other[at] ^= by;
      assert.equal(refusedOrUsable(other.toString('utf8')), 'refused');
    }),
    { numRuns: 500 },
  );
});

/** A JSON value with one of its parts, chosen by a number, put in place of. */
function mutated(value: unknown, at: number, by: unknown): unknown {
  let count = 0;
  const go = (part: unknown): unknown => {
    if (count++ === at) return by;
    if (Array.isArray(part)) return part.map(go);
    if (typeof part === 'object' && part !== null)
      return Object.fromEntries(Object.entries(part).map(([key, one]) => [key, go(one)]));
    return part;
  };
  return go(value);
}

test('M2 a signed file with any of its values put in place of by any other is refused, or can be scored', () => {
  const body = bodyOf(VALID);
  let refused = 0;
  fc.assert(
    fc.property(
      fc.nat(110),
      fc.oneof(
        fc.jsonValue({ maxDepth: 2 }),
        fc.constantFrom(-1, 1e308, '', '__proto__', null, [], { toString: '' }),
      ),
      (at, by) => {
        if (refusedOrUsable(signed(JSON.stringify(mutated(body, at, by)))) === 'refused') refused++;
      },
    ),
    { numRuns: 1500 },
  );
  assert.ok(refused > 500, `${refused}`);
});

test('M2 arrays with any of their numbers put in place of by any other are no model, or one that ends', () => {
  const arrays = { nodes: 4 * TWO_TREES.length, cover: 2 * TWO_TREES.length, roots: 2 };
  fc.assert(
    fc.property(
      fc.constantFrom('nodes', 'cover', 'roots' as const),
      fc.nat(1000),
      fc.oneof(
        fc.integer({ min: -3, max: 12 }),
        fc.integer(),
        fc.constantFrom(0x7ff00000, 0x7ff80000, -1 << 31),
      ),
      (name, at, by) => {
        const body = bodyOf(VALID);
        const bytes = Buffer.from(String(body[name]), 'base64');
        bytes.writeInt32LE(by, 4 * (at % arrays[name as keyof typeof arrays]));
        refusedOrUsable(signed(JSON.stringify({ ...body, [name]: bytes.toString('base64') })));
      },
    ),
    { numRuns: 1000 },
  );
});

test('M2 trees of every shape that the check lets pass are scored and explained', () => {
  const features = STANDARD.features.map(({ name }) => name);
  assert.ok(features.length > 10);
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(fc.integer({ min: -1, max: 3 }), fc.nat(20), fc.double({ noNaN: true, min: -5, max: 5 })),
        { minLength: 1, maxLength: 16 },
      ),
      fc.array(fc.nat(16), { minLength: 1, maxLength: 3 }),
      (nodes, roots) => {
        refusedOrUsable(
          withNodes(
            nodes.map(([feature, left, value]): Node => [feature < 0 ? -1 : AMOUNT, left, value]),
            roots,
          ),
        );
      },
    ),
    { numRuns: 1000 },
  );
});
