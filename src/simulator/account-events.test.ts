import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CustomerEvent, customerEventToJson, readCustomerEvent } from '../domain/customer-event.ts';
import { createAccountEvents } from './account-events.ts';
import { createSimulator } from './simulator.ts';

const START_MS = Date.UTC(2026, 0, 5);
const options = { seed: 1, startMs: START_MS, idPrefix: 'ev-' };

test('simulated events are valid, before their payments, the same for the same seed, and a modest share', () => {
  const simulator = createSimulator({ seed: 1, rate: 0.5, startMs: START_MS, fraudShare: 0.05 });
  const [one, same, other] = [1, 1, 2].map((seed) => createAccountEvents({ ...options, seed }));
  const ids = new Set<string>();
  const kinds = new Set<string>();
  const ofTakeovers: string[][] = [];
  let different = 0;
  const payments = 40_000;
  for (let i = 0; i < payments; i++) {
    const payment = simulator.next();
    const { transaction, fraudType } = payment;
    const events = one.before(payment);
    assert.deepEqual(same.before(payment), events);
    if (other.before(payment).length !== events.length) different++;
    let before = Number.NEGATIVE_INFINITY;
    for (const event of events) {
      assert.ok(event.occurredAtMs >= before && event.occurredAtMs < transaction.occurredAtMs);
      before = event.occurredAtMs;
      assert.equal(event.accountId, transaction.accountId);
      const parsed = readCustomerEvent(customerEventToJson(event), { nowMs: transaction.occurredAtMs });
      assert.ok(parsed.ok, JSON.stringify(parsed));
      assert.deepEqual(parsed.value, event);
      ids.add(event.id);
      kinds.add(event.kind);
    }
    if (fraudType === 'account_takeover' && events.length > 0)
      ofTakeovers.push(events.map(({ kind }) => kind));
  }
  assert.ok(ids.size > payments * 0.05 && ids.size < payments * 0.3, `${ids.size} events`);
  assert.equal(kinds.size, 7);
  assert.ok(different > 1000);
  assert.ok(ofTakeovers.length > 10);
  for (const steps of ofTakeovers) {
    assert.ok(steps.filter((kind) => kind === 'failed_login').length >= 2, steps.join(' '));
    assert.ok(steps.includes('password_change') || steps.includes('device_bound'), steps.join(' '));
  }
});

test('of a takeover what came before is told once', () => {
  const events = createAccountEvents(options);
  const at = (occurredAtMs: number): CustomerEvent[] =>
    events.before({
      transaction: {
        id: 't',
        accountId: 'a',
        occurredAtMs,
        amountMinor: 1,
        currency: 'EUR',
        type: 'transfer',
        deviceId: 'thief',
        counterpartyId: 'mule',
      },
      fraudType: 'account_takeover',
    });
  const first = at(START_MS);
  assert.ok(first.length >= 4 && first.every(({ deviceId }) => deviceId === 'thief'));
  assert.deepEqual(at(START_MS + 600_000), []);
  assert.ok(at(START_MS + 86_400_000).length > 0);
});
