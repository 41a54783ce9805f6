// What a newcomer does with the own fields of the simulator, over a desk of one process: they are observed, declared as what they look
// like, and a feature of an entity of theirs is there for what was decided before, and for what comes.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { guessOf } from '../src/domain/observed-fields.ts';
import { startProducer } from '../src/runtimes/producer.ts';
import { makeFolder } from './desk-process.ts';
import { openFilling, serve, stored, values } from './filling/desks.ts';
import { documentOf } from './filling/traffic.ts';

const folder = makeFolder();
after(() => folder.remove());

const FIELDS = [
  'customer.segment',
  'customerId',
  'risk.deviceScore',
  'session.durationSeconds',
  'session.platform',
];
const FEATURE = {
  name: 'customer_devices_7d',
  kind: 'aggregate',
  description: 'Different devices of the customer in seven days',
  unit: 'devices',
  missing: 'missing without a customer',
  sentence: 'The customer used {value} devices in seven days',
  entity: 'customer',
  measure: 'distinct',
  of: 'deviceId',
  window: '7d',
};

test('Y16 Y45 own fields of the simulator are adopted as what they look like, with a feature of their entity for the past and from then on', async () => {
  const desk = await openFilling(join(folder.path, 'desk'));
  const producer = await startProducer(desk, {
    preset: 'default',
    rate: 200,
    seed: 1,
    logFile: join(folder.path, 'producer.log'),
    events: true,
    ownFields: true,
    people: { accounts: 500 },
  });
  const observed = async () => {
    for (;;) {
      const { records, fields } = await desk.office.observedFields.read('transaction');
      if (records > 500 && FIELDS.every((name) => fields.has(name))) return fields;
      await sleep(50);
    }
  };
  const seen = await observed();
  const fields = [...seen.values()].map((field) => ({
    name: field.name,
    type: guessOf(field),
    description: field.name,
    personal: true,
  }));
  const entities = [{ name: 'customer', description: 'Who owns accounts', key: ['customerId'] }];
  const version = await serve(desk, documentOf({ data: { fields, entities }, features: [FEATURE] }));
  const { hash, features } = desk.engine.inService.catalogue;
  const countLater = async (): Promise<number> =>
    (await stored(desk)).filter(({ decision }) => decision.catalogueHash === hash).length;
  while ((await countLater()) < 200) await sleep(50);
  await producer.stop();
  await desk.settled();
  assert.equal(desk.catalogue.current().version, version);
  const place = features.findIndex(({ name }) => name === FEATURE.name);
  const score = features.findIndex(({ name }) => name === 'risk_deviceScore');
  const vectors = await values(desk);
  const known = { before: 0, after: 0 };
  for (const { transaction, decision } of await stored(desk)) {
    const devices = vectors.get(transaction.id)?.[place];
    // Whoever came before the simulator has no customer.
    if (transaction.attributes?.customerId === undefined || devices === undefined) continue;
    assert.ok(
      devices >= (transaction.deviceId === undefined ? 0 : 1),
      `${transaction.id}: ${devices} devices`,
    );
    known[decision.catalogueHash === hash ? 'after' : 'before']++;
    const said = transaction.attributes['risk.deviceScore'] ?? Number.NaN;
    assert.ok(Object.is(vectors.get(transaction.id)?.[score], said));
  }
  assert.ok(known.before > 400 && known.after >= 200, JSON.stringify(known));
  await desk.close();
});
