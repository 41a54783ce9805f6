// Desks of one process whose catalogue changes part-way, and what tells two of them apart.
import assert from 'node:assert/strict';
import { LOCAL_ACTOR } from '../../src/domain/access.ts';
import { ownDataOf } from '../../src/domain/own-data.ts';
import { createVectorReader } from '../../src/engine/stored-vectors.ts';
import { checkedCatalogue } from '../../src/features/checked-catalogue.ts';
import type { CatalogueDocument } from '../../src/features/document.ts';
import { tablesOf } from '../../src/features/feature-state.ts';
import { systemClock } from '../../src/ports/clock.ts';
import type { WentLive } from '../../src/ports/desk.ts';
import type { AuditEntry } from '../../src/ports/office/audit.ts';
import type { StoredTransaction } from '../../src/ports/store.ts';
import { type EmbeddedDesk, openDesk } from '../../src/runtimes/embedded.ts';
import { trainFirstModel } from '../../src/training/first-model.ts';
import { START_MS, type Traffic } from './traffic.ts';

const APPENDED_AT_ONCE = 100;
const READ_AT_ONCE = 1000;

export const openFilling = (
  dataDir: string,
  onNotice: (notice: string) => void = () => undefined,
): Promise<EmbeddedDesk> =>
  openDesk({
    dataDir,
    clock: systemClock,
    // All know the same past.
    firstModel: (state) =>
      trainFirstModel(state, { preset: 'classic', seed: 1, endMs: START_MS, liveRate: 10 }),
    onNotice,
    onFailure: (error) => {
      throw error;
    },
  });

const entry = (): AuditEntry => ({
  atMs: systemClock.nowMs(),
  actor: LOCAL_ACTOR,
  action: 'moved a catalogue',
  subject: 'catalogue',
  detail: {},
});

/** Files a document and has it go live. */
export async function goLive(
  desk: EmbeddedDesk,
  document: CatalogueDocument,
): Promise<{ readonly version: number; readonly said: WentLive }> {
  const checked = checkedCatalogue(document);
  assert.ok(checked.ok);
  const text = JSON.stringify(document);
  const draft = { document: text, documentHash: 'x', catalogueHash: checked.catalogue.hash, note: '' };
  const seen = (await desk.office.catalogue.inState('draft'))?.version;
  const version = await desk.office.catalogue.file(draft, seen, entry());
  assert.ok(version !== undefined);
  return { version, said: await desk.catalogue.goLive(version, entry()) };
}

export const cancelFilling = (desk: EmbeddedDesk, version: number): Promise<boolean> =>
  desk.catalogue.cancelFilling(version, entry());

/** Waits until a version serves. */
export async function untilLive(desk: EmbeddedDesk, version: number): Promise<void> {
  while (desk.catalogue.current().version !== version || desk.catalogue.filling()) {
    const filling = desk.catalogue.filling()?.version;
    assert.ok(filling !== desk.catalogue.current().version, 'what serves is not being filled');
    const filed = await desk.office.catalogue.find(version);
    assert.equal(filed?.problem, undefined);
    await new Promise((next) => setTimeout(next, 10));
  }
}

export async function serve(desk: EmbeddedDesk, document: CatalogueDocument): Promise<number> {
  const { version, said } = await goLive(desk, document);
  if ('problem' in said) assert.fail(said.problem);
  await untilLive(desk, version);
  return version;
}

/** As it comes in: labels say what entities of now are keyed by. */
export async function send(desk: EmbeddedDesk, part: Traffic): Promise<void> {
  for (let at = 0; at < part.length; at += APPENDED_AT_ONCE) {
    const { keyFields } = ownDataOf(desk.engine.inService.catalogue.data);
    await desk.append(part.slice(at, at + APPENDED_AT_ONCE).map((record) => record(keyFields)));
  }
}

export async function stored({ store }: Pick<EmbeddedDesk, 'store'>): Promise<StoredTransaction[]> {
  const rows: StoredTransaction[] = [];
  for (let last = -1; ; ) {
    const page = await store.transactions({ after: last }, READ_AT_ONCE);
    rows.push(...page);
    if (page.length < READ_AT_ONCE) return rows;
    last = page[page.length - 1].offset;
  }
}

/** What each transaction has under the catalogue in service. */
export async function values(desk: EmbeddedDesk): Promise<Map<string, Float64Array>> {
  const reader = createVectorReader(desk.engine.inService.catalogue, desk.catalogues);
  return new Map(
    (await stored(desk)).map(({ transaction, vector, filled, decision }) => [
      transaction.id,
      reader.read(vector, decision.catalogueHash, filled),
    ]),
  );
}

/** All histories, byte for byte. */
export function histories({ engine }: Pick<EmbeddedDesk, 'engine'>): string[] {
  return [...tablesOf(engine.state)]
    .flatMap(([store, table]) =>
      Array.from({ length: table.size }, (_, entry) => {
        const at = table.offsetOf(entry);
        const bytes = table.chunkOf(entry).bytes.subarray(at, at + table.payloadLength(entry));
        return `${store} ${table.keyOf(entry)} ${Buffer.from(bytes).toString('base64')}`;
      }),
    )
    .sort();
}

/** Histories, and values of what is decided by now, bit for bit. Fitted categories are the model's. */
export async function assertAlike(one: EmbeddedDesk, other: EmbeddedDesk, what: string): Promise<void> {
  assert.deepEqual(histories(other), histories(one), `${what}: histories`);
  const [expected, found] = [await values(one), await values(other)];
  const { features, categories } = one.engine.inService.catalogue;
  const encoded = new Set(categories.map(({ slot }) => slot));
  assert.equal(found.size, expected.size);
  for (const [id, vector] of expected) {
    const is = found.get(id);
    assert.ok(is, id);
    features.forEach(({ name }, place) => {
      if (encoded.has(place) || Object.is(is[place], vector[place])) return;
      assert.fail(`${what}: ${name} of ${id} is ${is[place]}, not ${vector[place]}`);
    });
  }
}
