// What the versions of the catalogue document must do, whatever database is behind them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOffice } from '../../src/adapters/sql/office.ts';
import type { FilledFrom } from '../../src/domain/catalogue-version.ts';
import type { AuditEntry } from '../../src/ports/office/audit.ts';
import type { CatalogueDraft } from '../../src/ports/office/catalogue.ts';
import type { OfficeWorld } from './office-world.ts';
import { START_MS } from './store.ts';

const entry: AuditEntry = {
  atMs: START_MS,
  actor: { kind: 'person', id: 'ann', name: 'Ann' },
  action: 'changed a catalogue',
  subject: 'catalogue',
  detail: { version: '{version}' },
};
const later = (ms: number): AuditEntry => ({ ...entry, atMs: START_MS + ms });
const draft = (document: string): CatalogueDraft => ({
  document,
  documentHash: `hash of ${document}`,
  catalogueHash: `catalogue of ${document}`,
  note: 'a note — “quoted”',
});
const FILLED: readonly FilledFrom[] = [
  { entity: 'customer', features: ['devices_7d'], offset: 17, atMs: START_MS },
  { entity: 'email', features: ['sum_1h'], offset: undefined, atMs: START_MS },
];

export function catalogueContract(name: string, open: () => Promise<OfficeWorld>): void {
  test(`catalogue book: ${name}`, async (t) => {
    const { session, close } = await open();
    const { catalogue, audit } = createOffice(session);
    const states = async (): Promise<string[]> =>
      (await catalogue.versions(100)).map(({ version, state }) => `${version} ${state}`);

    await t.test(
      'CATALOGUE1 A version is what was filed; a draft that is written anew is the next version, and no number is given twice',
      async () => {
        assert.deepEqual(await states(), []);
        assert.equal(await catalogue.inState('live'), undefined);
        assert.equal(await catalogue.file(draft('a'), undefined, entry), 1);
        assert.equal(await catalogue.file(draft('b'), 1, entry), 2);
        assert.equal(await catalogue.find(1), undefined, 'whoever looked at it moves nothing');
        const filed = await catalogue.find(2);
        assert.deepEqual(filed, {
          version: 2,
          state: 'draft',
          document: 'b',
          documentHash: 'hash of b',
          catalogueHash: 'catalogue of b',
          author: 'Ann',
          authorId: 'ann',
          note: 'a note — “quoted”',
          createdAtMs: START_MS,
          movedBy: undefined,
          movedAtMs: undefined,
          servedAtMs: undefined,
          liveFrom: undefined,
          problem: undefined,
          disabled: [],
          filledFrom: [],
        });
        assert.deepEqual(await catalogue.inState('draft'), filed);
        assert.deepEqual((await audit.lines({}, 1))[0].detail, { version: '2' });
        assert.ok(await catalogue.discard(2, entry));
        assert.deepEqual(await states(), []);
        assert.equal(await catalogue.file(draft('c'), undefined, entry), 3);
        assert.ok(await catalogue.move(3, 'draft', 'live', FILLED, later(1)));
        assert.equal(await catalogue.file(draft('d'), undefined, entry), 4);
        assert.equal((await catalogue.find(3))?.document, 'c');
      },
    );

    await t.test(
      'CATALOGUE2 There is one draft, one that is filled and one live version at most: whoever goes live retires the one before',
      async () => {
        assert.deepEqual((await catalogue.inState('live'))?.filledFrom, FILLED);
        assert.ok(await catalogue.move(4, 'draft', 'filling', [], later(2)));
        assert.equal(await catalogue.file(draft('e'), undefined, entry), 5);
        await assert.rejects(catalogue.move(5, 'draft', 'filling', [], later(2)));
        assert.deepEqual(await states(), ['5 draft', '4 filling', '3 live']);
        assert.ok(await catalogue.move(4, 'filling', 'live', [], later(3)));
        assert.deepEqual(await states(), ['5 draft', '4 live', '3 retired']);
        assert.ok(await catalogue.move(5, 'draft', 'live', [], later(4), 2 ** 33));
        assert.deepEqual(await states(), ['5 live', '4 retired', '3 retired']);
        assert.deepEqual(
          (await catalogue.servedBefore(10)).map(({ version }) => version),
          [4, 3],
        );
        const live = await catalogue.inState('live');
        assert.deepEqual([live?.movedBy, live?.servedAtMs, live?.liveFrom], ['Ann', START_MS + 4, 2 ** 33]);
      },
    );

    await t.test(
      'CATALOGUE3 A draft is written, moved or discarded as it was seen, or not at all: of two people at once one is heard',
      async () => {
        assert.equal(
          await catalogue.file(draft('f'), 5, entry),
          undefined,
          'what was seen is no draft any more',
        );
        const first = await Promise.all([
          catalogue.file(draft('f'), undefined, entry),
          catalogue.file(draft('g'), undefined, entry),
        ]);
        assert.equal(first.filter((version) => version !== undefined).length, 1);
        const seen = first.find((version) => version !== undefined) ?? 0;
        const both = await Promise.all([
          catalogue.file(draft('h'), seen, entry),
          catalogue.file(draft('i'), seen, entry),
        ]);
        assert.equal(both.filter((version) => version !== undefined).length, 1);
        const now = both.find((version) => version !== undefined) ?? 0;
        assert.ok(now > seen);
        assert.equal((await catalogue.find(now))?.document, both[0] === now ? 'h' : 'i');
        assert.equal(await catalogue.move(seen, 'draft', 'live', [], entry), false);
        assert.equal(await catalogue.discard(seen, entry), false);
        assert.equal(await catalogue.move(now, 'filling', 'live', [], entry), false);
        const ended = await Promise.all([
          catalogue.discard(now, entry),
          catalogue.move(now, 'draft', 'live', [], later(5)),
        ]);
        assert.equal(ended.filter(Boolean).length, 1);
        assert.equal(await catalogue.inState('draft'), undefined);
        assert.notEqual(await catalogue.file(draft('j'), undefined, entry), undefined);
      },
    );

    await t.test(
      'CATALOGUE4 The revision moves with each change of what serves, and not with a draft',
      async () => {
        const before = await catalogue.revision();
        const draftNow = (await catalogue.inState('draft'))?.version;
        const version = (await catalogue.file(draft('k'), draftNow, entry)) ?? 0;
        assert.equal(await catalogue.revision(), before);
        assert.ok(await catalogue.move(version, 'draft', 'live', [], later(6)));
        assert.equal(await catalogue.revision(), before + 1);
        assert.equal(await catalogue.move(version, 'draft', 'live', [], later(6)), false);
        assert.ok(await catalogue.switchFeature(version, 'devices_7d', true, entry));
        assert.equal(await catalogue.switchFeature(version, 'devices_7d', true, entry), false, 'it is off');
        assert.equal(await catalogue.revision(), before + 2);
        await Promise.all(['b', 'a'].map((name) => catalogue.switchFeature(version, name, true, entry)));
        assert.deepEqual((await catalogue.inState('live'))?.disabled, ['a', 'b', 'devices_7d']);
        assert.ok(await catalogue.switchFeature(version, 'b', false, entry));
        assert.deepEqual((await catalogue.inState('live'))?.disabled, ['a', 'devices_7d']);
        assert.equal(await catalogue.switchFeature(version - 1, 'b', true, entry), false, 'another is live');
        await catalogue.tell(version, 'it cannot be used');
        assert.equal((await catalogue.find(version))?.problem, 'it cannot be used');
        await catalogue.tell(version, undefined);
        assert.equal((await catalogue.find(version))?.problem, undefined);
        await catalogue.tellFilled(version, FILLED);
        assert.deepEqual((await catalogue.find(version))?.filledFrom, FILLED);
        assert.equal(await catalogue.revision(), before + 6);
      },
    );

    await t.test(
      'CATALOGUE5 A document that served is found by the hash of its catalogue for ever; of several versions with that hash the newest',
      async () => {
        assert.equal((await catalogue.byCatalogueHash('catalogue of c'))?.version, 3);
        assert.equal(await catalogue.byCatalogueHash('catalogue of a'), undefined, 'a draft wrote nothing');
        const again = (await catalogue.file(draft('c'), undefined, entry)) ?? 0;
        assert.equal((await catalogue.byCatalogueHash('catalogue of c'))?.version, 3);
        assert.ok(await catalogue.move(again, 'draft', 'live', [], later(7)));
        assert.equal((await catalogue.byCatalogueHash('catalogue of c'))?.version, again);
      },
    );
    await close();
  });
}
