// Random payments and labels for the program's own features: late ones and ones that are stamped ahead, labels back and forth, payees
// and accounts with more payments than are kept one by one, entities that many share.
import { historiesOf, type Label } from '../../src/domain/label.ts';
import { createRandom } from '../../src/domain/random.ts';
import type { Transaction } from '../../src/domain/transaction.ts';

const START_MS = Date.UTC(2026, 2, 1, 22, 30);
const HOUR_MS = 3_600_000;
const COUNTRIES = ['DE', 'FR', 'JP', 'US', 'GB', 'PL', 'IT', 'ES', 'BR', 'IN'];

export type Step =
  | { readonly kind: 'payment'; readonly transaction: Transaction }
  | { readonly kind: 'label'; readonly label: Label; readonly previous: boolean | undefined };

export type Kind = { readonly seed: number; readonly payments: number; readonly stepHours: number };

export function steps({ seed, payments, stepHours }: Kind): Step[] {
  const random = createRandom(seed);
  const below = (n: number): number => Math.floor(random.next() * n);
  const one = <T>(list: readonly T[]): T => list[below(list.length)];
  const maybe = <T>(value: T, share = 0.7): T | undefined => (random.next() < share ? value : undefined);
  // Few accounts pay most: they get beyond what is kept one by one.
  const skewed = (n: number): number => Math.floor(n * random.next() ** 3);
  const all: Step[] = [];
  const paid: Transaction[] = [];
  const labelled = new Map<string, boolean>();
  let nowMs = START_MS;
  for (let i = 0; i < payments; i++) {
    nowMs += Math.floor(random.next() * 2 * stepHours * HOUR_MS);
    const drawn = random.next();
    const atMs =
      drawn < 0.1
        ? nowMs - Math.floor(random.next() * 60 * HOUR_MS)
        : drawn < 0.13
          ? nowMs + Math.floor(random.next() * 23 * HOUR_MS)
          : drawn < 0.14
            ? nowMs - Math.floor(random.next() * 60 * 24 * HOUR_MS)
            : nowMs;
    const isYen = random.next() < 0.05;
    const located = random.next() < 0.6;
    const transaction: Transaction = {
      id: `t${i}`,
      accountId: `a${skewed(12)}`,
      occurredAtMs: atMs,
      utcOffsetMinutes: maybe(one([60, -300, 330]), 0.5),
      amountMinor: random.next() < 0.2 ? below(600) : below(100_000),
      currency: isYen ? 'JPY' : 'EUR',
      type: one(['purchase', 'withdrawal', 'transfer', 'payment']),
      channel: maybe(one(['chip', 'ecommerce', 'atm'])),
      merchant: maybe({ id: `m${skewed(40)}`, mcc: maybe(one(['5411', '7995'])) }, 0.8),
      country: maybe(one(COUNTRIES), 0.8),
      city: undefined,
      location: located ? { lat: below(1200) / 10 - 60, lon: below(3600) / 10 - 180 } : undefined,
      deviceId: maybe(`d${skewed(20)}`),
      ip: maybe(`192.0.2.${skewed(20)}`, 0.5),
      // Payees are accounts as well.
      counterpartyId: maybe(`a${skewed(30)}`, 0.5),
      counterpartyName: undefined,
      billing: undefined,
      base: isYen
        ? {
            amountMinor: below(50_000),
            currency: 'EUR',
            rate: 0.006,
            rateDate: '2026-03-01',
            source: 'imported',
          }
        : undefined,
    };
    all.push({ kind: 'payment', transaction });
    paid.push(transaction);
    if (random.next() < 0.15) {
      const about = paid[Math.max(0, paid.length - 1 - skewed(paid.length))];
      const previous = labelled.get(about.id);
      const fraud = random.next() < 0.8;
      labelled.set(about.id, fraud);
      const said = { transactionId: about.id, fraud, source: 'import', labelledAtMs: nowMs } as const;
      all.push({ kind: 'label', label: { ...said, ...historiesOf(about) }, previous });
    }
  }
  return all;
}
