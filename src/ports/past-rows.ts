// Past transactions for backtests: many at once, only what rules can read.
import type { StoredPast } from '../rules/past-columns.ts';

export type PastRows = {
  /** Decided with this catalogue of features, newest first; `before` is the last offset of the page before. */
  page(
    catalogueHash: string,
    before: number | undefined,
    limit: number,
  ): Promise<{ readonly rows: readonly StoredPast[]; readonly last: number | undefined }>;
  /** What each rule held for among the newest transactions, and how many of these were fraud. */
  hits(newest: number): Promise<readonly RuleHits[]>;
};

export type RuleHits = {
  readonly id: string;
  readonly version: number;
  readonly shadow: boolean;
  readonly hits: number;
  readonly labelled: number;
  readonly frauds: number;
};
