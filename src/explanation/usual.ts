// Why an approval looked usual, in a line: what was as on most days of the account, and what was not.
import type { Transaction } from '../domain/transaction.ts';
import type { Catalogue } from '../features/catalogue.ts';
import { type Facts, factsOf } from './facts.ts';
import { merchantNoun } from './party-clauses.ts';

/** Up to so many times the usual, and down to so small a part of it, an amount is usual. */
const USUAL_TIMES = 3;
const MOST_WORDS = 3;

/** How one side of a payment looks: as usual, or not, in words; undefined where nothing is known of it. */
type Look = { readonly isUsual: boolean; readonly words: string };

const known = (value: number, usual: string, other: string): Look | undefined =>
  Number.isNaN(value)
    ? undefined
    : value > 0
      ? { isUsual: false, words: other }
      : { isUsual: true, words: usual };

const LOOKS: readonly ((facts: Facts) => Look | undefined)[] = [
  ({ value }) => {
    const ratio = value('amount_to_account_usual');
    if (Number.isNaN(ratio)) return undefined;
    if (ratio > USUAL_TIMES) return { isUsual: false, words: 'a higher amount' };
    return ratio < 1 / USUAL_TIMES ? undefined : { isUsual: true, words: 'amount' };
  },
  (facts) =>
    known(
      facts.value('is_unknown_merchant'),
      merchantNoun(facts),
      `a ${merchantNoun(facts)} not used lately`,
    ),
  ({ value }) => known(value('is_new_counterparty'), 'payee', 'a payee not paid before'),
  ({ value }) => known(value('is_new_device'), 'device', 'another device'),
  ({ value }) => {
    const isForeign = value('is_foreign_country');
    return Number.isNaN(isForeign)
      ? undefined
      : known(Math.max(isForeign, value('is_new_country') || 0), 'country', 'another country');
  },
];

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/** The headline of an approval, of its vector alone. */
export function usualHeadline(catalogue: Catalogue, vector: Float64Array, transaction: Transaction): string {
  const facts = factsOf(catalogue, vector, transaction);
  const looks = LOOKS.flatMap((look) => look(facts) ?? []);
  const words = (isUsual: boolean): string =>
    listed(
      looks
        .filter((look) => look.isUsual === isUsual)
        .slice(0, MOST_WORDS)
        .map((look) => look.words),
    );
  const [usual, other] = [words(true), words(false)];
  if (usual !== '') return `Usual: ${usual} as on most days of this account${other && `; ${other}`}`;
  if (other !== '') return `Little risk in spite of ${other}`;
  return Number.isNaN(facts.value('account_age_days'))
    ? 'Little risk: the first payment of this account here, and nothing known against it'
    : 'Little risk: nothing known against it';
}
