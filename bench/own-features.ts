// Fifty features of one's own beside the default catalogue: decisions a second, latency and bytes, on the same stream, in turn.
//
// The document (own-features.json) has what banks aggregate over, for five entities. How many of each there are, and how full their
// histories, is what decides the cost:
// - 10,000 accounts pay 30 times a month, as usual ones do, and three in ten customers have two. Histories are thirty days deep before
//   anything is measured, so that retention, hours and full sets of keys are part of it.
// - the largest mail domain has half of the customers, the next a sixth and the tenth one in a hundred; few have one of their own.
// - a payee is whom the money goes to, a merchant or an account: every payment has one. Merchants are paid by many, accounts by few.
// - networks are those of the simulated addresses, and devices those of payments online: a third of payments has them.
// So a payment reads 3.6 of these histories, and those that are shared are in tiles. At a rate of one in nine seconds nearly every
// payment opens a new minute of a large history; at the rate of a large bank most go into one that is there, which costs less.
import { readFileSync } from 'node:fs';
import type { Attributes } from '../src/domain/data-model.ts';
import { historiesOf } from '../src/domain/label.ts';
import type { Transaction } from '../src/domain/transaction.ts';
import { decide } from '../src/engine/decide.ts';
import type { Catalogue } from '../src/features/catalogue.ts';
import { checkedCatalogue } from '../src/features/checked-catalogue.ts';
import { tableOf } from '../src/features/feature-state.ts';
import { STANDARD } from '../src/features/standard.ts';
import { createScorer, type Model } from '../src/models/model.ts';
import { compileRuleset } from '../src/rules/ruleset.ts';
import { STARTER_RULES } from '../src/rules/starter-rules.ts';
import { createSimulator, type SimulatedEvent } from '../src/simulator/simulator.ts';
import { trainFirstModel } from '../src/training/first-model.ts';
import { count, median, percentile, type Row } from './report.ts';

const START_MS = Date.UTC(2026, 0, 1);
const ACCOUNTS = 10_000;
const WARMING = 310_000;
const ROUNDS = 8;
const PER_ROUND = 5000;
const LABELLED_AFTER = 20_000;

export function fiftyFeatures(): Catalogue {
  const file = new URL('own-features.json', import.meta.url);
  const checked = checkedCatalogue(JSON.parse(readFileSync(file, 'utf8')));
  if (checked.ok) return checked.catalogue;
  throw new Error(checked.problems.map(({ pointer, message }) => `${pointer}: ${message}`).join('\n'));
}

/** A number from 0 on, below 1, that a text always has. */
function share(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

/** Three in ten customers have two accounts. */
function customerOf(accountId: string): string {
  const number = Number.parseInt(accountId.slice(accountId.lastIndexOf('-') + 1), 36);
  return `c-${Math.floor(number / 1.3)}`;
}

/** The transaction with what a bank says beside it. */
export function withAttributes(transaction: Transaction): Transaction {
  const { id, accountId, merchant, counterpartyId, ip, deviceId } = transaction;
  const customerId = customerOf(accountId);
  const payeeId = counterpartyId ?? merchant?.id;
  const domain = Math.floor(1 / (1 - share(`domain ${customerId}`)));
  const attributes: Attributes = {
    customerId,
    email: `${customerId}@mail-${domain}.example`,
    ...(payeeId !== undefined && { payeeId }),
    ...(ip !== undefined && { network: ip.slice(0, ip.lastIndexOf('.')) }),
    ...(deviceId !== undefined && { deviceScore: Math.round(share(`score ${deviceId}`) * 1000) / 1000 }),
    basketItems: 1 + Math.floor(8 * share(`items ${id}`) ** 2),
    strongCustomer: share(`asked ${id}`) < 0.3,
  };
  return { ...transaction, attributes };
}

export function* fiftyStream(): Generator<SimulatedEvent> {
  const simulator = createSimulator({
    seed: 3,
    rate: (ACCOUNTS * 30) / (30 * 86_400),
    startMs: START_MS,
    accounts: ACCOUNTS,
    dayRhythm: true,
  });
  for (;;) {
    const { transaction, fraudType } = simulator.next();
    yield { transaction: withAttributes(transaction), fraudType };
  }
}

export type Side = {
  readonly catalogue: Catalogue;
  warm(event: SimulatedEvent): void;
  round(transactions: readonly Transaction[], measured: boolean): void;
  readonly bytes: (store: string) => { readonly bytes: number; readonly size: number };
  readonly rates: number[];
  readonly micros: number[];
};

export function fiftySide(catalogue: Catalogue, model: Model): Side {
  const state = catalogue.createState();
  const scorer = createScorer(model, catalogue);
  const ruleset = compileRuleset(STARTER_RULES, catalogue);
  const vector = new Float64Array(catalogue.size);
  const keyFields = ['customerId', 'email.domain', 'payeeId', 'network'];
  const frauds: SimulatedEvent['transaction'][] = [];
  let warmed = 0;
  const rates: number[] = [];
  const micros: number[] = [];
  return {
    catalogue,
    rates,
    micros,
    warm({ transaction, fraudType }) {
      catalogue.observe(state, transaction, vector);
      if (fraudType !== undefined) frauds.push(transaction);
      if (++warmed % LABELLED_AFTER !== 0) return;
      for (const one of frauds.splice(0)) {
        const label = {
          ...historiesOf(one, keyFields),
          transactionId: one.id,
          fraud: true,
          source: 'chargeback' as const,
          labelledAtMs: transaction.occurredAtMs,
        };
        catalogue.applyLabel(state, label, undefined);
      }
    },
    round(transactions, measured) {
      const started = process.cpuUsage();
      for (const transaction of transactions) {
        const before = performance.now();
        const { outcome } = decide(transaction, state, scorer, ruleset, START_MS, vector);
        catalogue.keep(state, transaction);
        if (measured && outcome === 'approve') micros.push((performance.now() - before) * 1000);
      }
      const { user, system } = process.cpuUsage(started);
      if (measured) rates.push(transactions.length / ((user + system) / 1e6));
    },
    bytes(store) {
      const { bytesReserved, size } = store === 'account' ? state.account : tableOf(state, store);
      return { bytes: bytesReserved, size };
    },
  };
}

export async function benchOwnFeatures(): Promise<Row[]> {
  const trained = STANDARD.createState();
  const options = { preset: 'default', seed: 1, endMs: START_MS, liveRate: 20 } as const;
  const model = await trainFirstModel(trained, options);
  const usual = fiftySide(STANDARD, model);
  const own = fiftySide(fiftyFeatures(), model);
  const stream = fiftyStream();
  const next = (): SimulatedEvent => stream.next().value;
  for (let i = 0; i < WARMING; i++) {
    const event = next();
    usual.warm(event);
    own.warm(event);
  }
  for (let round = 0; round <= ROUNDS; round++) {
    const transactions = Array.from({ length: PER_ROUND }, () => next().transaction);
    // The first round warms up.
    for (const side of round % 2 ? [usual, own] : [own, usual]) side.round(transactions, round > 0);
  }
  return [...speedRows(usual, own), ...sizeRows(own)];
}

function speedRows(usual: Side, own: Side): Row[] {
  const ratios = own.rates.map((rate, i) => rate / usual.rates[i]);
  const latency = ({ micros }: Side): string =>
    `p50 ${median(micros).toFixed(0)} µs, p99 ${percentile(micros, 0.99).toFixed(0)} µs`;
  return [
    {
      what: 'decide() with 50 own features over 5 entities, one core',
      figure: `${count(median(own.rates))}/s, ${median(ratios).toFixed(2)} ×`,
      baseline: `default catalogue ${count(median(usual.rates))}/s`,
      goal: '≥ 0.6 ×',
    },
    {
      what: '… of an approval, by the clock: on a machine that others use too, what they take is in it',
      figure: latency(own),
      baseline: `default catalogue ${latency(usual)}`,
      goal: 'p99 ≤ 150 µs',
    },
  ];
}

/** What histories take, as they are after thirty days; a feature has an equal part in those that it is read from. */
function sizeRows({ catalogue, bytes }: Side): Row[] {
  const stores = catalogue.stores.filter(({ id }) => id.startsWith('own:'));
  const measured = stores.map(({ id, entity, features }) => ({
    entity,
    features: features.length,
    ...bytes(id),
  }));
  const total = measured.reduce((sum, one) => sum + one.bytes, 0);
  const features = measured.reduce((sum, one) => sum + one.features, 0);
  const accounts = bytes('account');
  return [
    ...measured.map(({ entity, features: few, bytes: taken, size }) => ({
      what: `histories of own entity ${entity}: ${count(size)}, ${few} features`,
      figure: `${count(taken / size)} bytes each, ${count(taken / size / few)} a feature`,
    })),
    {
      what: `all histories of ${features} own features, ${count(accounts.size)} accounts`,
      figure: `${(total / 2 ** 20).toFixed(1)} MiB, ${count(total / accounts.size)} bytes an account, ${count(total / accounts.size / features)} of them a feature`,
      baseline: `the program's account ${count(accounts.bytes / accounts.size)} bytes`,
    },
  ];
}
