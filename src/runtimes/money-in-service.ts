// What amounts are converted with, as the database says: the desk's base currency, and the rates in service.
import { inBase, type Money, PRESET_BASE_CURRENCY } from '../domain/base-amount.ts';
import { currencyProblem } from '../domain/currency.ts';
import { exchangeRates, SHIPPED_EXCHANGE_RATES } from '../domain/exchange-rates.ts';
import { InputError } from '../domain/input-error.ts';
import { problemsToText } from '../domain/problem.ts';
import type { LogRecord } from '../engine/records.ts';
import type { Boundary } from '../ports/boundary.ts';
import { systemClock } from '../ports/clock.ts';
import type { Office } from '../ports/office/office.ts';

export type MoneyInService = {
  current(): Money;
  /** Looks for rates that were imported meanwhile. */
  look(): Promise<void>;
};

const LOOK_MS = 2000;

const KEPT_AS = 'baseCurrency';

/** The base currency asked for by an option, else by BASE_CURRENCY; undefined where none is. Throws InputError. */
export function baseCurrencyAsked(
  option: string | undefined,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const name = option === undefined ? 'BASE_CURRENCY' : '--base-currency';
  const given = option ?? env.BASE_CURRENCY;
  if (given === undefined || given === '') return undefined;
  const problem = currencyProblem(given, systemClock.nowMs());
  if (problem) throw new InputError(`${name} is "${given}"; ${problem}.`);
  return given;
}

/**
 * The money of a desk. `asked` is the base currency that somebody asked for: it is kept at the first start, and can be no other
 * afterwards, since histories and figures are in it. A desk from before amounts were converted counts in what its transactions
 * are in; a new one in `preset`. Throws InputError where another one is asked for than the desk counts in.
 */
export async function openMoney(
  { settings, rates }: Pick<Office, 'settings' | 'rates'>,
  asked: string | undefined,
  preset = PRESET_BASE_CURRENCY,
): Promise<MoneyInService> {
  const before = (await settings.kept(KEPT_AS)) ?? (await rates.usualCurrency());
  const baseCurrency = await settings.keep(KEPT_AS, before ?? asked ?? preset);
  if (asked !== undefined && asked !== baseCurrency) {
    throw new InputError(
      `This desk counts in ${baseCurrency}: its histories, alerts and figures are in it, so that it cannot become ${asked}. Start without asking for another base currency, or begin a desk of its own.`,
    );
  }
  let revision = 0;
  let money: Money = { baseCurrency, rates: SHIPPED_EXCHANGE_RATES };
  async function look(): Promise<void> {
    const now = await rates.revision();
    if (now === revision) return;
    money = { baseCurrency, rates: exchangeRates(await rates.all()) };
    revision = now;
  }
  await look();
  return { current: () => money, look };
}

/** The money of a desk of several processes: what one of them imports is in service in all within two seconds. */
export async function watchMoney(
  office: Pick<Office, 'settings' | 'rates'>,
  asked: string | undefined,
  boundary: Boundary,
): Promise<MoneyInService & { stop(): void }> {
  const money = await openMoney(office, asked);
  // A database that is away is no reason to stop deciding: what was known stays known.
  const stop = boundary.every('exchange rates', LOOK_MS, () => money.look().catch(() => undefined));
  return { ...money, stop };
}

/** What was read by this desk is in base already; what a simulator or a replay hands over is converted here. */
export function inBaseAmount(record: LogRecord, money: Money): LogRecord {
  if (record.kind !== 'transaction') return record;
  const { transaction } = record;
  const inIt = inBase(transaction, money);
  if (!inIt.ok) throw new InputError(`Transaction ${transaction.id}: ${problemsToText(inIt.problems)}`);
  return inIt.value === transaction ? record : { ...record, transaction: inIt.value };
}
