// A plain reference for features of one's own: all records of before, filtered; and random features and streams for it.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { baseMajor } from '../../src/domain/base-amount.ts';
import { createRandom } from '../../src/domain/random.ts';
import type { Transaction } from '../../src/domain/transaction.ts';
import { readDocument } from '../../src/features/check-document.ts';
import type { CatalogueDocument, Measure } from '../../src/features/document.ts';
import { distanceKm } from '../../src/features/geo.ts';
import { spanSeconds, UNIT_SECONDS } from '../../src/features/measures.ts';

export const START = 1_790_000_000;

export const DATA = {
  fields: [
    { name: 'customerId', type: 'id', description: 'The customer behind the account' },
    { name: 'customer.segment', type: 'category', description: 'Segment of the customer' },
    { name: 'risk.deviceScore', type: 'number', description: 'Score of the device' },
    { name: 'fee', type: 'money', description: 'Fee of the payment' },
    { name: 'cardPresent', type: 'boolean', description: 'Whether the card was there' },
    { name: 'contact.email', type: 'email', description: 'Address of the customer' },
    { name: 'home', type: 'place', description: 'Where the customer lives' },
  ],
  entities: [
    { name: 'customer', description: 'A customer', key: ['customerId'] },
    {
      name: 'customerAtMerchant',
      description: 'A customer at a merchant',
      key: ['customerId', 'merchant.id'],
    },
    { name: 'emailDomain', description: 'Domain of an address', key: ['contact.email.domain'] },
  ],
};

export function documentOf(features: readonly unknown[], standard: unknown = 'none'): CatalogueDocument {
  const read = readDocument({ format: 'goshawk-catalogue-1', standard, data: DATA, features });
  if (!read.ok) assert.fail(JSON.stringify(read.problems));
  return read.document;
}

export type Drawn = {
  readonly measure: Measure;
  readonly entity: string;
  readonly of?: string;
  readonly where?: string;
  readonly window?: string;
  readonly delay?: string;
  readonly current?: boolean;
  readonly unit?: string;
};

const ENTITIES: Readonly<Record<string, (t: Transaction) => string | undefined>> = {
  account: (t) => t.accountId,
  merchant: (t) => t.merchant?.id,
  customer: (t) => t.attributes?.customerId as string | undefined,
  customerAtMerchant: (t) =>
    t.attributes?.customerId !== undefined && t.merchant
      ? `${t.attributes.customerId}|${t.merchant.id}`
      : undefined,
  emailDomain: (t) => (t.attributes?.['contact.email'] as string | undefined)?.split('@')[1],
};
const NUMBERS: Readonly<Record<string, (t: Transaction) => number>> = {
  amount: baseMajor,
  'risk.deviceScore': (t) => Number(t.attributes?.['risk.deviceScore'] ?? Number.NaN),
  'transaction.amount * 2.0 - 1.0': (t) => baseMajor(t) * 2 - 1,
  fee: (t) => (t.attributes?.fee === undefined ? Number.NaN : Number(t.attributes.fee) / 100),
};
const TEXTS: Readonly<Record<string, (t: Transaction) => string | undefined>> = {
  deviceId: (t) => t.deviceId,
  'merchant.id': (t) => t.merchant?.id,
  'customer.segment': (t) => t.attributes?.['customer.segment'] as string | undefined,
};
const TRUTHS: Readonly<Record<string, (t: Transaction) => boolean>> = {
  'transaction.channel == "ecommerce"': (t) => t.channel === 'ecommerce',
  'transaction.amount > 20.0': (t) => baseMajor(t) > 20,
  'transaction.attributes.risk.deviceScore > 0.5': (t) =>
    Number(t.attributes?.['risk.deviceScore'] ?? Number.NaN) > 0.5,
  'transaction.attributes.customer.segment in ["gold", "new"] && !has(transaction.deviceId)': (t) =>
    ['gold', 'new'].includes(String(t.attributes?.['customer.segment'])) && t.deviceId === undefined,
};
const WINDOWED = [
  'count',
  'share',
  'sum',
  'mean',
  'minimum',
  'maximum',
  'deviation',
  'distinct',
  'ratio_to_mean',
  'ratio_to_maximum',
] as const;
const POINTS = [
  'last',
  'since_last',
  'age',
  'zscore',
  'ratio_to_usual',
  'is_new',
  'distance_from_last',
  'speed_from_last',
] as const;
const WITHOUT_CURRENT: ReadonlySet<string> = new Set(['ratio_to_mean', 'ratio_to_maximum']);

const pick = (from: object) => fc.constantFrom(...Object.keys(from));
const ofFor = (measure: Measure): fc.Arbitrary<string | undefined> => {
  if (measure === 'share') return pick(TRUTHS);
  if (measure === 'distinct' || measure === 'is_new') return pick(TEXTS);
  if (measure.endsWith('from_last')) return fc.constant('location');
  if (['count', 'since_last', 'age'].includes(measure)) return fc.constant(undefined);
  return pick(NUMBERS);
};

export const drawn: fc.Arbitrary<Drawn> = fc
  .constantFrom<Measure>(...WINDOWED, ...POINTS)
  .chain((measure) => {
    const windowed = (WINDOWED as readonly string[]).includes(measure);
    return fc.record({
      measure: fc.constant(measure),
      entity: pick(ENTITIES),
      of: ofFor(measure),
      where: fc.option(pick(TRUTHS), { nil: undefined }),
      window: windowed ? fc.constantFrom('1h', '24h', '7d', '30d', '90s') : fc.constant(undefined),
      delay:
        windowed && !['ratio_to_mean', 'distinct'].includes(measure)
          ? fc.option(fc.constantFrom('1h', '7d'), { nil: undefined })
          : fc.constant(undefined),
      current: fc.constant(undefined),
      unit:
        measure === 'since_last' || measure === 'age'
          ? fc.constantFrom('minutes', 'days')
          : fc.constant(undefined),
    });
  });

/** The plain reference: all records of before, filtered. */
export function reference(feature: Drawn, past: readonly Transaction[], now: Transaction): number {
  const keyOf = ENTITIES[feature.entity];
  const key = keyOf(now);
  if (key === undefined) return Number.NaN;
  const time = Math.floor(now.occurredAtMs / 1000);
  const seconds = (t: Transaction): number => Math.floor(t.occurredAtMs / 1000);
  const holds = feature.where === undefined ? () => true : TRUTHS[feature.where];
  const to = time - (feature.delay === undefined ? 0 : (spanSeconds(feature.delay) ?? 0));
  const from = feature.window === undefined ? -1 : to - (spanSeconds(feature.window) ?? 0);
  const everything = past.filter((t) => keyOf(t) === key);
  const before = everything.filter((t) => holds(t) && seconds(t) <= to && seconds(t) > from);
  before.sort((a, b) => seconds(a) - seconds(b));
  const counts = feature.delay === undefined && !WITHOUT_CURRENT.has(feature.measure) && holds(now);
  const all = counts ? [...before, now] : before;
  const value = NUMBERS[feature.of ?? ''] ?? (() => Number.NaN);
  const values = all.map(value).filter((v) => !Number.isNaN(v));
  const others = before.map(value).filter((v) => !Number.isNaN(v));
  const sum = (list: readonly number[]): number => list.reduce((total, v) => total + v, 0);
  const floor = feature.of === 'amount' ? 0.01 : 0;
  const known = everything.some((t) => seconds(t) <= time);
  const last = before.at(-1);
  const unit = UNIT_SECONDS[feature.unit ?? 'seconds'];
  switch (feature.measure) {
    case 'count':
      return all.length;
    case 'share':
      return all.length === 0 ? Number.NaN : all.filter(TRUTHS[feature.of ?? '']).length / all.length;
    case 'sum':
      return sum(values);
    case 'mean':
      return values.length === 0 ? Number.NaN : sum(values) / values.length;
    case 'minimum':
      return values.length === 0 ? Number.NaN : Math.min(...values);
    case 'maximum':
      return values.length === 0 ? Number.NaN : Math.max(...values);
    case 'deviation': {
      const mean = sum(values) / values.length;
      return values.length === 0
        ? Number.NaN
        : Math.sqrt(sum(values.map((v) => (v - mean) ** 2)) / values.length);
    }
    case 'distinct':
      return new Set(all.map(TEXTS[feature.of ?? '']).filter((v) => v !== undefined)).size;
    case 'ratio_to_mean': {
      const mean = Math.max(sum(others) / others.length, floor);
      return others.length === 0 || !(mean > 0) ? Number.NaN : value(now) / mean;
    }
    case 'ratio_to_maximum': {
      const most = Math.max(...others, floor);
      return others.length === 0 || !(most > 0) ? Number.NaN : value(now) / most;
    }
    case 'last': {
      const with_ = before.filter((t) => !Number.isNaN(value(t)));
      const one = with_.at(-1);
      return one === undefined ? Number.NaN : value(one);
    }
    case 'since_last':
      return last === undefined ? Number.NaN : (time - seconds(last)) / unit;
    case 'age':
      return before.length === 0 ? Number.NaN : (time - seconds(before[0])) / unit;
    case 'is_new': {
      const text = TEXTS[feature.of ?? ''];
      const own = text(now);
      return own === undefined || !known ? Number.NaN : before.some((t) => text(t) === own) ? 0 : 1;
    }
    case 'distance_from_last':
    case 'speed_from_last': {
      const one = before.filter((t) => t.location).at(-1);
      if (!one?.location || !now.location) return Number.NaN;
      const km = distanceKm(one.location.lat, one.location.lon, now.location.lat, now.location.lon);
      return feature.measure === 'distance_from_last' ? km : km / (Math.max(time - seconds(one), 60) / 3600);
    }
    default: {
      const logs = past
        .filter((t) => keyOf(t) === key && holds(t))
        .map(value)
        .filter((v) => v >= 0)
        .map(Math.log1p);
      const mean = sum(logs) / logs.length;
      if (!known || !(value(now) >= 0)) return Number.NaN;
      if (feature.measure === 'ratio_to_usual')
        return logs.length === 0 ? Number.NaN : value(now) / Math.max(Math.expm1(mean), 0.01);
      const variance = Math.max(sum(logs.map((v) => v * v)) / logs.length - mean * mean, 0.01);
      return logs.length < 3 ? Number.NaN : (Math.log1p(value(now)) - mean) / Math.sqrt(variance);
    }
  }
}

/** Payments of a few customers over some weeks; of `late`, that share comes up to half a day late. */
export function stream(seed: number, count: number, late: number): Transaction[] {
  const random = createRandom(seed);
  const among = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)];
  let time = START;
  return Array.from({ length: count }, (_, i) => {
    time += Math.floor(random.next() * 20_000);
    const at = random.next() < late ? time - Math.floor(random.next() * 40_000) : time;
    const maybe = <T>(value: T): T | undefined => (random.next() < 0.7 ? value : undefined);
    const attributes: Record<string, string | number | boolean> = {};
    const put = (name: string, value: string | number | boolean | undefined): void => {
      if (value !== undefined) attributes[name] = value;
    };
    put('customerId', maybe(among(['c1', 'c2', 'kunde-ß'])));
    put('customer.segment', maybe(among(['gold', 'new', 'old'])));
    put('risk.deviceScore', maybe(random.next() * 2 - 0.5));
    put('fee', maybe(Math.floor(random.next() * 500)));
    put('cardPresent', maybe(random.next() < 0.5));
    put('contact.email', maybe(among(['a@x.example', 'b@x.example', 'c@y.example'])));
    const deviceId = maybe(among(['d1', 'd2', 'd3', 'd4']));
    return {
      id: `t${i}`,
      accountId: among(['a1', 'a2']),
      occurredAtMs: at * 1000 + 250,
      amountMinor: Math.floor(random.next() * 5000),
      currency: 'EUR',
      type: 'purchase',
      channel: among(['ecommerce', 'chip']),
      merchant: { id: among(['m1', 'm2', 'm3']) },
      ...(deviceId !== undefined && { deviceId }),
      location: { lat: Math.floor(random.next() * 50), lon: Math.floor(random.next() * 50) },
      attributes,
    };
  });
}
