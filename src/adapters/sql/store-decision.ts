// One decision that could not be stored when it was made, stored later: as a commit or a sink would have, but for its place.
import { isLookedAt } from '../../domain/decision.ts';
import type { Decided } from '../../engine/process-batch.ts';
import {
  ADD_ALERTS,
  ADD_COUNTS,
  addCount,
  alertGroups,
  alertRow,
  type Counts,
  countRows,
  transactionRow,
} from './commit.ts';
import type { Statement } from './session.ts';

/** What numbers rows: the one log, or a sequence that the partitions of a stream share. */
export type RowNumbers = 'log' | 'sequence';

export function storeDecision(
  item: Decided,
  { partition, offset }: { readonly partition: number; readonly offset: number },
  numbers: RowNumbers,
): Statement {
  const lookedAt = isLookedAt(item.decision) ? [item] : [];
  const counts: Counts = new Map();
  addCount(counts, item);
  const row = transactionRow(item, offset);
  const ofStream = numbers === 'sequence';
  // The number is taken by the statement that uses it, so that rows become visible in the order of their numbers.
  const numbered = (parameter: string): string =>
    ofStream
      ? `(select coalesce(json_agg(jsonb_set(r, '{seq}', to_jsonb(taken.first))), '[]')
          from taken, jsonb_array_elements(${parameter}::jsonb) r)`
      : parameter;
  const taken = 'taken as (update stream_sequence set next = next + 1 returning next - 1 as first),';
  return {
    sql: `with ${ofStream ? taken : ''} decided as (
        insert into transactions select * from json_populate_recordset(null::transactions, ${numbered('$1')})),
      ${ADD_ALERTS(numbered('$2'), '$4')}
      ${ADD_COUNTS('$3')}`,
    parameters: [
      [{ ...row, ...(ofStream && { partition, log_offset: offset }) }],
      lookedAt.map((one) => alertRow(one, offset)),
      countRows([counts]),
      alertGroups(lookedAt),
    ].map((rows) => JSON.stringify(rows)),
  };
}
