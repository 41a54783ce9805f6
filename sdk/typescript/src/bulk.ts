// Any number of transactions, sent in batches: each batch is tried again as a whole, since an id that is known is no second payment.
import type { Operations, Transaction, TransactionsTaken } from './generated.ts';

export type BulkOptions = {
  /** Transactions in a request; 1,000 where not said. */
  readonly batch?: number;
  readonly signal?: AbortSignal;
};

type Taker = {
  readonly addTransactions: (
    args: Operations['addTransactions']['args'],
  ) => Promise<Operations['addTransactions']['answer']>;
};

const BATCH = 1000;

/**
 * Sends transactions as they come, and gives what became of each batch; `index` of an error counts from the first transaction
 * on. Throws ApiProblem where a batch was not taken at all: what was given before is in the log.
 */
export async function* sendTransactions(
  desk: Taker,
  transactions: Iterable<Transaction> | AsyncIterable<Transaction>,
  { batch = BATCH, signal }: BulkOptions = {},
): AsyncGenerator<TransactionsTaken> {
  let lines: string[] = [];
  let before = 0;
  const send = async (): Promise<TransactionsTaken> => {
    const body = lines.join('\n');
    const first = before;
    before += lines.length;
    lines = [];
    const taken = await desk.addTransactions({
      body,
      type: 'application/x-ndjson',
      ...(signal && { signal }),
    });
    return { ...taken, errors: taken.errors.map((error) => ({ ...error, index: first + error.index })) };
  };
  for await (const transaction of transactions) {
    lines.push(JSON.stringify(transaction));
    if (lines.length === batch) yield await send();
  }
  if (lines.length > 0) yield await send();
}
