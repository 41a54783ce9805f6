// What the address of the transactions says, and the one whose story is open on any screen.
import { oneOf, searchOf, text } from '../kit/search.ts';

export const OUTCOMES = ['flagged', 'review', 'decline', 'approve'] as const;

export const transactionsSearch = searchOf((given) => ({
  outcome: oneOf(OUTCOMES, given.outcome),
  country: text(given.country),
  account: text(given.account),
}));

export const storySearch = searchOf((given) => ({ transaction: text(given.transaction) }));
