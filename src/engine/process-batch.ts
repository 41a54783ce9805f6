// The seam around decide(): a batch of log records in, what must be committed in one step out.
import { hash } from 'node:crypto';
import { type CustomerEvent, eventContent } from '../domain/customer-event.ts';
import type { Decision } from '../domain/decision.ts';
import { lacksMemory, reasonOf } from '../domain/fault.ts';
import type { Label } from '../domain/label.ts';
import { canonicalContent, type Transaction } from '../domain/transaction.ts';
import type { Catalogue } from '../features/catalogue.ts';
import type { FeatureState } from '../features/feature-state.ts';
import { type Serving, scorerFor } from '../models/serving.ts';
import type { Ruleset } from '../rules/ruleset.ts';
import { decide } from './decide.ts';
import type { LogRecord, RecordBatch } from './records.ts';
import { vectorCodec } from './vector-codec.ts';

/** What is already decided about a transaction id. */
export type KnownDecision = {
  readonly decision: Decision;
  readonly contentHash: string;
  readonly label: boolean | undefined;
};

/** What was decided and labelled before the batch at hand. */
export type Memory = {
  /** Absent where repetitions were taken out of the batch before. */
  decided?(transactionId: string): KnownDecision | undefined;
  /** The content of an event that histories hold. Absent where repetitions were taken out of the batch before. */
  observed?(eventId: string): string | undefined;
  /** Why a transaction is in quarantine: it is not tried again before somebody says so. */
  quarantined?(transactionId: string): string | undefined;
  quarantinedEvent?(eventId: string): string | undefined;
  label(transactionId: string): boolean | undefined;
};

export type Decided = {
  readonly offset: number;
  readonly transaction: Transaction;
  readonly receivedAtMs: number;
  readonly decision: Decision;
  readonly contentHash: string;
  readonly vector: Uint8Array;
  /** Milliseconds inside the engine. */
  readonly engineMs: number;
};

/** An event that was added to histories. */
export type Observed = {
  readonly offset: number;
  readonly event: CustomerEvent;
  readonly receivedAtMs: number;
  readonly contentHash: string;
};

export type Labelled = { readonly offset: number; readonly label: Label };

/** A record that could not be dealt with: set aside with the reason, so that those around it go on. */
export type Quarantined = {
  readonly offset: number;
  readonly record: LogRecord;
  readonly reason: string;
  /** What was decided, where only storing it failed. */
  readonly decided?: Decided;
  /** A label or an event that could not be stored, and is in the histories. Where neither is there, histories know nothing of the record. */
  readonly inHistories?: boolean;
};

/** What became of each transaction record, in the order of the records. */
export type Result =
  | {
      readonly kind: 'quarantined';
      readonly offset: number;
      readonly transactionId: string;
      readonly reason: string;
    }
  | { readonly kind: 'decided'; readonly offset: number; readonly decision: Decision }
  | {
      readonly kind: 'duplicate';
      readonly offset: number;
      readonly decision: Decision;
      readonly sameContent: boolean;
    };

export type BatchOutput = {
  readonly partition: number;
  readonly firstOffset: number;
  readonly nextOffset: number;
  readonly decided: readonly Decided[];
  readonly observed: readonly Observed[];
  readonly labelled: readonly Labelled[];
  readonly quarantined: readonly Quarantined[];
  readonly results: readonly Result[];
};

/** What decides: swapped together, between two batches. The models are made ready for the catalogue, the rules compiled for it. */
export type InService = {
  readonly catalogue: Catalogue;
  readonly serving: Serving;
  readonly ruleset: Ruleset;
};

export type Engine = {
  readonly state: FeatureState;
  /**
   * Decides the records of a partition. A record whose id `memory` knows as decided, or that came before in
   * the batch, is answered from there and never scored again. A record that makes any of it fail is set aside and leaves
   * no trace in the histories; `seal` has a say before a decision is added to them. Throws only where memory is short.
   */
  processBatch(
    partition: number,
    batch: RecordBatch,
    memory: Memory,
    nowMs: number,
    seal?: (item: Decided) => void,
  ): BatchOutput;
  readonly inService: InService;
  /** From the next batch on this catalogue, these models and rules decide. The state must hold the histories of the catalogue. */
  serve(next: InService): void;
};

const hashOf = (content: string): string => hash('sha256', content, 'base64url').slice(0, 22);

export const contentHash = (transaction: Transaction): string => hashOf(canonicalContent(transaction));

export const eventContentHash = (event: CustomerEvent): string => hashOf(eventContent(event));

/** Adds events to histories, but for those that are there already or set aside; `observed` grows. */
function observer(catalogue: Catalogue, state: FeatureState, memory: Memory, observed: Observed[]) {
  const here = new Set<string>();
  return ({ event, receivedAtMs }: LogRecord & { readonly kind: 'event' }, offset: number): void => {
    const { id } = event;
    const isRepeated = memory.observed && (here.has(id) || memory.observed(id) !== undefined);
    if (isRepeated || memory.quarantinedEvent?.(id) !== undefined) return;
    catalogue.observeEvent?.(state, event);
    here.add(id);
    observed.push({ offset, event, receivedAtMs, contentHash: eventContentHash(event) });
  };
}

export function createEngine(state: FeatureState, first: InService): Engine {
  let inService = first;
  let vector = new Float64Array(first.catalogue.size);
  let codec = vectorCodec(first.catalogue.size);
  return {
    state,
    get inService() {
      return inService;
    },
    serve(next) {
      const { size } = next.catalogue;
      if (size !== vector.length) {
        vector = new Float64Array(size);
        codec = vectorCodec(size);
      }
      inService = next;
    },
    processBatch(partition, batch, memory, nowMs, seal) {
      const { firstOffset, nextOffset, records, offsets } = batch;
      const { catalogue, serving, ruleset } = inService;
      const decided: Decided[] = [];
      const labelled: Labelled[] = [];
      const quarantined: Quarantined[] = [];
      const results: Result[] = [];
      const decidedHere = new Map<string, Decided>();
      const observed: Observed[] = [];
      const labelsHere = new Map<string, boolean>();
      const observe = observer(catalogue, state, memory, observed);

      function take(record: LogRecord, offset: number): void {
        if (record.kind === 'label') {
          const { label } = record;
          const previous = labelsHere.get(label.transactionId) ?? memory.label(label.transactionId);
          catalogue.applyLabel(state, label, previous);
          labelsHere.set(label.transactionId, label.fraud);
          labelled.push({ offset, label });
          return;
        }
        if (record.kind === 'event') {
          observe(record, offset);
          return;
        }
        const { transaction } = record;
        const content = contentHash(transaction);
        const before = memory.decided && (decidedHere.get(transaction.id) ?? memory.decided(transaction.id));
        if (before) {
          const sameContent = before.contentHash === content;
          results.push({ kind: 'duplicate', offset, decision: before.decision, sameContent });
          return;
        }
        const why = memory.quarantined?.(transaction.id);
        if (why !== undefined) {
          results.push({ kind: 'quarantined', offset, transactionId: transaction.id, reason: why });
          return;
        }
        const started = performance.now();
        const scorer = scorerFor(serving, transaction.accountId);
        const decision = decide(transaction, state, scorer, ruleset, nowMs, vector);
        const item: Decided = {
          offset,
          transaction,
          receivedAtMs: record.receivedAtMs,
          decision,
          contentHash: content,
          vector: codec.encode(vector),
          engineMs: performance.now() - started,
        };
        seal?.(item);
        catalogue.keep(state, transaction);
        decidedHere.set(transaction.id, item);
        decided.push(item);
        results.push({ kind: 'decided', offset, decision });
      }

      records.forEach((record, i) => {
        const offset = offsets ? offsets[i] : firstOffset + i;
        try {
          take(record, offset);
        } catch (error) {
          if (lacksMemory(error)) throw error;
          const reason = reasonOf(error);
          quarantined.push({ offset, record, reason });
          if (record.kind !== 'transaction') return;
          results.push({ kind: 'quarantined', offset, transactionId: record.transaction.id, reason });
        }
      });
      return { partition, firstOffset, nextOffset, decided, observed, labelled, quarantined, results };
    },
  };
}
