// Two desks over one stream: one has the catalogue from the first record on, the other changes to it part-way. Afterwards nobody can
// tell them apart, neither by what was decided later nor by what is known of before.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { EmbeddedDesk } from '../src/runtimes/embedded.ts';
import { makeFolder } from './desk-process.ts';
import {
  assertAlike,
  cancelFilling,
  goLive,
  openFilling,
  send,
  serve,
  stored,
  values,
} from './filling/desks.ts';
import { documentOf, OWN, traffic } from './filling/traffic.ts';

const folder = makeFolder();
after(() => folder.remove());
const notices: string[] = [];
const open = (name: string): Promise<EmbeddedDesk> =>
  openFilling(join(folder.path, name), (notice) => notices.push(notice));

/** So much is known of transactions before the version went live that nobody could tell by chance. */
async function assertReachesBack(
  desk: EmbeddedDesk,
  version: number,
  names: readonly string[],
): Promise<void> {
  const { catalogue } = desk.engine.inService;
  const filed = await desk.office.catalogue.find(version);
  const known = [...(await values(desk)).values()].slice(0, filed?.liveFrom);
  for (const name of names) {
    const place = catalogue.place(name) ?? -1;
    const some = known.filter((vector) => !Number.isNaN(vector[place])).length;
    assert.ok(some > known.length / 4, `${name} is known of ${some} of ${known.length} before`);
  }
}

test('Y40 Y41: a desk that changes to a catalogue part-way has the histories and values of one that had it from the first record on', async () => {
  const { data, features } = OWN;
  const first = documentOf({
    data,
    features: features.filter(({ name }) => !/sum|usual|failed|score/.test(name)),
  });
  const document = documentOf(OWN);
  const records = traffic(7, 6000);
  const [whole, changed] = [await open('whole'), await open('changed')];
  await serve(whole, document);
  await send(whole, records);
  await whole.settled();

  await send(changed, records.slice(0, 2000));
  // Once while records come in, and once while none do.
  const sending = send(changed, records.slice(2000, 4000));
  await serve(changed, first);
  await sending;
  await changed.settled();
  const version = await serve(changed, document);
  const filed = await changed.office.catalogue.find(version);
  assert.equal(filed?.liveFrom, 4000);
  await send(changed, records.slice(4000));
  await changed.settled();
  const names = document.features.map(({ name }) => name);
  await assertReachesBack(changed, version, names);
  await assertAlike(whole, changed, 'after the changes');
  await changed.close();
  const again = await open('changed');
  await assertAlike(whole, again, 'after a restart');
  await again.close();
  await whole.close();
  assert.deepEqual(
    notices.filter((notice) => !/decides from record|in service$/.test(notice)),
    [],
  );
});

test('Y43: a filling tells how far it is and can be ended: what serves goes on, nothing is kept of it, and the draft can go live again', async () => {
  const desk = await open('ended');
  const records = traffic(3, 6000);
  await send(desk, records);
  await desk.settled();
  assert.equal(desk.catalogue.filling(), undefined);
  const going = goLive(desk, documentOf(OWN));
  while (!desk.catalogue.filling()) await new Promise((next) => setTimeout(next, 1));
  const progress = desk.catalogue.filling();
  assert.ok(progress);
  const { version, of, step } = progress;
  assert.deepEqual([version, of, step], [1, 6000, 'replaying']);
  assert.equal(await cancelFilling(desk, 7), false);
  assert.equal(await cancelFilling(desk, version), true);
  assert.equal(await cancelFilling(desk, version), false);
  const { said } = await going;
  assert.match('problem' in said ? said.problem : '', /Somebody ended/);
  assert.equal(desk.catalogue.filling(), undefined);
  assert.equal((await desk.office.catalogue.inState('draft'))?.version, version);
  assert.equal(desk.catalogue.current().version, 0);
  assert.ok((await stored(desk)).every(({ filled }) => filled === undefined));
  const onDisk = (): string[] =>
    readdirSync(join(folder.path, 'ended/state')).filter((name) => name.startsWith('filled'));
  assert.deepEqual(onDisk(), []);
  const next = await serve(desk, documentOf(OWN));
  await assertReachesBack(desk, next, ['customer_payments_30d']);
  assert.deepEqual(onDisk(), [`filled-${next}.bin`]);
  await serve(desk, documentOf({}));
  assert.deepEqual(onDisk(), [], 'nobody reads it any more');
  await desk.close();
});
