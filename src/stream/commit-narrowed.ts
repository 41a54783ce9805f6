// Quarantine at the commit: what a database refuses for its content is narrowed down by halves to the record that causes it.
import { isRecordFault, reasonOf } from '../domain/fault.ts';
import type { BatchOutput, Quarantined } from '../engine/process-batch.ts';
import type { LogRecord } from '../engine/records.ts';

/**
 * Commits an output, in parts where the whole is refused; `done` hears of each part as it was committed. A record that is
 * refused alone is committed as set aside. Rejects with faults of the machine, and when not even that can be committed.
 *
 * **Contract**
 * - NARROW1 A record that is refused costs itself: its neighbours are committed, it is set aside with its reason, the offset moves on.
 * - NARROW2 A fault of the machine sets nothing aside.
 * - NARROW3 Parts are committed and told in the order of their offsets, each told once it is committed.
 *
 * **Caller invariants**
 * - `commit` takes a part whole or leaves nothing of it.
 */
export async function commitNarrowed(
  output: BatchOutput,
  commit: (part: BatchOutput) => Promise<void>,
  done: (part: BatchOutput) => void,
): Promise<void> {
  try {
    await commit(output);
  } catch (error) {
    if (!isRecordFault(error)) throw error;
    const records = output.nextOffset - output.firstOffset;
    if (records > 1) {
      const middle = output.firstOffset + (records >> 1);
      await commitNarrowed(partOf(output, output.firstOffset, middle), commit, done);
      await commitNarrowed(partOf(output, middle, output.nextOffset), commit, done);
      return;
    }
    const aside = setAside(output, reasonOf(error));
    // Not again: what cannot even be set aside is no matter of this record.
    if (aside === output) throw error;
    await commit(aside);
    done(aside);
    return;
  }
  done(output);
}

/** What an output says of the offsets from (inclusive) to (exclusive). */
function partOf(output: BatchOutput, from: number, to: number): BatchOutput {
  const within = ({ offset }: { readonly offset: number }): boolean => offset >= from && offset < to;
  return {
    partition: output.partition,
    firstOffset: from,
    nextOffset: to,
    decided: output.decided.filter(within),
    observed: output.observed.filter(within),
    labelled: output.labelled.filter(within),
    quarantined: output.quarantined.filter(within),
    results: output.results.filter(within),
  };
}

/** The output of a single record, with the record in quarantine; the same output where it is there already. */
function setAside(output: BatchOutput, reason: string): BatchOutput {
  const [decided] = output.decided;
  const [observed] = output.observed;
  const [labelled] = output.labelled;
  let aside: Quarantined;
  if (decided) {
    const { offset, transaction, receivedAtMs } = decided;
    const record: LogRecord = { kind: 'transaction', transaction, receivedAtMs };
    aside = { offset, record, reason, decided };
  } else if (labelled) {
    const record: LogRecord = { kind: 'label', label: labelled.label };
    aside = { offset: labelled.offset, record, reason, inHistories: true };
  } else if (observed) {
    const { offset, event, receivedAtMs } = observed;
    aside = { offset, record: { kind: 'event', event, receivedAtMs }, reason, inHistories: true };
  } else return output;
  return {
    ...output,
    decided: [],
    observed: [],
    labelled: [],
    quarantined: [aside],
    results: decided
      ? [{ kind: 'quarantined', offset: decided.offset, transactionId: decided.transaction.id, reason }]
      : [],
  };
}

/** Asks for all keys at once, by halves where that is refused for its content; a key that is refused alone has no answer. */
export async function narrowed<Key, Value>(
  keys: readonly Key[],
  ask: (keys: readonly Key[]) => Promise<Map<Key, Value>>,
): Promise<Map<Key, Value>> {
  try {
    return await ask(keys);
  } catch (error) {
    if (!isRecordFault(error)) throw error;
    if (keys.length <= 1) return new Map();
    const middle = keys.length >> 1;
    const first = await narrowed(keys.slice(0, middle), ask);
    const second = await narrowed(keys.slice(middle), ask);
    return new Map([...first, ...second]);
  }
}
