// Categories as numbers: the log-odds of fraud that each category had in the training window, drawn towards
// the overall rate where it was rare (target encoding; Micci-Barreca 2001). A training row never carries its own label;
// merchants, whose risk comes and goes, are told as they were known at the row's time (ordered target statistics,
// Prokhorenkova et al. 2018, section 3.2).
import type { Transaction } from '../domain/transaction.ts';
import type { Catalogue, FittedCategory } from '../features/catalogue.ts';
import { LABEL_DELAY_DAYS } from '../features/feature-definition.ts';

/** Log-odds by category; what is not in the table gets `unseen`. */
export type CategoryTable = { readonly unseen: number; readonly logOdds: Readonly<Record<string, number>> };
/** By name of the category. */
export type CategoryEncoding = Readonly<Record<string, CategoryTable>>;
const NO_TABLE: CategoryTable = { unseen: Number.NaN, logOdds: {} };

const MAX_CATEGORIES = 10_000;
const FOLDS = 5;
/** Of a category with more values than these most are rare, and what the future says of one would be learnt instead of what it is. */
const FEW_VALUES = 100;
/** Labels take so large a share of what a table spans at most, where nothing says how long they take. */
const DELAY_SHARE = 0.1;
const LABEL_DELAY_MS = LABEL_DELAY_DAYS * 86_400_000;

/** A ready encoder: fills the encoded slots of a vector of the catalogue; what the model knows nothing of stays missing. */
export function createEncoder(
  encoding: CategoryEncoding,
  catalogue: Catalogue,
): (transaction: Transaction, out: Float64Array) => void {
  const tables = catalogue.categories.map(({ name, slot, of }) => {
    const { unseen, logOdds } = Object.hasOwn(encoding, name) ? encoding[name] : NO_TABLE;
    return { slot, of, unseen, byKey: new Map(Object.entries(logOdds)) };
  });
  return (transaction, out) => {
    for (const table of tables) {
      const key = table.of(transaction);
      out[table.slot] = key === undefined ? Number.NaN : (table.byKey.get(key) ?? table.unseen);
    }
  };
}

/** What each key is encoded as; missing where there is none. */
export function encodeKeys(
  keys: readonly (string | undefined)[],
  { logOdds, unseen }: CategoryTable,
): Float64Array {
  const byKey = new Map(Object.entries(logOdds));
  return Float64Array.from(keys, (key) => (key === undefined ? Number.NaN : (byKey.get(key) ?? unseen)));
}

type Tally = { rows: number; frauds: number };
const NO_TALLY: Tally = { rows: 0, frauds: 0 };

function logOdds(tally: Tally, prior: number, rate: number): number {
  const p = (tally.frauds + prior * rate) / (tally.rows + prior);
  return Math.log(p / (1 - p));
}

/**
 * Fits the tables on categories and labels of the training rows, which are in the order of time. Gives the values of the
 * training rows themselves too: out of fold, and for delayed categories, and own ones of many values, from rows at least a label delay
 * older, missing before.
 */
export function fitEncoding(
  fitted: readonly FittedCategory[],
  categories: Readonly<Record<string, readonly (string | undefined)[]>>,
  labels: Uint8Array,
  occurredAtMs: Float64Array,
): { encoding: CategoryEncoding; encoded: Readonly<Record<string, Float64Array>> } {
  const frauds = labels.reduce((sum, label) => sum + label, 0);
  const rate = (frauds + 0.5) / (labels.length + 1);
  const spanMs = occurredAtMs.length > 0 ? occurredAtMs[occurredAtMs.length - 1] - occurredAtMs[0] : 0;
  const fit = ({
    name,
    prior,
    delayed,
    isOwn = false,
  }: FittedCategory): { table: CategoryTable; values: Float64Array } => {
    const keys = categories[name];
    const total = new Map<string, Tally>();
    const byFold = Array.from({ length: FOLDS }, () => new Map<string, Tally>());
    const add = (map: Map<string, Tally>, key: string, label: number): void => {
      const tally = map.get(key);
      if (tally) {
        tally.rows++;
        tally.frauds += label;
      } else map.set(key, { rows: 1, frauds: label });
    };
    keys.forEach((key, row) => {
      if (key === undefined) return;
      add(total, key, labels[row]);
      add(byFold[row % FOLDS], key, labels[row]);
    });
    const isOrdered = delayed || (isOwn && total.size > FEW_VALUES);
    // A table of days has no weeks to wait.
    const delayMs = delayed ? LABEL_DELAY_MS : Math.min(LABEL_DELAY_MS, spanMs * DELAY_SHARE);
    const values = new Float64Array(labels.length).fill(Number.NaN);
    const known = new Map<string, Tally>();
    let toKnow = 0;
    keys.forEach((key, row) => {
      if (isOrdered) {
        for (; occurredAtMs[toKnow] <= occurredAtMs[row] - delayMs; toKnow++) {
          const older = keys[toKnow];
          if (older !== undefined) add(known, older, labels[toKnow]);
        }
        // In service there always is a table; before anything can be known, nothing is to be learnt from.
        if (key !== undefined && toKnow > 0) values[row] = logOdds(known.get(key) ?? NO_TALLY, prior, rate);
        return;
      }
      if (key === undefined) return;
      const all = total.get(key) ?? NO_TALLY;
      const own = byFold[row % FOLDS].get(key) ?? NO_TALLY;
      values[row] = logOdds({ rows: all.rows - own.rows, frauds: all.frauds - own.frauds }, prior, rate);
    });
    const kept = [...total]
      .sort((a, b) => b[1].rows - a[1].rows || (a[0] < b[0] ? -1 : 1))
      .slice(0, MAX_CATEGORIES);
    return {
      table: {
        unseen: Math.log(rate / (1 - rate)),
        logOdds: Object.fromEntries(kept.map(([key, tally]) => [key, logOdds(tally, prior, rate)])),
      },
      values,
    };
  };
  const fits = fitted.map((category) => ({ name: category.name, ...fit(category) }));
  return {
    encoding: Object.fromEntries(fits.map(({ name, table }) => [name, table])),
    encoded: Object.fromEntries(fits.map(({ name, values }) => [name, values])),
  };
}
