// What notes and attachments must do, whatever database is behind them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOffice } from '../../src/adapters/sql/office.ts';
import type { AuditEntry } from '../../src/ports/office/audit.ts';
import type { OfficeWorld } from './office-world.ts';
import { START_MS } from './store.ts';

const entry: AuditEntry = {
  atMs: START_MS,
  actor: { kind: 'person', id: 'ann', name: 'Ann' },
  action: 'wrote a note',
  subject: 'alert 17',
};

export function notesContract(name: string, open: () => Promise<OfficeWorld>): void {
  test(`notes: ${name}`, async (t) => {
    const { session, close } = await open();
    const { notes } = createOffice(session);
    const attach = (subject: string, content: Buffer, limit: number) =>
      notes.attach(
        subject,
        { name: 'Beleg „1“.pdf', mediaType: 'application/pdf', content, sha256: 'hash' },
        limit,
        entry,
      );

    await t.test(
      'NOTE1 Notes and attachments of a subject come oldest first and byte for byte, and with those of no other',
      async () => {
        const texts = ['first\nline two\ttab', 'second “quoted” 東京'];
        for (const text of texts) await notes.addNote('alert 17', text, entry);
        await notes.addNote('alert 1', 'another', entry);
        assert.deepEqual(
          (await notes.notes('alert 17')).map(({ text, who, atMs }) => [text, who, atMs]),
          texts.map((text) => [text, 'Ann', START_MS]),
        );
        const content = Buffer.from(Uint8Array.from({ length: 256 }, (_, i) => i));
        assert.ok(await attach('alert 17', content, 5));
        assert.ok(await attach('alert 17', Buffer.alloc(0), 5));
        const [first, empty] = await notes.attachments('alert 17');
        assert.deepEqual(
          [first.bytes, first.name, first.sha256, empty.bytes],
          [256, 'Beleg „1“.pdf', 'hash', 0],
        );
        assert.deepEqual((await notes.attachment('alert 17', first.id))?.content, content);
        assert.equal(await notes.attachment('alert 1', first.id), undefined);
        assert.deepEqual(await notes.attachments('alert 1'), []);
      },
    );

    await t.test('NOTE2 A subject that has as many attachments as it may gets no more', async () => {
      assert.equal(await attach('alert 17', Buffer.of(1), 2), false);
      assert.ok(await attach('alert 1', Buffer.of(1), 2));
      assert.equal((await notes.attachments('alert 17')).length, 2);
    });
    await close();
  });
}
