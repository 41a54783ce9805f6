// Trying a draft on transactions of the past before it goes live.
import type { BacktestCounts } from '../rules/backtest.ts';

export type BacktestQuestion = {
  readonly expression: string;
  /** Newest transactions at most. */
  readonly maxRows: number;
  /** What was decided before is old enough for its label. */
  readonly matureUntilMs: number;
};

export type BacktestStatus = {
  readonly id: string;
  readonly state: 'reading' | 'running' | 'done' | 'cancelled' | 'failed';
  /** Rows read, or rows tried. */
  readonly done: number;
  readonly of: number;
  readonly problem: string | undefined;
  readonly counts: BacktestCounts | undefined;
  /** While it ran: how long trying took, without reading, and on how many threads. */
  readonly runMs: number | undefined;
  readonly threads: number | undefined;
};

/**
 * **Contract**
 * - TRY1 A draft is tried by the code that decides, on the newest transactions, and says what it would have caught.
 * - TRY2 One that is cancelled ends as cancelled, one that fails as failed with why; only what is under way can be cancelled.
 * - TRY3 Two are tried at once, a third is told to wait.
 *
 * **Caller invariants**
 * - The expression was checked, and rows are asked for within what the page offers.
 */
export type Backtester = {
  /** Gives its number, or what stands in the way. */
  start(question: BacktestQuestion): { readonly id: string } | { readonly problem: string };
  status(id: string): BacktestStatus | undefined;
  /** False when it is not under way. */
  cancel(id: string): boolean;
  close(): Promise<void>;
};
