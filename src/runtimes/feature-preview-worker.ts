// A thread that computes a feature of a document on transactions of the past: the catalogue of the document observes them in the
// order in which they were decided.
import { recordAsDeclared } from '../domain/as-declared.ts';
import { baseCurrency } from '../domain/base-amount.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { InputError } from '../domain/input-error.ts';
import { historiesOf } from '../domain/label.ts';
import { ownDataOf } from '../domain/own-data.ts';
import { problemsToText } from '../domain/problem.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { Catalogue } from '../features/catalogue.ts';
import { checkedCatalogue } from '../features/checked-catalogue.ts';
import type { CatalogueDocument } from '../features/document.ts';
import { STANDARD } from '../features/standard.ts';
import { type TurnedOut, valueHistogram } from '../features/value-histogram.ts';
import type { FeaturePreview, PreviewRow } from '../ports/feature-preview.ts';
import { serveTasks } from '../training/serve-tasks.ts';

export type PastTransaction = {
  readonly offset: number;
  readonly transaction: Transaction;
  readonly isFraud: boolean | undefined;
};
export type PastEvent = { readonly offset: number; readonly event: CustomerEvent };

export type PreviewWork = {
  readonly document: unknown;
  readonly feature: string;
  /** Both in the order in which they came in. */
  readonly transactions: readonly PastTransaction[];
  readonly events: readonly PastEvent[];
};

const LATEST = 12;
/** What a label says is taken as known this long after the payment. */
const LABEL_DELAY_MS = 7 * 86_400_000;

const turnedOut = ({ isFraud }: PastTransaction): TurnedOut =>
  isFraud === undefined ? 'unlabelled' : isFraud ? 'fraud' : 'genuine';

function catalogueOf(document: unknown): Catalogue {
  const checked = checkedCatalogue(document);
  if (!checked.ok) throw new InputError(problemsToText(checked.problems));
  return checked.catalogue;
}

/** The feature with what it uses, and nothing else: what a transaction takes for it. */
function alone(document: CatalogueDocument, feature: string): unknown {
  const own = new Map(document.features.map((one) => [one.name, one]));
  const needed = new Set<string>([feature]);
  for (const name of needed) {
    const one = own.get(name);
    const read = one?.kind === 'expression' ? one.expression.matchAll(/\bfeatures\.(\w+)/g) : [];
    for (const [, used] of read) needed.add(used);
  }
  const fields = document.data.fields.map((field) => ({
    ...field,
    ...(needed.has(field.name.replaceAll('.', '_')) ? {} : { feature: false }),
  }));
  return {
    ...document,
    standard: STANDARD.features.flatMap(({ name }) => (needed.has(name) ? [name] : [])),
    data: { ...document.data, fields },
    features: document.features.filter(({ name }) => needed.has(name)),
  };
}

type Visit = (row: PastTransaction, vector: Float64Array, place: number) => void;

/** Observes all that came in, in its order; labels become known a week after their payments. */
function replay(catalogue: Catalogue, { transactions, events }: PreviewWork, visit: Visit): void {
  const state = catalogue.createState();
  const vector = new Float64Array(catalogue.size);
  const keyFields = [...new Set(catalogue.data.entities.flatMap(({ key }) => key))];
  let nextEvent = 0;
  let nextLabel = 0;
  transactions.forEach((row, place) => {
    for (; nextEvent < events.length && events[nextEvent].offset < row.offset; nextEvent++)
      catalogue.observeEvent?.(state, events[nextEvent].event);
    const known = row.transaction.occurredAtMs - LABEL_DELAY_MS;
    for (; nextLabel < place && transactions[nextLabel].transaction.occurredAtMs <= known; nextLabel++) {
      const { transaction, isFraud } = transactions[nextLabel];
      if (isFraud === undefined) continue;
      const label = {
        transactionId: transaction.id,
        fraud: isFraud,
        source: 'import' as const,
        labelledAtMs: transaction.occurredAtMs + LABEL_DELAY_MS,
        ...historiesOf(transaction, keyFields),
      };
      catalogue.applyLabel(state, label, undefined);
    }
    catalogue.observe(state, row.transaction, vector);
    visit(row, vector, place);
  });
}

function microsOf(work: PreviewWork): number | undefined {
  const checked = checkedCatalogue(alone(work.document as CatalogueDocument, work.feature));
  if (!checked.ok || work.transactions.length === 0) return undefined;
  const nothing = (): void => undefined;
  // The first pass is the compiler's.
  replay(checked.catalogue, work, nothing);
  const started = performance.now();
  replay(checked.catalogue, work, nothing);
  return ((performance.now() - started) * 1000) / work.transactions.length;
}

/** What came in before a field was declared, in the form that it has in the document. */
function asDeclaredIn({ data }: Catalogue, work: PreviewWork): PreviewWork {
  const own = ownDataOf(data);
  return {
    ...work,
    transactions: work.transactions.map((row) => ({
      ...row,
      transaction: recordAsDeclared(row.transaction, own),
    })),
    events: work.events.map((one) => ({ ...one, event: recordAsDeclared(one.event, own) })),
  };
}

export function previewOf(asked: PreviewWork): FeaturePreview {
  const catalogue = catalogueOf(asked.document);
  const work = asDeclaredIn(catalogue, asked);
  const { transactions, feature } = work;
  const slot = catalogue.place(feature);
  if (slot === undefined) throw new InputError(`The document has no feature ${feature}.`);
  const values = new Float64Array(transactions.length);
  const latest: PreviewRow[] = [];
  replay(catalogue, work, (row, vector, place) => {
    const value = vector[slot];
    values[place] = value;
    const { transaction } = row;
    const look = (name: string): number => vector[catalogue.place(name) ?? -1] ?? Number.NaN;
    if (!Number.isFinite(value)) return;
    if (latest.length === LATEST) latest.shift();
    latest.push({
      id: transaction.id,
      atMs: transaction.occurredAtMs,
      value,
      text: catalogue.features[slot].say(value, look, baseCurrency(transaction)),
      turnedOut: turnedOut(row),
    });
  });
  const outcomes = transactions.map(turnedOut);
  const times = transactions.map(({ transaction }) => transaction.occurredAtMs);
  const count = (wanted: TurnedOut): number => outcomes.filter((one) => one === wanted).length;
  return {
    rows: transactions.length,
    fromMs: times.length > 0 ? times.reduce((a, b) => Math.min(a, b)) : undefined,
    untilMs: times.length > 0 ? times.reduce((a, b) => Math.max(a, b)) : undefined,
    known: values.filter(Number.isFinite).length,
    frauds: count('fraud'),
    genuine: count('genuine'),
    meanMicros: microsOf(work),
    bins: valueHistogram(values, outcomes),
    latest: latest.reverse(),
  };
}

serveTasks<PreviewWork, 'preview', FeaturePreview | { readonly refused: string }>((work, tell) => () => {
  try {
    tell(previewOf(work));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    tell({ refused: error.message });
  }
});
