import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPERATIONS, placesOf } from '../protocol/operations.ts';
import type { Client } from './client.ts';
import { addressOf } from './transport.ts';

const places = placesOf(OPERATIONS);

test('A19 an id of somebody else’s making goes into the query, a number into the path', () => {
  assert.equal(addressOf(places, 'getTransaction', { params: { id: '../x' } }), '/v1/transaction?id=..%2Fx');
  assert.equal(
    addressOf(places, 'getAlert', { params: { id: 7 }, query: { download: true } }),
    '/v1/queue/7?download=true',
  );
  assert.equal(
    addressOf(places, 'listAlerts', { query: { view: 'mine', search: undefined } }),
    '/v1/queue?view=mine',
  );
});

/** Never run: what the compiler says of calls. */
export async function calls({ call }: Client): Promise<void> {
  const { items, nextCursor } = await call('listAlerts', { query: { view: 'open' } });
  const ids: readonly number[] = items.map(({ id }) => id);
  const cursor: string | null = nextCursor;
  await call('listAlerts');
  await call('countAlerts');
  await call('actOnAlerts', { body: { action: 'claim', alerts: [{ id: 1, version: 1 }] } });
  await call('addLabels', { type: 'text/csv', body: 'transactionId,fraud\n' });
  await call('importExchangeRates', { type: 'text/csv', body: '', headers: { 'x-file-name': 'rates.csv' } });
  // @ts-expect-error Nobody reads such a header.
  await call('importExchangeRates', { type: 'text/csv', body: '', headers: { 'x-file': 'rates.csv' } });
  // @ts-expect-error There is no such view.
  await call('listAlerts', { query: { view: 'closing' } });
  // @ts-expect-error The id is missing.
  await call('getAlert');
  // @ts-expect-error There is no such operation.
  await call('getNothing');
  // @ts-expect-error Labels are not read as XML.
  await call('addLabels', { type: 'text/xml', body: '' });
  assert.ok([ids, cursor]);
}
