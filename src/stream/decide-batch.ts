// A batch decided: what is to be published of it, and what is to be committed.
import { RecordError } from '../domain/fault.ts';
import type { BatchOutput, Decided, Quarantined } from '../engine/process-batch.ts';
import { sharedEventOf } from '../features/event.ts';
import { changesHistories } from '../features/labels.ts';
import type { OwnChange } from '../features/own-changes.ts';
import { encodeSharedChanges, type SharedChange } from '../features/shared-codec.ts';
import { subjectOf } from '../ports/office/dead-letters.ts';
import type { PartitionCommit } from '../ports/stream/state-store.ts';
import type { StreamMessage } from '../ports/stream/stream.ts';
import { bytesOfHashes } from './decided-ids.ts';
import { deadLetterMessage, decisionMessage, eventMessage, labelMessage } from './message-codec.ts';
import { accountsOf, labelChange, startNewIds, type Work } from './partition-work.ts';
import type { Read } from './read-records.ts';
import { tellingOf } from './telling.ts';

/** A broker takes no larger ones, as it comes. */
const MAX_MESSAGE_BYTES = 900_000;

export type DecidedBatch = {
  readonly commit: PartitionCommit;
  readonly messages: StreamMessage[];
  readonly output: BatchOutput;
};

/** Decides a batch whose histories are in memory; `labels` is what its transactions were labelled before. */
export function decideBatch(
  work: Work,
  batch: Read,
  labels: ReadonlyMap<string, boolean>,
  nowMs: number,
): DecidedBatch {
  const { partition, head } = work;
  const { records, offsets, nextOffset } = batch;
  const firstOffset = work.nextOffset;
  const memory = { label: (id: string) => labels.get(id) };
  const sealed = sealer(batch);
  const output = work
    .engine()
    .processBatch(partition, { firstOffset, nextOffset, records, offsets }, memory, nowMs, sealed.seal);
  work.nextOffset = nextOffset;

  const changed = new Set<string>();
  const changes: { offset: number; change: SharedChange }[] = [];
  const telling = tellingOf(work.catalogue(), work.others);
  const own = (offset: number, all: readonly OwnChange[]): void => {
    if (all.length > 0) changes.push({ offset, change: { kind: 'own', changes: all } });
  };
  for (const { offset, transaction } of output.decided) {
    changed.add(transaction.accountId);
    changes.push({ offset, change: { kind: 'event', event: sharedEventOf(transaction) } });
    own(offset, telling.ofTransaction(transaction));
  }
  for (const { offset, event } of output.observed) {
    if (event.accountId !== undefined) changed.add(event.accountId);
    own(offset, telling.ofEvent(event));
  }
  const latest = new Map(labels);
  for (const { offset, label } of output.labelled) {
    changed.add(label.accountId);
    if (changesHistories(label, latest.get(label.transactionId))) {
      changes.push({ offset, change: labelChange(label) });
      own(offset, telling.ofLabel(label));
    }
    latest.set(label.transactionId, label.fraud);
  }
  changes.sort((a, b) => a.offset - b.offset);

  const messages = messagesOf(output, batch, sealed.messages);
  const commit: PartitionCommit = {
    partition,
    epoch: head.epoch,
    firstOffset,
    nextOffset,
    accounts: accountsOf(work, changed),
    labels: output.labelled.map(({ label }) => ({
      transactionId: label.transactionId,
      fraud: label.fraud,
    })),
    decidedIds: bytesOfHashes(batch.decidedIds),
    startNewIds: startNewIds(work),
    shared: encodeSharedChanges(changes.map(({ change }) => change)),
  };
  return { commit, messages, output };
}

/**
 * Decides a batch by what its transactions say of themselves. What they do to the histories is done when the store
 * is back, from what was published.
 */
export function decideWithoutHistories(work: Work, batch: Read, nowMs: number): Omit<DecidedBatch, 'commit'> {
  const { records, offsets, nextOffset } = batch;
  const sealed = sealer(batch);
  const output = work
    .engineWithoutHistories()
    .processBatch(
      work.partition,
      { firstOffset: work.nextOffset, nextOffset, records, offsets },
      { label: () => undefined },
      nowMs,
      sealed.seal,
    );
  work.nextOffset = nextOffset;
  return { messages: messagesOf(output, batch, sealed.messages), output };
}

/**
 * Writes the message of each decision before it is added to histories: one that cannot be written, or would not be taken by
 * a broker, is no decision.
 */
function sealer(batch: Read): { readonly messages: StreamMessage[]; seal(item: Decided): void } {
  const messages: StreamMessage[] = [];
  return {
    messages,
    seal(item) {
      const message = decisionMessage(item, textOf(batch, item.offset), batch.traces.get(item.offset));
      const { length } = message.value;
      if (length > MAX_MESSAGE_BYTES)
        throw new RecordError(`its decision has ${length} bytes; at most ${MAX_MESSAGE_BYTES} are published`);
      messages.push(message);
    },
  };
}

function textOf({ texts }: Read, offset: number): Uint8Array {
  const text = texts.get(offset);
  if (!text) throw new Error(`offset ${offset} is not in the batch`);
  return text;
}

/** What is to be published of a batch, in the order of its records. */
const messagesOf = (
  output: BatchOutput,
  batch: Read,
  decisions: readonly StreamMessage[],
): StreamMessage[] => {
  const { quarantined } = output;
  // A decision that was written, and then could not be added to histories, is none.
  const stands = ({ sourceOffset }: StreamMessage): boolean =>
    !quarantined.some(({ offset }) => offset === sourceOffset);
  return [
    ...(quarantined.length === 0 ? decisions : decisions.filter(stands)),
    ...output.observed.map((item) => eventMessage(item, batch.traces.get(item.offset))),
    ...output.labelled.map(labelMessage),
    ...batch.deadLetters,
    ...quarantined.map((item) => quarantineMessage(item, batch)),
  ].sort((a, b) => a.sourceOffset - b.sourceOffset);
};

function quarantineMessage({ offset, record, reason }: Quarantined, batch: Read): StreamMessage {
  const raw = batch.raw.find((item) => item.offset === offset);
  if (!raw) throw new Error(`offset ${offset} is not in the batch`);
  // As it was decided: what was replaced on reading stays replaced.
  const value = batch.texts.get(offset) ?? raw.value;
  return deadLetterMessage({ ...raw, value }, [{ pointer: '', message: reason }], undefined, {
    step: 'deciding',
    subject: subjectOf(record),
  });
}
