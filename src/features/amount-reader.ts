// Counts of records by a condition on their amount, for histories that keep amounts and no flags.
import { emptyRecord } from './feature-record.ts';
import type { Aggregate } from './store-layout.ts';
import type { Reader } from './window-readers.ts';

/** Tiles do not know single amounts: nothing is told of them. */
export function amountReader({ slot, where, windowSeconds, delaySeconds, current }: Aggregate): Reader {
  const asked = emptyRecord();
  return (history, record, out) => {
    if (history.tiled || where === undefined) return;
    const to = record.time - delaySeconds;
    asked.perMajor = record.perMajor;
    const end = history.eventsUntil(to);
    let count = current && where(record) ? 1 : 0;
    for (let i = history.eventsUntil(to - windowSeconds); i < end; i++) {
      asked.amountMinor = history.amounts[i];
      asked.amount = asked.amountMinor / asked.perMajor;
      if (where(asked)) count++;
    }
    out[slot] = count;
  };
}
