// The state brought from one offset of the log to another: histories only, no decision is made again.

import { recordAsDeclared } from '../domain/as-declared.ts';
import type { DataModel } from '../domain/data-model.ts';
import { lacksMemory, reasonOf } from '../domain/fault.ts';
import { type Label, withOwnKeys } from '../domain/label.ts';
import { type OwnData, ownDataOf } from '../domain/own-data.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { LogRecord } from '../engine/records.ts';
import type { Catalogue } from '../features/catalogue.ts';
import type { FeatureState } from '../features/feature-state.ts';
import type { Store } from '../ports/store.ts';
import type { Log } from '../ports/stream/log.ts';

const RECORDS_AT_ONCE = 5000;

export type RedoParts = {
  /** Whose histories they are. */
  readonly catalogue: Pick<Catalogue, 'observe' | 'observeEvent' | 'applyLabel' | 'size'>;
  readonly data: DataModel;
  readonly store: Pick<Store, 'decidedOffsets' | 'refusedLabels' | 'labelBefore' | 'transactionsOf'>;
  readonly log: Pick<Log, 'read'>;
  /** A record that the histories cannot take any more, and why: the others go on. */
  readonly onRefused: (offset: number, record: LogRecord, reason: string) => Promise<void>;
};

/** Takes the state from one offset to another by the log. */
export async function redo(state: FeatureState, parts: RedoParts, from: number, to: number): Promise<void> {
  const { catalogue, data, store, log, onRefused } = parts;
  const own = ownDataOf(data);
  const vector = new Float64Array(catalogue.size);
  for (let offset = from; offset < to; ) {
    const { records } = await log.read(offset, Math.min(RECORDS_AT_ONCE, to - offset));
    if (records.length === 0) throw new Error(`the log ends at ${offset}, before the committed offset ${to}`);
    const end = offset + records.length;
    const decided = await store.decidedOffsets(offset, end);
    const refused = await store.refusedLabels(offset, end);
    const told = records.flatMap((record) => (record.kind === 'label' ? record.label : []));
    const named = await withKeys(told, own, store);
    const labels = new Map<string, boolean>();
    const before = async ({ transactionId }: Label): Promise<boolean | undefined> =>
      labels.get(transactionId) ?? (await store.labelBefore(transactionId, offset));
    for (const record of records) {
      const previous = record.kind === 'label' ? await before(record.label) : undefined;
      try {
        if (record.kind === 'transaction') {
          if (decided.has(offset))
            catalogue.observe(state, recordAsDeclared(record.transaction, own), vector);
        } else if (record.kind === 'event') {
          if (decided.has(offset)) catalogue.observeEvent?.(state, recordAsDeclared(record.event, own));
        } else if (!refused.has(offset)) {
          catalogue.applyLabel(state, named(record.label), previous);
          labels.set(record.label.transactionId, record.label.fraud);
        }
      } catch (error) {
        if (lacksMemory(error)) throw error;
        await onRefused(offset, record, reasonOf(error));
      }
      offset++;
    }
  }
}

/** Labels that came in before an entity was declared say nothing of it: their transactions do. */
async function withKeys(
  labels: readonly Label[],
  own: OwnData,
  store: Pick<Store, 'transactionsOf'>,
): Promise<(label: Label) => Label> {
  const unnamed = labels.filter((label) => !saysAll(label, own.keyFields));
  if (unnamed.length === 0) return (label) => label;
  const transactions = await store.transactionsOf([
    ...new Set(unnamed.map(({ transactionId }) => transactionId)),
  ]);
  return (label) => withKeysOf(label, transactions, own);
}

/** Whether a label names all that entities of one's own are keyed by. */
export const saysAll = ({ attributes }: Label, keyFields: readonly string[]): boolean =>
  keyFields.every((name) => attributes?.[name] !== undefined);

export function withKeysOf(
  label: Label,
  transactions: ReadonlyMap<string, Transaction>,
  own: OwnData,
): Label {
  const { keyFields } = own;
  const transaction = saysAll(label, keyFields) ? undefined : transactions.get(label.transactionId);
  return transaction ? withOwnKeys(label, recordAsDeclared(transaction, own), keyFields) : label;
}
