// What was decided before, done again to the state of a partition: it was lost, or decisions were made without it.
import { recordAsDeclared } from '../domain/as-declared.ts';
import { lacksMemory, reasonOf } from '../domain/fault.ts';
import type { Label } from '../domain/label.ts';
import { ownDataOf } from '../domain/own-data.ts';
import { sharedEventOf } from '../features/event.ts';
import { changesHistories } from '../features/labels.ts';
import { encodeSharedChanges, type SharedChange } from '../features/shared-codec.ts';
import type { HistoryItem } from '../ports/stream/history.ts';
import type { PartitionCommit } from '../ports/stream/state-store.ts';
import { bytesOfHashes, hashOfEvent, hashOfId } from './decided-ids.ts';
import { accountsOf, emptyCommit, labelChange, startNewIds, type Work } from './partition-work.ts';
import { tellingOf } from './telling.ts';

/**
 * Does to the state what was decided before, without deciding again. `onRefused` hears of what the histories cannot take any
 * more; they go on without it.
 */
export function redoBatch(
  work: Work,
  items: readonly HistoryItem[],
  labels: Map<string, boolean>,
  onRefused: (item: HistoryItem, reason: string) => void,
): PartitionCommit {
  const catalogue = work.catalogue();
  const telling = tellingOf(catalogue, work.others);
  const declared = ownDataOf(catalogue.data);
  const vector = new Float64Array(catalogue.size);
  const { accounts, labelled } = needsOf(items);
  const ids: string[] = [];
  const changes: SharedChange[] = [];
  const take = (item: HistoryItem): void => {
    if (item.kind === 'transaction') {
      const transaction = recordAsDeclared(item.transaction, declared);
      const id = hashOfId(transaction.accountId, transaction.id);
      if (!work.ids.add(id)) return;
      ids.push(id);
      catalogue.observe(work.state, transaction, vector);
      changes.push({ kind: 'event', event: sharedEventOf(transaction) });
      changes.push({ kind: 'own', changes: telling.ofTransaction(transaction) });
    } else if (item.kind === 'event') {
      const event = recordAsDeclared(item.event, declared);
      const id = hashOfEvent(event);
      if (!work.ids.add(id)) return;
      ids.push(id);
      catalogue.observeEvent?.(work.state, event);
      changes.push({ kind: 'own', changes: telling.ofEvent(event) });
    } else {
      const { label } = item;
      const previous = labels.get(label.transactionId);
      catalogue.applyLabel(work.state, label, previous);
      if (changesHistories(label, previous))
        changes.push(labelChange(label), { kind: 'own', changes: telling.ofLabel(label) });
      labels.set(label.transactionId, label.fraud);
    }
  };
  for (const item of items) {
    try {
      take(item);
    } catch (error) {
      if (lacksMemory(error)) throw error;
      onRefused(item, reasonOf(error));
    }
  }
  const firstOffset = work.nextOffset;
  work.nextOffset = items[items.length - 1].offset + 1;
  return {
    ...emptyCommit(work.partition, work.head, firstOffset, work.nextOffset),
    accounts: accountsOf(work, new Set(accounts)),
    labels: labelled.map(({ transactionId, fraud }) => ({ transactionId, fraud })),
    decidedIds: bytesOfHashes(ids),
    startNewIds: startNewIds(work),
    shared: encodeSharedChanges(changes),
  };
}

function accountIn(item: HistoryItem): string | undefined {
  switch (item.kind) {
    case 'transaction':
      return item.transaction.accountId;
    case 'event':
      return item.event.accountId;
    case 'label':
      return item.label.accountId;
  }
}

/** Whose histories a piece of history needs, and what it labels. */
export function needsOf(items: readonly HistoryItem[]): { accounts: string[]; labelled: Label[] } {
  return {
    accounts: items.flatMap((item) => accountIn(item) ?? []),
    labelled: items.flatMap((item) => (item.kind === 'label' ? [item.label] : [])),
  };
}
