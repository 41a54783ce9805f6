// Exchange rates in the database.
import type { Rate } from '../../domain/exchange-rates.ts';
import { isoTime } from '../../domain/iso-time.ts';
import type { RateStore } from '../../ports/office/rates.ts';
import { auditText } from './audit.ts';
import type { SqlSession } from './session.ts';
import { timeMs } from './values.ts';

export const BASE_AMOUNT_COLUMNS: readonly string[] = [
  'alter table transactions add column base_amount_minor bigint, add column base text, add column billing text',
  `comment on column transactions.base_amount_minor is
    'In minor units of the base currency where the amount is in another; how it came about is in base, as JSON'`,
  'alter table fraud_alerts add column base_amount_minor bigint, add column base_currency text',
  `comment on column alerts.amount_minor is 'Hundredths of a unit of currency, the base currency'`,
];

export const RATE_TABLES: readonly string[] = [
  `create table exchange_rates (
    currency text not null, day integer not null, per_euro double precision not null, primary key (currency, day))`,
  `comment on column exchange_rates.day is 'Days since 1970-01-01'`,
  `create table exchange_rate_imports (
    id bigint generated always as identity primary key, at timestamptz not null, who text not null, source text not null,
    rates integer not null, last_day integer not null)`,
];

const AT_ONCE = 5000;
/** Enough to tell what a desk counts in; from the end of the index. */
const LOOKED_AT = 10_000;

export function createRateStore(session: SqlSession): RateStore {
  return {
    async revision() {
      const [row] = await session.query(
        'select coalesce(max(id), 0) as revision from exchange_rate_imports',
        [],
      );
      return Number(row.revision);
    },
    async all() {
      const currencies = await session.query('select distinct currency from exchange_rates', []);
      const rates: Rate[] = [];
      for (const { currency } of currencies) {
        const rows = await session.query('select day, per_euro from exchange_rates where currency = $1', [
          currency,
        ]);
        for (const row of rows)
          rates.push({
            currency: String(currency),
            day: Number(row.day),
            perEuro: Number(row.per_euro),
          });
      }
      return rates;
    },
    async add(source, rates, entry) {
      for (let at = 0; at < rates.length; at += AT_ONCE) {
        const part = rates
          .slice(at, at + AT_ONCE)
          .map(({ currency, day, perEuro }) => ({ currency, day, per_euro: perEuro }));
        await session.query(
          `insert into exchange_rates select * from json_populate_recordset(null::exchange_rates, $1)
           on conflict (currency, day) do update set per_euro = excluded.per_euro`,
          [JSON.stringify(part)],
        );
      }
      const lastDay = rates.reduce((last, { day }) => Math.max(last, day), 0);
      await session.query(
        `with added as (
           insert into exchange_rate_imports (at, who, source, rates, last_day) values ($1, $2, $3, $4, $5) returning 1)
         select append_audit($6) from added`,
        [isoTime(entry.atMs), entry.actor.name, source, rates.length, lastDay, auditText(entry)],
      );
    },
    async imports(newest) {
      const rows = await session.query('select * from exchange_rate_imports order by id desc limit $1', [
        newest,
      ]);
      return rows.map((row) => ({
        atMs: timeMs(row.at),
        by: String(row.who),
        source: String(row.source),
        rates: Number(row.rates),
        lastDay: Number(row.last_day),
      }));
    },
    async usualCurrency() {
      const [row] = await session.query(
        `select currency from (select currency from transactions order by seq desc limit ${LOOKED_AT}) newest
         group by currency order by count(*) desc, currency limit 1`,
        [],
      );
      return row && String(row.currency);
    },
  };
}
