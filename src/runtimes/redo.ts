// The state brought from one offset of the log to another: histories only, no decision is made again.
import { lacksMemory, reasonOf } from '../domain/fault.ts';
import type { Label } from '../domain/label.ts';
import type { LogRecord } from '../engine/records.ts';
import type { Catalogue } from '../features/catalogue.ts';
import type { FeatureState } from '../features/feature-state.ts';
import type { Store } from '../ports/store.ts';
import type { Log } from '../ports/stream/log.ts';

const RECORDS_AT_ONCE = 5000;

export type RedoParts = {
  /** Whose histories they are. */
  readonly catalogue: Catalogue;
  readonly store: Pick<Store, 'decidedOffsets' | 'refusedLabels' | 'labelBefore'>;
  readonly log: Pick<Log, 'read'>;
  /** A record that the histories cannot take any more, and why: the others go on. */
  readonly onRefused: (offset: number, record: LogRecord, reason: string) => Promise<void>;
};

/** Takes the state from one offset to another by the log. */
export async function redo(state: FeatureState, parts: RedoParts, from: number, to: number): Promise<void> {
  const { catalogue, store, log, onRefused } = parts;
  const vector = new Float64Array(catalogue.size);
  for (let offset = from; offset < to; ) {
    const { records } = await log.read(offset, Math.min(RECORDS_AT_ONCE, to - offset));
    if (records.length === 0) throw new Error(`the log ends at ${offset}, before the committed offset ${to}`);
    const end = offset + records.length;
    const decided = await store.decidedOffsets(offset, end);
    const refused = await store.refusedLabels(offset, end);
    const labels = new Map<string, boolean>();
    const before = async ({ transactionId }: Label): Promise<boolean | undefined> =>
      labels.get(transactionId) ?? (await store.labelBefore(transactionId, offset));
    for (const record of records) {
      const previous = record.kind === 'label' ? await before(record.label) : undefined;
      try {
        if (record.kind === 'transaction') {
          if (decided.has(offset)) catalogue.observe(state, record.transaction, vector);
        } else if (record.kind === 'event') {
          if (decided.has(offset)) catalogue.observeEvent?.(state, record.event);
        } else if (!refused.has(offset)) {
          catalogue.applyLabel(state, record.label, previous);
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
