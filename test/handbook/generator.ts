// Card payments of the kind that the Fraud Detection Handbook simulates (chapter 3, "Transaction data simulator"), from a seed:
// customers who pay at terminals near them, and its three scenarios of fraud. https://fraud-detection-handbook.github.io
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { createRandom, type Random } from '../../src/domain/random.ts';

export type HandbookKind = {
  readonly seed: number;
  readonly customers: number;
  readonly terminals: number;
  readonly days: number;
};

const START_MS = Date.UTC(2018, 3, 1);
const DAY_SECONDS = 86_400;
/** Customers and terminals lie in a square with sides of 100; a customer uses terminals within this distance. */
const RADIUS = 8;
const LARGE_AMOUNT = 220;
const COMPROMISED_TERMINALS_A_DAY = 2;
const COMPROMISED_DAYS = 28;
const COMPROMISED_CUSTOMERS_A_DAY = 3;
const LEAKED_DAYS = 14;

type Row = {
  readonly second: number;
  readonly customer: number;
  readonly terminal: number;
  cents: number;
  scenario: number;
};

/** Poisson distributed, by Knuth: the means here are small. */
function poisson(random: Random, mean: number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random.next(); product > limit; product *= random.next()) count++;
  return count;
}

function payments({ seed, customers, terminals, days }: HandbookKind): Row[] {
  const random = createRandom(seed, 1);
  const places = Array.from({ length: terminals }, () => ({
    x: random.next() * 100,
    y: random.next() * 100,
  }));
  const rows: Row[] = [];
  for (let customer = 0; customer < customers; customer++) {
    const home = { x: random.next() * 100, y: random.next() * 100 };
    const mean = 5 + random.next() * 95;
    const perDay = random.next() * 4;
    const near = places.flatMap(({ x, y }, i) => (Math.hypot(x - home.x, y - home.y) < RADIUS ? [i] : []));
    for (let day = 0; near.length > 0 && day < days; day++) {
      for (let left = poisson(random, perDay); left > 0; left--) {
        const time = Math.floor(DAY_SECONDS / 2 + 20_000 * random.normal());
        if (time <= 0 || time >= DAY_SECONDS) continue;
        const drawn = mean * (1 + random.normal() / 2);
        const amount = drawn < 0 ? random.next() * mean * 2 : drawn;
        rows.push({
          second: day * DAY_SECONDS + time,
          customer,
          terminal: near[random.below(near.length)],
          cents: Math.round(amount * 100),
          scenario: 0,
        });
      }
    }
  }
  return rows.sort((a, b) => a.second - b.second || a.customer - b.customer);
}

function addFrauds(rows: readonly Row[], { seed, customers, terminals, days }: HandbookKind): void {
  const random = createRandom(seed, 2);
  for (const row of rows) if (row.cents > LARGE_AMOUNT * 100) row.scenario = 1;
  for (let day = 0; day < days; day++) {
    const within = (row: Row, length: number): boolean => {
      const of = Math.floor(row.second / DAY_SECONDS);
      return of >= day && of < day + length;
    };
    const compromised = new Set(
      Array.from({ length: COMPROMISED_TERMINALS_A_DAY }, () => random.below(terminals)),
    );
    for (const row of rows) {
      if (compromised.has(row.terminal) && within(row, COMPROMISED_DAYS)) row.scenario = 2;
    }
    const leaked = new Set(
      Array.from({ length: COMPROMISED_CUSTOMERS_A_DAY }, () => random.below(customers)),
    );
    for (const row of rows) {
      if (!leaked.has(row.customer) || !within(row, LEAKED_DAYS) || random.below(3) > 0) continue;
      row.cents *= 5;
      row.scenario = 3;
    }
  }
}

/** Writes the payments in the columns of the published file, in the order of time; gives how many rows. */
export function writeHandbookFile(path: string, kind: HandbookKind): number {
  const rows = payments(kind);
  addFrauds(rows, kind);
  const lines = rows.map(({ second, customer, terminal, cents, scenario }, i) => {
    const at = new Date(START_MS + second * 1000).toISOString().replace('.000Z', 'Z');
    return `${i},${at},${customer},${terminal},${(cents / 100).toFixed(2)},${scenario > 0 ? 1 : 0},${scenario}`;
  });
  const head = 'transaction_id,tx_datetime,customer_id,terminal_id,tx_amount,tx_fraud,tx_fraud_scenario';
  writeFileSync(path, gzipSync(`${[head, ...lines].join('\n')}\n`, { level: 1 }));
  return rows.length;
}
