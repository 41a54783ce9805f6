// What an own field holds, as rules and features read it: a text, or a number. One reading for both.
import type { BaseAmount } from './base-amount.ts';
import { minorPerMajor } from './currency.ts';
import type { AttributeValue, FieldType } from './data-model.ts';
import { parseIsoTime } from './iso-time.ts';
import type { Transaction } from './transaction.ts';

const TEXT_TYPES: ReadonlySet<FieldType> = new Set(['text', 'category', 'id', 'email', 'phone', 'ip']);

/** Whether fields of a type are texts; all others are numbers, a place two of them. */
export const isTextType = (type: FieldType): boolean => TEXT_TYPES.has(type);

/** Empty where it is not stated. */
export const textValue = (value: AttributeValue | undefined): string =>
  value === undefined ? '' : typeof value === 'string' ? value : String(value);

export const numberValue = (value: AttributeValue | undefined): number =>
  typeof value === 'number' ? value : Number.NaN;

/** 1 or 0, missing where it is not stated: unknown is not no. */
export const booleanValue = (value: AttributeValue | undefined): number =>
  value === true ? 1 : value === false ? 0 : Number.NaN;

const DAY_CHARACTERS = 10;

/** Epoch seconds; missing where it is no time. A day alone is its beginning in UTC. */
export function timeValue(value: AttributeValue | undefined): number {
  if (typeof value !== 'string') return Number.NaN;
  const ms = parseIsoTime(value.length === DAY_CHARACTERS ? `${value}T00:00:00Z` : value);
  return ms === undefined ? Number.NaN : ms / 1000;
}

type Amounts = Partial<Pick<Transaction, 'amountMinor' | 'currency' | 'billing'>> & {
  readonly base?: Pick<BaseAmount, 'rate' | 'currency'> & { readonly amountMinor?: number };
};

/**
 * Minor units of the transaction's or event's currency in units of the base currency: converted as the transaction's own amount was, of an event
 * by the rate of its day.
 */
export function moneyValue(
  value: AttributeValue | undefined,
  { amountMinor, currency, base, billing }: Amounts,
): number {
  if (typeof value !== 'number' || currency === undefined) return Number.NaN;
  if (!base) return value / minorPerMajor(currency);
  if (!billing) return (value / minorPerMajor(currency)) * base.rate;
  if (amountMinor === undefined || amountMinor <= 0 || base.amountMinor === undefined) return Number.NaN;
  return value * (base.amountMinor / minorPerMajor(base.currency) / amountMinor);
}
