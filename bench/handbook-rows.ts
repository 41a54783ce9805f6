// The train week of the Fraud Detection Handbook as a table of its 15 features.

import { loadMapping } from '../src/adapters/files/mapping.ts';
import { openTransactions } from '../src/adapters/files/read-transactions.ts';
import { placeIn } from '../src/features/place-in.ts';
import { HANDBOOK_FEATURES } from '../src/features/sets.ts';
import { STANDARD } from '../src/features/standard.ts';
import { createFeatureReplay } from '../src/training/feature-replay.ts';
import { HANDBOOK_FILE } from '../test/reference.ts';

const DAY_MS = 86_400_000;
const FROM_MS = Date.UTC(2018, 6, 25);
const UNTIL_MS = Date.UTC(2018, 7, 1);

/** Values row by row, and a label for each. */
export async function handbookRows(): Promise<{ values: Float64Array; labels: Uint8Array }> {
  const input = await openTransactions(HANDBOOK_FILE, await loadMapping('handbook'), { nowMs: Date.now() });
  const columns = HANDBOOK_FEATURES.map((name) => placeIn(STANDARD, name));
  const features = createFeatureReplay(STANDARD);
  const values: number[] = [];
  const labels: number[] = [];
  reading: for await (const batch of input.batches()) {
    for (const row of batch) {
      if (!row.ok) continue;
      const { transaction } = row;
      const at = transaction.occurredAtMs;
      if (at >= UNTIL_MS) break reading;
      const vector = features.next(transaction, row.fraud ? { knownAtMs: at + 7 * DAY_MS } : undefined);
      if (at < FROM_MS) continue;
      for (const column of columns) values.push(vector[column]);
      labels.push(row.fraud ? 1 : 0);
    }
  }
  return { values: Float64Array.from(values), labels: Uint8Array.from(labels) };
}
