// Transactions of a body as bulk intake takes them.
import type { Problem } from '../../domain/problem.ts';
import type { Transaction } from '../../domain/transaction.ts';
import { contentHash } from '../../engine/process-batch.ts';
import type { Desk } from '../../ports/desk.ts';
import type { BulkKind } from './bulk-intake.ts';
import { otherContent } from './decide-route.ts';

const WRAPPED = /^\s*\{\s*"transactions"\s*:\s*\[/;
const UNWRAP = 'Send the list itself, without the object around it: [{…}, {…}], or one transaction a line.';

/** What a transaction turned out to be is no part of it: it is refused by name, with where it goes. */
const withLabelHint = (problem: Problem): Problem =>
  problem.pointer === '/fraud' || problem.pointer === '/fraudType'
    ? {
        ...problem,
        message: `${problem.pointer.slice(1)} is no part of a transaction: send labels to /v1/labels once it is decided.`,
      }
    : problem;

/** What is wrong with a piece, with a word for those who send labels or lists in an object. */
const problemsOf = (raw: string, problems: readonly Problem[]): readonly Problem[] =>
  WRAPPED.test(raw) ? [{ pointer: '/transactions', message: UNWRAP }] : problems.map(withLabelHint);

export const transactionsOf = (desk: Desk): BulkKind<Transaction> => ({
  source: 'POST /v1/transactions',
  read: desk.readTransaction,
  contentOf: contentHash,
  async contentsKnown(ids) {
    const known = await desk.store.findKnown(ids);
    return new Map([...known].map(([id, decision]) => [id, decision.contentHash]));
  },
  accept: desk.accept,
  otherContent,
  problemsOf,
});
