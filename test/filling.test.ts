// What is filled of a coming catalogue, over random documents and random streams: against a catalogue that was there from the first
// record on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { encodedParts } from '../src/adapters/embedded/filled-histories.ts';
import type { LogPage } from '../src/adapters/embedded/log-pages.ts';
import type { CustomerEvent } from '../src/domain/customer-event.ts';
import { historiesOf, type Label } from '../src/domain/label.ts';
import { ownDataOf } from '../src/domain/own-data.ts';
import { createRandom } from '../src/domain/random.ts';
import type { Transaction } from '../src/domain/transaction.ts';
import { decodeBlock, type FilledBlock } from '../src/engine/filled-block.ts';
import type { LogRecord } from '../src/engine/records.ts';
import { createVectorReader } from '../src/engine/stored-vectors.ts';
import { vectorCodec } from '../src/engine/vector-codec.ts';
import type { Catalogue } from '../src/features/catalogue.ts';
import { compileCatalogue } from '../src/features/compile.ts';
import { compileFilling, presentIn } from '../src/features/compile-filling.ts';
import { changedEntries } from '../src/features/encoded-pieces.ts';
import { loadEntities } from '../src/features/entity-codec.ts';
import { type FeatureState, tablesOf } from '../src/features/feature-state.ts';
import { createReplay, type FillSource } from '../src/runtimes/fill-replay.ts';
import { type Drawn, documentOf, drawn, stream } from './own-features/reference.ts';

const VARIANTS = [undefined, ['login'], ['login', 'failed_login']] as const;

/** Features of a list by number, some of them of events; and two that use another and the record. */
function featuresOf(list: readonly Drawn[], numbers: readonly number[]): unknown[] {
  const own = numbers.map((i) => {
    const { delay, ...feature } = list[i];
    const isPlain = ['count', 'distinct', 'since_last'].includes(feature.measure) && feature.where === undefined;
    const events = isPlain && feature.entity !== 'merchant' ? VARIANTS[i % 3] : undefined;
    const stated = Object.entries(events ? feature : { ...feature, delay });
    return {
      kind: 'aggregate',
      name: `f${i}`,
      description: 'A feature.',
      ...Object.fromEntries(stated.filter(([, value]) => value !== undefined)),
      ...(events && { events, ...(feature.of === 'merchant.id' && { of: 'deviceId' }) }),
    };
  });
  const [first] = numbers;
  return [
    ...own,
    { kind: 'aggregate', name: 'rate', description: 'Frauds.', entity: 'customer', measure: 'fraud_rate', window: '30d', delay: '1d' },
    { kind: 'expression', name: `uses_${first}`, description: 'Of another.', expression: `features.f${first} * 2.0 + 1.0` },
  ];
} // biome-ignore format: a list

/** Payments, events and labels in one order. */
function recordsOf(seed: number, count: number): LogRecord[] {
  const random = createRandom(seed);
  const payments: Transaction[] = [];
  return stream(seed, count, 0.2).map((transaction, i): LogRecord => {
    const kind = random.below(8);
    const { id, accountId, occurredAtMs, deviceId, attributes } = transaction;
    if (kind === 0 && payments.length > 0) {
      const about = payments[random.below(payments.length)];
      const label: Label = {
        ...historiesOf(about),
        transactionId: about.id,
        fraud: random.below(3) > 0,
        source: 'import',
        labelledAtMs: occurredAtMs,
      };
      return { kind: 'label', label };
    }
    if (kind < 3) {
      const what = {
        id: `e${i}`,
        kind: random.below(2) === 0 ? 'login' : 'failed_login',
        accountId,
        occurredAtMs,
      };
      const event: CustomerEvent = {
        ...what,
        ...(deviceId && { deviceId }),
        ...(attributes && { attributes }),
      };
      return { kind: 'event', event, receivedAtMs: occurredAtMs };
    }
    payments.push(transaction);
    assert.ok(id);
    return { kind: 'transaction', transaction, receivedAtMs: occurredAtMs };
  });
}

type World = {
  readonly records: readonly LogRecord[];
  /** Offsets of records that no history took. */
  readonly refused: ReadonlySet<number>;
};

const transactionsOf = ({ records }: World): Map<string, Transaction> =>
  new Map(
    records.flatMap((one) => (one.kind === 'transaction' ? [[one.transaction.id, one.transaction]] : [])),
  );

/** All records through a catalogue, in one go; gives the vectors by offset. */
function observed(catalogue: Catalogue, state: FeatureState, world: World): Map<number, Float64Array> {
  const { keyFields } = ownDataOf(catalogue.data);
  const transactions = transactionsOf(world);
  const vectors = new Map<number, Float64Array>();
  const told = new Map<string, boolean>();
  world.records.forEach((record, offset) => {
    if (world.refused.has(offset)) return;
    if (record.kind === 'transaction') {
      const out = new Float64Array(catalogue.size);
      catalogue.observe(state, record.transaction, out);
      vectors.set(offset, out);
    } else if (record.kind === 'event') catalogue.observeEvent?.(state, record.event);
    else {
      const about = transactions.get(record.label.transactionId);
      const label = { ...record.label, ...(about && historiesOf(about, keyFields)) };
      catalogue.applyLabel(state, label, told.get(label.transactionId));
      told.set(label.transactionId, label.fraud);
    }
  });
  return vectors;
}

/** Pages of up to so many records, in batches that begin before them and end after them. */
function sourceOf(
  world: World,
  next: Catalogue,
  before: Catalogue,
  size: number,
  blocks: FilledBlock[],
): FillSource {
  const { records, refused } = world;
  const batches = Array.from({ length: Math.ceil(records.length / 7) }, (_, i) => ({
    firstOffset: i * 7,
    payload: zstdCompressSync(JSON.stringify(records.slice(i * 7, i * 7 + 7))),
  }));
  const within = (from: number, until: number, isOf: (record: LogRecord) => boolean): number[] =>
    records.flatMap((record, at) => (at >= from && at < until && isOf(record) ? [at] : []));
  const isLabel = ({ kind }: LogRecord): boolean => kind === 'label';
  const taken = (from: number, until: number): number[] =>
    within(from, until, (one) => !isLabel(one)).filter((at) => !refused.has(at));
  const old = observed(before, before.createState(), world);
  const known = [before, next];
  const reader = createVectorReader(next, { byHash: (hash) => known.find((one) => one.hash === hash) });
  return {
    async page(from) {
      const until = Math.min(records.length, from + size);
      const page: LogPage = {
        batches: batches.filter(({ firstOffset }) => firstOffset < until && firstOffset + 7 > from),
        decided: taken(from, until).length,
        refused: within(from, until, isLabel).filter((at) => refused.has(at)).length,
      };
      return { ...page, until };
    },
    decided: async (from, until) => taken(from, until),
    refused: async (from, until) => within(from, until, isLabel).filter((at) => refused.has(at)),
    async transactions(ids) {
      const all = transactionsOf(world);
      return ids.flatMap((id) => all.get(id) ?? []);
    },
    async stored(from, until) {
      const offsets = [...old.keys()].filter((at) => at >= from && at < until);
      const vectors = new Float64Array(offsets.length * next.size);
      const codec = vectorCodec(before.size);
      offsets.forEach((at, i) => {
        vectors.set(reader.read(codec.encode(old.get(at) ?? new Float64Array()), before.hash), i * next.size);
      });
      return { offsets, vectors };
    },
    async values(more) {
      blocks.push(...more);
    },
  };
}

function bytesOf(state: FeatureState, stores: readonly string[]): string[] {
  return [...tablesOf(state)]
    .filter(([store]) => stores.includes(store))
    .flatMap(([store, table]) =>
      Array.from({ length: table.size }, (_, entry) => {
        const at = table.offsetOf(entry);
        const bytes = table.chunkOf(entry).bytes.subarray(at, at + table.payloadLength(entry));
        return `${store} ${table.keyOf(entry)} ${Buffer.from(bytes).toString('base64')}`;
      }),
    )
    .sort();
}

type Case = {
  readonly list: readonly Drawn[];
  /** How many of them there were before. */
  readonly kept: number;
  readonly seed: number;
  readonly count: number;
  readonly page: number;
  readonly cuts: readonly number[];
  readonly standard: boolean;
};

async function assertFilled({ list, kept, seed, count, page, cuts, standard }: Case): Promise<void> {
  const records = recordsOf(seed, count);
  const random = createRandom(seed + 1);
  const refused = new Set(records.flatMap((_, at) => (random.below(25) === 0 ? [at] : [])));
  const world: World = { records, refused };
  const numbers = list.map((_, i) => i);
  const all = featuresOf(list, numbers);
  const document = documentOf(all, standard ? 'all' : 'none');
  const next = compileCatalogue(document);
  const before = compileCatalogue(
    documentOf(kept === 0 ? [] : featuresOf(list, numbers.slice(0, kept)), standard ? 'all' : 'none'),
  );
  const expectedState = next.createState();
  const expected = observed(next, expectedState, world);

  const filling = compileFilling(document, next, presentIn(before));
  const blocks: FilledBlock[] = [];
  const state = filling.createState();
  const taken = next.createState();
  const replay = createReplay({
    filling,
    own: ownDataOf(next.data),
    state,
    source: sourceOf(world, next, before, page, blocks),
  });
  const handOver = (): void => {
    for (const part of encodedParts(state, filling.stores, changedEntries)) loadEntities(part, taken);
    for (const [, table] of tablesOf(state)) table.clearChanged();
  };
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    if (cut <= replay.offset || cut > count) continue;
    await replay.run(cut);
    handOver();
  }
  await replay.run(count);
  await replay.flush();
  handOver();
  assert.deepEqual(bytesOf(taken, filling.stores), bytesOf(expectedState, filling.stores));
  const codec = vectorCodec(filling.lacking.length);
  const found = new Map(
    blocks.flatMap((block) =>
      [...decodeBlock(block, () => true)].map(
        ({ offset, vector }) => [offset, codec.decode(vector)] as const,
      ),
    ),
  );
  if (filling.lacking.length > 0) assert.deepEqual([...found.keys()], [...expected.keys()]);
  for (const [offset, values] of found)
    filling.lacking.forEach(({ name, place }, i) => {
      const is = expected.get(offset)?.[place];
      if (!Object.is(values[i], is)) assert.fail(`${name} of record ${offset} is ${values[i]}, not ${is}`);
    });
}

const drawnCase: fc.Arbitrary<Case> = fc.array(drawn, { minLength: 1, maxLength: 9 }).chain((list) =>
  fc.record({
    list: fc.constant(list),
    kept: fc.nat({ max: list.length }),
    seed: fc.nat(),
    count: fc.integer({ min: 1, max: 400 }),
    page: fc.integer({ min: 1, max: 150 }),
    cuts: fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 4 }),
    standard: fc.boolean(),
  }),
);

test('Y40 Y41: what is filled is bit for bit what a catalogue has that was there from the first record on, over random documents and streams', async () => {
  await fc.assert(fc.asyncProperty(drawnCase, assertFilled), { numRuns: 60 });
});
