// Imports of files must be kept alike, whatever database is behind it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOffice } from '../../src/adapters/sql/office.ts';
import type { FileImport } from '../../src/ports/file-importer.ts';
import type { OfficeWorld } from './office-world.ts';
import { START_MS } from './store.ts';

const anImport = (id: string, startedAtMs: number, more: Partial<FileImport> = {}): FileImport => ({
  id, fileName: 'umsätze "März".csv', sha256: 'abc', who: 'Ada', isTrial: false, delayDays: 7, state: 'running', problem: undefined,
  startedAtMs, sinceMs: startedAtMs, endedAtMs: undefined, bytes: 1, ofBytes: 2, rows: 3, decided: 1, repeated: 1, rejected: 1, flagged: 0,
  frauds: 1, genuine: 1, unlabelled: 0, firstMs: undefined, lastMs: undefined, problems: [], told: [{ line: 2, problem: undefined }],
  mapping: { fields: {} }, ...more,
}); // biome-ignore format: a row

export function fileImportsContract(name: string, open: () => Promise<OfficeWorld>): void {
  test(`imports of files: ${name}`, async (t) => {
    const { session, close } = await open();
    const { fileImports } = createOffice(session);

    await t.test(
      'FILES1 What was kept last of an import is there again as it was, the newest import first, and no more of them than 200',
      async () => {
        assert.deepEqual(await fileImports.all(), []);
        const first = anImport('first', START_MS);
        await fileImports.keep(first, START_MS + 1);
        assert.deepEqual(await fileImports.all(), [{ one: first, keptAtMs: START_MS + 1 }]);
        const over = anImport('first', START_MS, {
          state: 'done',
          endedAtMs: START_MS + 9,
          firstMs: 1,
          lastMs: 2,
        });
        await fileImports.keep(over, START_MS + 9);
        await fileImports.keep(anImport('second', START_MS + 20), START_MS + 20);
        const another = await createOffice(session).fileImports.all();
        assert.deepEqual(
          another.map(({ one }) => one.id),
          ['second', 'first'],
        );
        assert.deepEqual(another[1].one, over);
        for (let i = 0; i < 200; i++)
          await fileImports.keep(anImport(`many-${i}`, START_MS + 100 + i), START_MS);
        const all = await fileImports.all();
        assert.deepEqual([all.length, all[0].one.id, all.at(-1)?.one.id], [200, 'many-199', 'many-0']);
      },
    );
    await close();
  });
}
