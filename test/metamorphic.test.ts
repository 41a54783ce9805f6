// What must not matter to the engine: how records are cut into batches, the order of rules of one priority, accounts that have nothing to do
// with these, a record that comes twice, the week, and what things are called.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import fc from 'fast-check';
import { historiesOf } from '../src/domain/label.ts';
import { createRandom } from '../src/domain/random.ts';
import type { Transaction } from '../src/domain/transaction.ts';
import { createEngine, type Decided, type KnownDecision } from '../src/engine/process-batch.ts';
import type { LogRecord } from '../src/engine/records.ts';
import { ENTITY_KINDS, type FeatureState } from '../src/features/feature-state.ts';
import { STANDARD } from '../src/features/standard.ts';
import { createScorer, type Scorer } from '../src/models/model.ts';
import type { Rule } from '../src/rules/rule.ts';
import { compileRuleset } from '../src/rules/ruleset.ts';
import { STARTER_RULES } from '../src/rules/starter-rules.ts';
import { smallModel } from '../src/training/small-model.ts';

/** What happened, small enough to read: numbers name things. */
type Step =
  | {
      readonly kind: 'pay';
      readonly account: number;
      readonly merchant: number;
      readonly device: number;
      readonly ip: number;
      readonly payee: number | null;
      /** Since the beginning; not always in order. */
      readonly minute: number;
      readonly amount: number;
      readonly lat: number;
    }
  /** What the payment so many before this turned out to be. */
  | { readonly kind: 'label'; readonly back: number; readonly fraud: boolean };

const REGRESSIONS = join(import.meta.dirname, 'fixtures/regressions');
const START_MS = Date.UTC(2026, 2, 2);
const WEEK_MS = 7 * 86_400_000;
const RUNS = Number(process.env.METAMORPHIC_RUNS ?? 60);

let scorer: Scorer;

before(async () => {
  const model = await smallModel({ kind: 'boosting', trees: 20, folds: 2 }, 11);
  scorer = createScorer(model, STANDARD);
});

const payment = fc.record({
  kind: fc.constant('pay' as const),
  account: fc.nat(3),
  merchant: fc.nat(3),
  device: fc.nat(3),
  ip: fc.nat(3),
  payee: fc.option(fc.nat(5), { nil: null }),
  minute: fc.nat(20_000),
  amount: fc.nat(300_000),
  lat: fc.integer({ min: -60, max: 60 }),
});
const label = fc.record({ kind: fc.constant('label' as const), back: fc.nat(10), fraud: fc.boolean() });
const story: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof({ weight: 6, arbitrary: payment }, { weight: 1, arbitrary: label }),
  {
    minLength: 1,
    maxLength: 60,
  },
);

type Names = { readonly name: (kind: string, number: number) => string; readonly shiftMs?: number };
const PLAIN: Names = { name: (kind, number) => `${kind}${number}` };

function recordsOf(steps: readonly Step[], { name, shiftMs = 0 }: Names = PLAIN): LogRecord[] {
  const paid: Transaction[] = [];
  return steps.flatMap((step, i): LogRecord[] => {
    if (step.kind === 'label') {
      const of = paid.at(-1 - step.back);
      if (!of) return [];
      const labelledAtMs = of.occurredAtMs + 60_000;
      const verdict = { transactionId: of.id, fraud: step.fraud, source: 'customer', labelledAtMs } as const;
      return [{ kind: 'label', label: { ...verdict, ...historiesOf(of) } }];
    }
    const transaction: Transaction = {
      id: name('t', i),
      accountId: name('a', step.account),
      occurredAtMs: START_MS + shiftMs + step.minute * 60_000,
      amountMinor: step.amount,
      currency: 'EUR',
      type: step.payee === null ? 'purchase' : 'transfer',
      merchant: { id: name('m', step.merchant) },
      deviceId: name('d', step.device),
      ip: `10.0.0.${step.ip}`,
      country: 'DE',
      location: { lat: step.lat, lon: 10 },
      // Some payees are accounts of the same desk.
      ...(step.payee !== null && { counterpartyId: name('a', step.payee) }),
    };
    paid.push(transaction);
    return [{ kind: 'transaction', transaction, receivedAtMs: START_MS + shiftMs }];
  });
}

type Run = {
  readonly decided: readonly Decided[];
  readonly state: FeatureState;
  readonly duplicates: number;
};

/** Decides the records, cut into batches after these places. */
function run(
  records: readonly LogRecord[],
  cuts: readonly number[] = [],
  rules: readonly Rule[] = STARTER_RULES,
): Run {
  const state = STANDARD.createState();
  const engine = createEngine(state, {
    catalogue: STANDARD,
    serving: { champion: scorer },
    ruleset: compileRuleset([...rules], STANDARD),
  });
  const known = new Map<string, KnownDecision>();
  const labels = new Map<string, boolean>();
  const decided: Decided[] = [];
  let duplicates = 0;
  const ends = [...new Set([...cuts.map((cut) => cut % (records.length + 1)), records.length])].sort(
    (a, b) => a - b,
  );
  let from = 0;
  for (const end of ends) {
    const batch = { firstOffset: from, nextOffset: end, records: records.slice(from, end) };
    const output = engine.processBatch(
      0,
      batch,
      { decided: (id) => known.get(id), label: (id) => labels.get(id) },
      START_MS,
    );
    assert.deepEqual(output.quarantined, []);
    for (const item of output.decided) {
      decided.push(item);
      const { decision, contentHash } = item;
      known.set(item.transaction.id, { decision, contentHash, label: undefined });
    }
    for (const { label: said } of output.labelled) labels.set(said.transactionId, said.fraud);
    duplicates += output.results.filter(({ kind }) => kind === 'duplicate').length;
    from = end;
  }
  return { decided, state, duplicates };
}

/** What was decided, without when and where. */
const told = ({ decided }: Run, names = (text: string) => text) =>
  decided.map(({ decision, vector }) => ({
    vector: Buffer.from(vector).toString('hex'),
    score: decision.score,
    outcome: decision.outcome,
    reasons: decision.reasons.map(({ feature, value, contribution }) => [feature, value, contribution]),
    rules: decision.rules.map(({ id }) => id).sort(),
    id: names(decision.transactionId),
  }));

function histories({ state }: Run): Record<string, string> {
  const all: Record<string, string> = {};
  for (const kind of ENTITY_KINDS) {
    const table = state[kind];
    for (let entry = 0; entry < table.size; entry++) {
      const at = table.offsetOf(entry);
      const { bytes } = table.chunkOf(entry);
      all[`${kind} ${table.keyOf(entry)}`] = Buffer.from(
        bytes.slice(at, at + table.payloadLength(entry)),
      ).toString('hex');
    }
  }
  return all;
}

type Kept = { readonly law: string; readonly steps: Step[]; readonly more: number[] };

/** Holds a law against what failed before, then against stories of chance; what fails is shrunk and kept. */
function holds(law: string, check: (steps: Step[], more: number[]) => void): void {
  const examples = globSync(join(REGRESSIONS, '*.json'))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')) as Kept)
    .filter((kept) => kept.law === law)
    .map(({ steps, more }): [Step[], number[]] => [steps, more]);
  const more = fc.array(fc.nat(1000), { minLength: 1, maxLength: 6 });
  const { failed, counterexample, errorInstance } = fc.check(fc.property(story, more, check), {
    numRuns: RUNS,
    examples,
  });
  if (!failed || !counterexample) return;
  const [steps, rest] = counterexample;
  const kept = JSON.stringify({ law, steps, more: rest } satisfies Kept, undefined, 1);
  mkdirSync(REGRESSIONS, { recursive: true });
  const file = join(
    REGRESSIONS,
    `engine-${createHash('sha256').update(kept).digest('hex').slice(0, 12)}.json`,
  );
  writeFileSync(file, `${kept}\n`);
  throw new Error(`${law}; the shortest story that breaks it is kept in ${file}`, { cause: errorInstance });
}

test('D7 how records are cut into batches does not matter', () => {
  holds('how records are cut into batches does not matter', (steps, cuts) => {
    const records = recordsOf(steps);
    const [whole, cut] = [run(records), run(records, cuts)];
    assert.deepEqual(told(cut), told(whole));
    assert.deepEqual(histories(cut), histories(whole));
  });
});

test('D7 the order of rules of one priority does not matter', () => {
  holds('the order of rules of one priority does not matter', (steps, [seed]) => {
    const random = createRandom(seed, 1);
    const shuffled = STARTER_RULES.map((rule) => ({ rule, at: random.next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ rule }) => rule);
    const records = recordsOf(steps);
    assert.deepEqual(told(run(records, [], shuffled)), told(run(records)));
  });
});

test('D7 an account that shares nothing with others does not matter to them', () => {
  holds('an account that shares nothing with others does not matter to them', (steps, places) => {
    const records = recordsOf(steps);
    const strange = recordsOf(steps, { name: (kind, number) => `strange-${kind}${number}` }).flatMap(
      (record) => {
        if (record.kind !== 'transaction') return [];
        const { ip, ...transaction } = record.transaction;
        return [{ ...record, transaction: { ...transaction, ip: `192.0.2.${ip?.split('.')[3]}` } }];
      },
    );
    const mixed: LogRecord[] = [...records];
    for (const [i, one] of strange.entries())
      mixed.splice((places[i % places.length] + i) % (mixed.length + 1), 0, one);
    const own = told(run(mixed)).filter(({ id }) => !id.startsWith('strange-'));
    assert.deepEqual(own, told(run(records)));
  });
});

test('D7 a record that comes twice is answered as before, and leaves nothing behind', () => {
  holds(
    'a record that comes twice is answered as before, and leaves nothing behind',
    (steps, [place, cut]) => {
      const records = recordsOf(steps);
      const at = place % records.length;
      const record = records[at];
      if (record?.kind !== 'transaction') return;
      const twice = [...records, record];
      const [once, again] = [run(records), run(twice, cut === undefined ? [] : [cut])];
      assert.equal(again.duplicates, 1);
      assert.deepEqual(told(again), told(once));
      assert.deepEqual(histories(again), histories(once));
    },
  );
});

test('D7 the same a week later is decided the same', () => {
  holds('the same a week later is decided the same', (steps) => {
    const later = recordsOf(steps, { ...PLAIN, shiftMs: WEEK_MS });
    assert.deepEqual(told(run(later)), told(run(recordsOf(steps))));
  });
});

test('D7 what things are called does not matter', () => {
  holds('what things are called does not matter', (steps, [seed]) => {
    const renamed = recordsOf(steps, {
      name: (kind, number) => `${kind}-${seed}-${(number * 7 + 3) % 1009}`,
    });
    const plain = recordsOf(steps);
    const without = (one: Run) => told(one, () => '');
    assert.deepEqual(without(run(renamed)), without(run(plain)));
  });
});
