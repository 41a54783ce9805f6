// Reads events from a file: each as `POST /v1/events` takes it, a line of JSON each or an array, plain or gzip.
import { type CustomerEvent, readCustomerEvent } from '../../domain/customer-event.ts';
import type { Bounds } from '../../domain/read-transaction.ts';
import { fileSource, kindOf, openRows, type RowsFile } from './open-rows.ts';
import { jsonRows, type NotRead } from './read-transactions.ts';

export type EventRow = { readonly ok: true; readonly event: CustomerEvent } | NotRead;

/** Throws InputError when the file cannot be used. */
export async function openEvents(file: string, bounds: Bounds): Promise<RowsFile<EventRow>> {
  const source = await fileSource(file);
  return openRows(source, await kindOf(source), (bytes) =>
    jsonRows<EventRow>(bytes, bounds, (value, toRefused) => {
      const parsed = readCustomerEvent(value, bounds);
      return parsed.ok ? { ok: true, event: parsed.value } : toRefused(parsed.problems);
    }),
  );
}
