// Histories that look at events, where no catalogue of the program does: an event of an account is in its history as a payment
// of a cent would be.
import type { CustomerEvent } from '../src/domain/customer-event.ts';
import type { Catalogue } from '../src/features/catalogue.ts';
import { STANDARD } from '../src/features/standard.ts';

/** Has the standard catalogue of this process count events, until it is told otherwise; `fails` at some of them. */
export function countEvents(fails: (event: CustomerEvent) => boolean = () => false): void {
  const vector = new Float64Array(STANDARD.size);
  const observeEvent: Catalogue['observeEvent'] = (state, event) => {
    if (fails(event)) throw new TypeError('a catalogue with a fault');
    const { id, accountId, occurredAtMs } = event;
    if (accountId === undefined) return;
    STANDARD.observe(
      state,
      { id, accountId, occurredAtMs, amountMinor: 1, currency: 'EUR', type: 'transfer' },
      vector,
    );
  };
  Object.assign(STANDARD, { observeEvent });
}

export function countNoEvents(): void {
  Object.assign(STANDARD, { observeEvent: undefined });
}
