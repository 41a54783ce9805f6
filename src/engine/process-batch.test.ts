import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Label } from '../domain/label.ts';
import { historiesOf } from '../domain/label.ts';
import { createRandom } from '../domain/random.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { Catalogue } from '../features/catalogue.ts';
import { ENTITY_KINDS, type FeatureState } from '../features/feature-state.ts';
import { STANDARD } from '../features/standard.ts';
import type { Scorer } from '../models/model.ts';
import type { Ruleset } from '../rules/ruleset.ts';
import { compileRuleset } from '../rules/ruleset.ts';
import { createEngine, type Decided, eventContentHash, type Memory } from './process-batch.ts';
import type { LogRecord } from './records.ts';

const NOTHING: Memory = { decided: () => undefined, label: () => undefined };

const scorer: Pick<Scorer, 'info' | 'score'> & Partial<Scorer> = {
  info: {
    version: 'test',
    kind: 'random-forest',
    createdAt: '2026-01-01T00:00:00.000Z',
    features: [],
    catalogueHash: 'test',
    seed: 0,
    parameters: {},
    trainingWindow: { source: 'simulation', from: '', until: '', rows: 0, frauds: 0 },
    thresholds: { review: 0.5, decline: 0.9 },
  },
  catalogue: STANDARD,
  score: () => 0.1,
};

const isPoison = ({ id }: Transaction): boolean => id.startsWith('poison');
const RULES = compileRuleset([], STANDARD);
/** A rule engine that fails at some transactions, after their features were read. */
const POISONED_RULES: Ruleset = {
  ...RULES,
  evaluate(transaction, ...rest) {
    if (isPoison(transaction)) throw new TypeError('a rule engine with a fault');
    return RULES.evaluate(transaction, ...rest);
  },
};

/** A stream in which accounts share merchants, devices, addresses and payees; `poison` tells where one is put in. */
function stream(seed: number, poison: (i: number) => boolean): LogRecord[] {
  const random = createRandom(seed, 1);
  const records: LogRecord[] = [];
  for (let i = 0; i < 400; i++) {
    const transaction: Transaction = {
      id: `${poison(i) ? 'poison' : 't'}-${i}`,
      accountId: `a${random.below(5)}`,
      occurredAtMs: Date.UTC(2026, 0, 1) + i * 60_000 - random.below(4) * 3_600_000,
      amountMinor: random.below(100_000),
      currency: 'EUR',
      type: 'purchase',
      merchant: { id: `m${random.below(3)}` },
      deviceId: `d${random.below(4)}`,
      ip: `10.0.0.${random.below(4)}`,
      counterpartyId: random.below(3) === 0 ? `a${random.below(5)}` : `p${random.below(2)}`,
      location: { lat: random.below(50), lon: random.below(50) },
    };
    records.push({ kind: 'transaction', transaction, receivedAtMs: 0 });
    if (random.below(8) === 0 && !isPoison(transaction)) {
      const label: Label = {
        transactionId: transaction.id,
        fraud: true,
        source: 'customer',
        labelledAtMs: 0,
        ...historiesOf(transaction),
      };
      records.push({ kind: 'label', label });
    }
  }
  return records;
}

/** Every history, byte for byte. */
function bytesOf(state: FeatureState): Map<string, string> {
  const all = new Map<string, string>();
  for (const kind of ENTITY_KINDS) {
    const table = state[kind];
    for (let entry = 0; entry < table.size; entry++) {
      const at = table.offsetOf(entry);
      const bytes = table.chunkOf(entry).bytes.slice(at, at + table.payloadLength(entry));
      all.set(`${kind} ${table.keyOf(entry)}`, Buffer.from(bytes).toString('hex'));
    }
  }
  return all;
}

function run(records: readonly LogRecord[], seal?: (item: Decided) => void) {
  const state = STANDARD.createState();
  const engine = createEngine(state, {
    catalogue: STANDARD,
    serving: { champion: scorer as Scorer },
    ruleset: seal ? RULES : POISONED_RULES,
  });
  const output = engine.processBatch(
    0,
    { firstOffset: 0, nextOffset: records.length, records },
    NOTHING,
    0,
    seal,
  );
  const decided = output.decided.map(({ transaction, vector }) => [
    transaction.id,
    Buffer.from(vector).toString('hex'),
  ]);
  return { output, histories: bytesOf(state), decided };
}

test('K1 a record that makes deciding fail is set aside, and is in no history: its neighbours are decided as without it', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = createRandom(seed, 2);
    const poisoned = stream(seed, () => random.below(10) === 0);
    const clean = poisoned.filter((record) => record.kind !== 'transaction' || !isPoison(record.transaction));
    const expected = run(clean);
    const failsAtSealing = (item: Decided): void => {
      if (isPoison(item.transaction)) throw new RangeError('a message that cannot be written');
    };
    for (const { output, histories, decided } of [run(poisoned), run(poisoned, failsAtSealing)]) {
      assert.deepEqual(decided, expected.decided);
      assert.deepEqual(histories, expected.histories);
      assert.equal(output.quarantined.length, poisoned.length - clean.length);
      assert.ok(output.quarantined.every(({ record, offset }) => poisoned[offset] === record));
      assert.match(output.quarantined[0].reason, /a rule engine with a fault|cannot be written/);
    }
  }
});

test('M21 a draw changes no outcome, and is the same however records are cut into batches and in whichever process', () => {
  const records = stream(5, () => false);
  const draws = { seed: 'of the desk', uniform: 0.05, perRoot: 0.5 };
  const decidedIn = (size: number, drawing: boolean) => {
    const engine = createEngine(STANDARD.createState(), {
      catalogue: STANDARD,
      serving: { champion: { ...scorer, ...(drawing && { draws }) } as Scorer },
      ruleset: RULES,
    });
    const decisions = [];
    for (let from = 0; from < records.length; from += size) {
      const batch = records.slice(from, from + size);
      const bounds = { firstOffset: from, nextOffset: from + batch.length };
      const { decided } = engine.processBatch(0, { ...bounds, records: batch }, NOTHING, 0);
      decisions.push(...decided.map(({ decision }) => decision));
    }
    return decisions;
  };
  const whole = decidedIn(records.length, true);
  assert.deepEqual(decidedIn(7, true), whole);
  const drawn = whole.filter(({ draw }) => draw !== undefined);
  assert.ok(drawn.length > 40 && drawn.length < 160, `${drawn.length} of about ${0.208 * whole.length}`);
  assert.ok(drawn.every(({ draw }) => Math.abs((draw?.chance ?? 0) - (0.05 + 0.5 * Math.sqrt(0.1))) < 1e-12));
  assert.deepEqual(
    whole.map(({ draw: _, ...rest }) => rest),
    decidedIn(records.length, false),
  );
});

test('K2 where memory is short nothing is set aside', () => {
  const records = stream(1, (i) => i === 7);
  const noRoom = (): never => {
    throw new RangeError('Array buffer allocation failed');
  };
  assert.throws(() => run(records, noRoom), /allocation failed/);
});

test('K3 a transaction in quarantine is not tried again by its repetition', () => {
  const records = stream(1, () => false).slice(0, 4);
  const engine = createEngine(STANDARD.createState(), {
    catalogue: STANDARD,
    serving: { champion: scorer as Scorer },
    ruleset: RULES,
  });
  const memory: Memory = { ...NOTHING, quarantined: (id) => (id === 't-1' ? 'why' : undefined) };
  const { results, quarantined, decided } = engine.processBatch(
    0,
    { firstOffset: 0, nextOffset: records.length, records },
    memory,
    0,
  );
  assert.deepEqual(quarantined, []);
  assert.ok(decided.every(({ transaction }) => transaction.id !== 't-1'));
  assert.deepEqual(
    results.filter(({ kind }) => kind === 'quarantined').map((result) => 'reason' in result && result.reason),
    ['why'],
  );
});

test('Y31 Y32: an event is observed once, by what is known and by what came before in the batch; one that fails leaves no trace', () => {
  const seen: string[] = [];
  const catalogue: Catalogue = {
    ...STANDARD,
    observeEvent(_, event) {
      if (event.id === 'failing') throw new TypeError('a catalogue with a fault');
      seen.push(event.id);
    },
  };
  const event = (id: string, kind = 'login'): LogRecord => ({
    kind: 'event',
    event: { id, kind, occurredAtMs: 0, accountId: 'a' },
    receivedAtMs: 7,
  });
  const records = [
    event('new'),
    event('known'),
    event('new', 'failed_login'),
    event('failing'),
    event('set aside'),
    event('last'),
  ];
  const engine = createEngine(STANDARD.createState(), {
    catalogue,
    serving: { champion: scorer as Scorer },
    ruleset: RULES,
  });
  const output = engine.processBatch(
    0,
    { firstOffset: 10, nextOffset: 16, records },
    {
      ...NOTHING,
      observed: (id) => (id === 'known' ? 'content' : undefined),
      quarantinedEvent: (id) => (id === 'set aside' ? 'why' : undefined),
    },
    0,
  );
  assert.deepEqual(seen, ['new', 'last']);
  assert.deepEqual(
    output.observed.map(({ offset, event: { id }, receivedAtMs }) => [offset, id, receivedAtMs]),
    [
      [10, 'new', 7],
      [15, 'last', 7],
    ],
  );
  assert.equal(output.observed[0].contentHash, eventContentHash(output.observed[0].event));
  assert.deepEqual(
    output.quarantined.map(({ offset, reason }) => [offset, reason]),
    [[13, 'TypeError: a catalogue with a fault']],
  );
  assert.deepEqual([output.results.length, output.nextOffset], [0, 16]);
  // Without a memory, repetitions were taken out before.
  const again = engine.processBatch(
    0,
    { firstOffset: 16, nextOffset: 17, records: [event('new')] },
    { label: () => undefined },
    0,
  );
  assert.equal(again.observed.length, 1);
});
