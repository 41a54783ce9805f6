// What is usual of what a concept's sentence tells, for the account and for payments of its kind: as ranges, where they are known.
import type { Transaction } from '../domain/transaction.ts';
import type { CatalogueFeature } from '../features/catalogue.ts';
import { hours, km, number, percent } from '../features/wording.ts';
import { typeWords } from './applies.ts';

export type UsualRange = { readonly low: number; readonly high: number };
export type Usual = {
  readonly feature: CatalogueFeature;
  readonly account: UsualRange | null;
  readonly peers: UsualRange | null;
};

type Words = (value: number) => string;
const SPANS: Readonly<Record<string, number>> = { seconds: 3600, minutes: 60, hours: 1 };
/** Of these a range says nothing that anybody reads. */
const NOT_COMPARED = /^(0 or 1|log-odds|ln|hour|day,|standard deviations|number)/;

function wordsFor(unit: string, sum: Words): Words | undefined {
  if (NOT_COMPARED.test(unit)) return undefined;
  if (unit === 'major units') return sum;
  if (unit === 'share') return percent;
  if (unit === 'ratio') return (value) => `${number(value)} ×`;
  if (unit === 'km') return km;
  const perHour = SPANS[unit];
  if (perHour !== undefined) return (value) => hours(value / perHour);
  return (value) => `${number(value)} ${unit}`;
}

function rangeWords({ low, high }: UsualRange, say: Words): string {
  return say(low) === say(high) ? say(low) : `${say(low)} to ${say(high)}`;
}

const PLURALS: Readonly<Record<string, string>> = {
  purchase: 'purchases',
  withdrawal: 'withdrawals',
  transfer: 'transfers',
  payment: 'payments of bills',
};

/** Of the first of these that anything is known of; undefined where nothing is. */
export function comparison(
  candidates: readonly Usual[],
  transaction: Transaction,
  sum: Words,
): string | undefined {
  for (const { feature, account, peers } of candidates) {
    const say = wordsFor(feature.unit, sum);
    if (!say || (!account && !peers)) continue;
    const { type } = transaction;
    const kind = PLURALS[type] ?? `payments of type ${typeWords(transaction)}`;
    const said = [
      ...(account ? [`usually ${rangeWords(account, say)} for this account`] : []),
      ...(peers ? [`${rangeWords(peers, say)} for ${kind} of its kind`] : []),
    ];
    return `${subjectOf(feature)}: ${said.join(', ')}`;
  }
  return undefined;
}

const subjectOf = ({ name, window }: CatalogueFeature): string => {
  const words = name.replaceAll('_', ' ').replace(/ (\d+[smhd]|delayed)(?= |$)/g, '');
  const subject = words.charAt(0).toUpperCase() + words.slice(1);
  return window === undefined ? subject : `${subject} in ${window}`;
};
