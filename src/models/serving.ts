// The models that decide: the champion, and for a share of the accounts a challenger.
import { keyHash } from '../features/key-set.ts';
import type { Scorer } from './model.ts';
import type { ReviewWork } from './review-work.ts';

export type Serving = {
  readonly champion: Scorer;
  /** Decides for so large a share of the accounts, always the same ones. */
  readonly challenger?: { readonly scorer: Scorer; readonly share: number };
  /** What their thresholds follow from; absent where that was not asked yet. */
  readonly work?: ReviewWork;
};

const HASHES = 2 ** 32;

/** The model that decides for an account. */
export function scorerFor({ champion, challenger }: Serving, accountId: string): Scorer {
  if (!challenger) return champion;
  return keyHash(`challenger ${accountId}`) < challenger.share * HASHES ? challenger.scorer : champion;
}

/** Transactions that the models in service could not score or explain, in this process. */
export const failuresOf = ({ champion, challenger }: Serving): number =>
  champion.failures.count + (challenger?.scorer.failures.count ?? 0);
