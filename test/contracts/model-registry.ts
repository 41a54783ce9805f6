// What the model registry must do, whatever database is behind it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createModelRegistry } from '../../src/adapters/sql/models.ts';
import { createOffice } from '../../src/adapters/sql/office.ts';
import type { SqlSession } from '../../src/adapters/sql/session.ts';
import { STANDARD } from '../../src/features/standard.ts';
import { createScorer, type Model, serializeModel } from '../../src/models/model.ts';
import { scorerUnder } from '../../src/models/review-work.ts';
import { createBoundary } from '../../src/ports/boundary.ts';
import type { AuditEntry } from '../../src/ports/office/audit.ts';
import type { ModelRegistry } from '../../src/ports/office/models.ts';
import { readServing, watchService } from '../../src/runtimes/service-watch.ts';
import { keepVolume, keptVolume, readReviewWork } from '../../src/server/models/kept-review-work.ts';
import { trainFirstModel } from '../../src/training/first-model.ts';

const AT_MS = Date.UTC(2026, 10, 23, 12);
let trained: Promise<Model> | undefined;
export const aModel = (): Promise<Model> => {
  trained ??= trainFirstModel(STANDARD.createState(), {
    preset: 'classic',
    seed: 1,
    endMs: AT_MS,
    liveRate: 10,
  });
  return trained;
};

export function registryContract(name: string, open: () => Promise<SqlSession>): void {
  const named = async (version: string): Promise<Model> => {
    const model = await aModel();
    return { ...model, info: { ...model.info, version } };
  };
  const states = async (registry: ModelRegistry) =>
    Object.fromEntries((await registry.list()).map(({ version, state }) => [version, state]));

  test(`models: ${name}`, async (t) => {
    const session = await open();
    const registry = createModelRegistry(session);

    await t.test(
      'M9 MODEL1 A model is filed once and never changes; another artefact of its version is refused',
      async () => {
        assert.deepEqual(await registry.serving(), { champion: undefined, challenger: undefined });
        assert.equal(await readServing(registry, STANDARD, undefined, () => undefined), undefined);
        assert.equal(await registry.previousChampion(), undefined);
        const first = await registry.file(await named('one'), 'ann', 'the first', AT_MS);
        assert.deepEqual([first.state, first.filedBy, first.notes], ['candidate', 'ann', 'the first']);
        assert.match(first.sha256, /^[0-9a-f]{64}$/);
        assert.deepEqual(first.info, JSON.parse(JSON.stringify((await named('one')).info)));
        // The same again, by somebody else: it is there already.
        assert.deepEqual(await registry.file(await named('one'), 'bob', 'again', AT_MS + 1), first);
        const one = await named('one');
        const other = { ...one, info: { ...one.info, thresholds: { review: 0.1, decline: 0.2 } } };
        await assert.rejects(registry.file(other, 'bob', '', AT_MS + 1), /Another artefact is filed as one/);
      },
    );

    await t.test(
      'M9 MODEL2 There is one champion and one challenger at most: whoever comes makes room, and every move is kept',
      async () => {
        await registry.file(await named('two'), 'ann', '', AT_MS + 2);
        await registry.file(await named('three'), 'ann', '', AT_MS + 3);
        const move = (
          version: string,
          to: 'champion' | 'challenger' | 'shadow' | 'retired',
          share?: number,
        ) =>
          registry.move(version, {
            to,
            who: 'cleo',
            note: `to ${to}`,
            atMs: AT_MS + 10,
            ...(share !== undefined && { share }),
            gate: [{ name: 'quality', passed: true, text: 'fine' }],
          });
        await move('one', 'champion');
        await move('two', 'champion');
        assert.deepEqual(await states(registry), { one: 'retired', two: 'champion', three: 'candidate' });
        assert.equal(await registry.previousChampion(), 'one');
        await move('three', 'challenger', 0.25);
        assert.deepEqual(await registry.serving(), {
          champion: 'two',
          challenger: { version: 'three', share: 0.25 },
        });
        await move('one', 'challenger', 0.5);
        assert.equal((await registry.find('three'))?.share, 0);
        assert.deepEqual(await states(registry), { one: 'challenger', two: 'champion', three: 'candidate' });
        const serving = await readServing(registry, STANDARD, undefined, () => undefined);
        assert.equal(serving?.champion.info.version, 'two');
        assert.equal(serving?.challenger?.scorer.info.version, 'one');
        assert.equal(await readServing(registry, STANDARD, serving, () => undefined), serving);
        const [latest, room] = await registry.events(2);
        assert.deepEqual(
          [latest.version, latest.from, latest.to, latest.share, latest.who, latest.note, latest.atMs],
          ['one', 'retired', 'challenger', 0.5, 'cleo', 'to challenger', AT_MS + 10],
        );
        assert.deepEqual(latest.gate, [{ name: 'quality', passed: true, text: 'fine' }]);
        assert.deepEqual([room.version, room.from, room.to], ['three', 'challenger', 'candidate']);
        assert.deepEqual(
          (await registry.events(100))
            .filter(({ action }) => action === 'filed')
            .map(({ version }) => version),
          ['three', 'two', 'one'],
        );
        // Two at once: one of them is champion in the end, and one only.
        await Promise.allSettled([move('one', 'champion'), move('three', 'champion')]);
        const champions = Object.values(await states(registry)).filter((state) => state === 'champion');
        assert.equal(champions.length, 1);
      },
    );

    await t.test(
      'M16 M21 whoever watches the registry has the thresholds that settings say, without a restart',
      async () => {
        const office = createOffice(session);
        const { settings } = office;
        const boundary = createBoundary(
          () => AT_MS,
          () => undefined,
        );
        const watch = await watchService(registry, office, AT_MS, () => undefined, boundary);
        const now = () => watch.inService().serving.champion.info.thresholds;
        const before = now();
        const entry: AuditEntry = {
          atMs: AT_MS,
          actor: { kind: 'person', id: 'ann', name: 'Ann' },
          action: 'changed settings',
          subject: 'settings',
        };
        const volume = { perDay: 100_000, sinceMs: AT_MS, beforePerDay: undefined };
        assert.ok(await keepVolume(settings, await keptVolume(settings), volume));
        await settings.change({ reviewsADay: 100, sampleShare: 0 }, entry);
        await watch.look();
        assert.ok(now().review > before.review, `${now().review} after ${before.review}`);
        assert.deepEqual(watch.inService().serving.work?.volume, volume);
        const served = watch.inService();
        await watch.look();
        assert.equal(watch.inService(), served, 'what says the same changes nothing');
        await settings.change({ reviewsADay: null }, entry);
        await watch.look();
        assert.deepEqual(now(), before);
        assert.equal(watch.inService().serving.champion.draws, undefined);
        // Whoever asks draws by the same secret: another worker, and a desk in one process.
        await settings.change({ sampleShare: 0.1 }, entry);
        await watch.look();
        const { draws } = watch.inService().serving.champion;
        assert.ok(draws && draws.uniform > 0);
        assert.deepEqual(
          scorerUnder(createScorer(await aModel(), STANDARD), await readReviewWork(settings)).draws?.seed,
          draws.seed,
        );
        assert.equal(await settings.kept('drawSeed'), draws.seed);
        watch.stop();
      },
    );

    await t.test(
      'M14 a champion that cannot be used here is not served: the one before decides, or everybody is looked at',
      async () => {
        const told: string[] = [];
        const at = { who: 'cleo', note: '', atMs: AT_MS };
        for (const version of ['m14-a', 'm14-b']) {
          await registry.file(await named(version), 'ann', '', AT_MS);
          await registry.move(version, { to: 'champion', ...at });
        }
        const spoil = (version: string) =>
          session.query("update models set artefact = artefact || 'x' where version = $1", [version]);
        const serving = await readServing(registry, STANDARD, undefined, (message) => told.push(message));
        assert.equal(serving?.champion.info.version, 'm14-b');
        await spoil('m14-b');
        const next = await readServing(registry, STANDARD, undefined, (message) => told.push(message));
        assert.equal(next?.champion.info.version, 'm14-a');
        assert.match(told.join(), /not what was filed.*m14-a, the champion before, decides instead/);
        await assert.rejects(
          readServing(registry, STANDARD, next, () => undefined),
          /not what was filed/,
          'what is in service stays',
        );
        for (const { version } of await registry.list()) await spoil(version);
        const closed = await readServing(registry, STANDARD, undefined, (message) => told.push(message));
        assert.match(told.at(-1) ?? '', /everything is sent to review/);
        assert.throws(() => closed?.champion.score({} as never, new Float64Array(0)), /not what was filed/);
      },
    );

    await t.test('M2 MODEL3 An artefact that is not what was filed is refused, with what to do', async () => {
      const model = await named('damaged');
      await registry.file(model, 'ann', '', AT_MS);
      assert.equal(await registry.artefact('damaged'), serializeModel(model));
      assert.deepEqual((await registry.load('damaged'))?.info.version, 'damaged');
      await session.query("update models set artefact = artefact || 'x' where version = 'damaged'", []);
      await assert.rejects(registry.load('damaged'), /not what was filed.*file the model again/);
      assert.equal(await registry.load('nowhere'), undefined);
    });
    await session.close();
  });
}
