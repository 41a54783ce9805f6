// The latest transactions whose labels are known by now: what models are looked at on.
import { recordAsDeclared } from '../../domain/as-declared.ts';
import { baseHundredths } from '../../domain/base-amount.ts';
import { ownDataOf } from '../../domain/own-data.ts';
import type { Transaction } from '../../domain/transaction.ts';
import { createVectorReader, type VectorReader } from '../../engine/stored-vectors.ts';
import type { Catalogue } from '../../features/catalogue.ts';
import type { ReviewRow } from '../../models/review.ts';
import type { Desk } from '../../ports/desk.ts';
import { decidedAcross } from '../../ports/past-decisions.ts';
import type { StoredTransaction } from '../../ports/store.ts';

const MAX_ROWS = 30_000;
const DAY_MS = 86_400_000;
/** A whole week, so that every hour and day is in it. */
const SPAN_MS = 7 * DAY_MS;

type PastRow = ReviewRow & { readonly transaction: Transaction };

export type LabelledPeriod = {
  /** That the vectors of its rows are laid out by. */
  readonly catalogue: Catalogue;
  readonly rows: readonly PastRow[];
  readonly fromMs: number | undefined;
  readonly untilMs: number;
  /** Share of the transactions whose verdict somebody gave; the others are taken as genuine once they are old enough. */
  readonly verdicts: number;
};

/** Whether every hour and day of a week is in it. */
export const isWholeWeek = ({ fromMs, untilMs }: LabelledPeriod): boolean =>
  fromMs !== undefined && untilMs - fromMs > SPAN_MS - DAY_MS;

function toReviewRow(stored: StoredTransaction, reader: VectorReader): PastRow {
  const transaction = recordAsDeclared(stored.transaction, ownDataOf(reader.catalogue.data));
  const vector = reader.read(stored.vector, stored.decision.catalogueHash, stored.filled);
  return {
    fraud: stored.isFraud === true,
    transaction,
    amountHundredths: baseHundredths(transaction),
    vector,
    score: (scorer) => scorer.score(transaction, vector),
  };
}

export async function loadPeriod(desk: Desk, maturityMs: number): Promise<LabelledPeriod> {
  const { clock, store } = desk;
  const { catalogue } = desk.inService();
  const reader = createVectorReader(catalogue, desk.catalogues);
  const untilMs = clock.nowMs() - maturityMs;
  const rows: PastRow[] = [];
  let fromMs: number | undefined;
  let verdicts = 0;
  for await (const page of decidedAcross(store, reader, untilMs - SPAN_MS, untilMs, MAX_ROWS)) {
    for (const stored of page) {
      rows.push(toReviewRow(stored, reader));
      fromMs = stored.decision.decidedAtMs;
      if (stored.isFraud !== undefined) verdicts++;
    }
  }
  return { catalogue, rows, fromMs, untilMs, verdicts: verdicts / Math.max(1, rows.length) };
}
