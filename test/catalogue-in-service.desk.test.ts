// Which catalogue a process serves by what its book says, over a real database: at a start, at a change, and when one cannot be used.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openEmbeddedDatabase } from '../src/adapters/embedded/database.ts';
import { kyselyOver } from '../src/adapters/sql/kysely-session.ts';
import { migrate } from '../src/adapters/sql/migrations.ts';
import { createOffice } from '../src/adapters/sql/office.ts';
import { LOCAL_ACTOR } from '../src/domain/access.ts';
import { checkedCatalogue } from '../src/features/checked-catalogue.ts';
import { STANDARD } from '../src/features/standard.ts';
import type { AuditEntry } from '../src/ports/office/audit.ts';
import { openCatalogue } from '../src/runtimes/catalogue-in-service.ts';
import { makeFolder } from './desk-process.ts';

const folder = makeFolder();
const session = openEmbeddedDatabase(join(folder.path, 'database'), (error) => {
  throw error;
});
await migrate(kyselyOver(session), 'embedded');
const book = createOffice(session).catalogue;
after(async () => {
  await session.close();
  folder.remove();
});

let atMs = Date.UTC(2026, 10, 1);
const entry = (): AuditEntry => ({
  atMs: atMs++,
  actor: LOCAL_ACTOR,
  action: 'changed',
  subject: 'catalogue',
});
const documentWith = (window: string): string =>
  JSON.stringify({
    format: 'goshawk-catalogue-1',
    standard: 'all',
    features: [
      {
        name: 'payments_lately',
        kind: 'aggregate',
        description: 'Payments lately',
        unit: 'payments',
        missing: 'never missing',
        sentence: '{value} payments lately',
        entity: 'account',
        measure: 'count',
        window,
      },
    ],
  });

/** Puts a text into service, whether it is a document or not: as another program may have left it. */
async function serve(document: string): Promise<number> {
  let catalogueHash = 'nobody knows';
  try {
    const checked = checkedCatalogue(JSON.parse(document));
    if (checked.ok) catalogueHash = checked.catalogue.hash;
  } catch {}
  const version = await book.file(
    { document, documentHash: 'x', catalogueHash, note: '' },
    undefined,
    entry(),
  );
  assert.ok(version !== undefined);
  assert.ok(await book.move(version, 'draft', 'live', [], entry()));
  return version;
}

const notices: string[] = [];
const open = () => openCatalogue(book, (notice) => notices.push(notice));

test('Y20 without a version that is stored the catalogue of the program serves', async () => {
  const { current } = await open();
  assert.deepEqual([current().version, current().catalogue], [0, STANDARD]);
});

test('Y23 what the book wants is served when whoever decides has taken it, and not before', async () => {
  const running = await open();
  const version = await serve(documentWith('1h'));
  const wanted = await running.look();
  assert.equal(wanted.version, version);
  assert.equal(running.current().version, 0);
  assert.equal(running.taking(), wanted);
  running.took(wanted);
  assert.equal(running.taking(), undefined);
  assert.equal(running.current().version, version);
  assert.equal(await running.look(), running.current(), 'the same one, which nothing is made anew for');
  const place = wanted.catalogue.place('payments_lately');
  assert.ok(place !== undefined);
  assert.ok(await book.switchFeature(version, 'payments_lately', true, entry()));
  const without = await running.look();
  const out = new Float64Array(without.catalogue.size);
  without.catalogue.look(
    without.catalogue.createState(),
    { id: 't', accountId: 'a', occurredAtMs: atMs, amountMinor: 100, currency: 'EUR', type: 'purchase' },
    out,
  );
  assert.ok(
    Number.isNaN(out[place]) && out[0] === 1,
    'Y25 switched off, it has no value, and the others have',
  );
  assert.equal(without.catalogue.hash, wanted.catalogue.hash);
});

test('Y28 a version that cannot be used stops nothing: what served before goes on, and it is told', async () => {
  const running = await open();
  const before = running.current().version;
  const documents = [
    'no JSON',
    JSON.stringify({ format: 'goshawk-catalogue-9' }),
    documentWith('1h').replace('"count"', '"guess"'),
  ];
  for (const document of documents) {
    notices.length = 0;
    const version = await serve(document);
    assert.equal((await running.look()).version, before, 'in a process that runs');
    assert.match(
      notices.join('\n'),
      new RegExp(`version ${version} cannot be used.*version ${before} serves instead`),
    );
    assert.ok((await book.find(version))?.problem);
    const started = await open();
    assert.equal(started.current().version, before, 'at a start');
  }
  const good = await serve(documentWith('2h'));
  const wanted = await running.look();
  await running.refused(wanted, 'a model does not fit.');
  assert.equal(running.taking(), undefined);
  assert.equal((await book.find(good))?.problem, 'a model does not fit.');
  assert.equal(running.current().version, before);
});

test('Y20 every version that served stays known by the hash that vectors of the past name', async () => {
  const { catalogues, current } = await open();
  const hashes = ['1h', '2h'].map((window) => {
    const checked = checkedCatalogue(JSON.parse(documentWith(window)));
    assert.ok(checked.ok);
    return checked.catalogue.hash;
  });
  for (const hash of [...hashes, STANDARD.hash]) assert.equal(catalogues.byHash(hash)?.hash, hash);
  assert.equal(catalogues.byHash(hashes[1]), current().catalogue);
  assert.equal(catalogues.byHash('nobody knows'), undefined, 'what cannot be compiled cannot be read');
});
