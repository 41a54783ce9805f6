// Histories that look at events, where no catalogue of the program does: an event of an account is in its history as a payment
// of a cent would be.
import type { CustomerEvent } from '../src/domain/customer-event.ts';
import type { Catalogue } from '../src/features/catalogue.ts';
import { STANDARD } from '../src/features/standard.ts';

/** The standard catalogue, counting events; `fails` at some of them. */
export function countingCatalogue(fails: (event: CustomerEvent) => boolean = () => false): Catalogue {
  const vector = new Float64Array(STANDARD.size);
  return {
    ...STANDARD,
    observeEvent(state, event) {
      if (fails(event)) throw new TypeError('a catalogue with a fault');
      const { id, accountId, occurredAtMs } = event;
      if (accountId === undefined) return;
      STANDARD.observe(
        state,
        { id, accountId, occurredAtMs, amountMinor: 1, currency: 'EUR', type: 'transfer' },
        vector,
      );
    },
  };
}

/** Has the standard catalogue of this process count events. */
export function countEvents(fails?: (event: CustomerEvent) => boolean): void {
  const { observeEvent } = countingCatalogue(fails);
  Object.assign(STANDARD, { observeEvent });
}
