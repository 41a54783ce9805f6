// What the audit trail must do, whatever database is behind it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyAudit } from '../../src/adapters/sql/audit.ts';
import { createOffice } from '../../src/adapters/sql/office.ts';
import type { AuditEntry, AuditFilter } from '../../src/ports/office/audit.ts';
import type { OfficeWorld } from './office-world.ts';
import { START_MS } from './store.ts';

export function auditContract(name: string, open: () => Promise<OfficeWorld>): void {
  test(`audit trail: ${name}`, async (t) => {
    const { session, close } = await open();
    const { audit } = createOffice(session);
    const entry = (i: number): AuditEntry => ({
      atMs: START_MS + i,
      actor: { kind: 'person', id: `p${i % 3}`, name: `Zoë ${i % 3}` },
      action: i % 2 === 0 ? 'audit looked' : 'audit changed',
      subject: `audit ${i % 5}`,
      detail: { i, text: 'line\nbreak, “quotes”, \u0000' },
    });

    await t.test(
      'O8 AUDIT1 Lines are numbered without a gap and chained; none can be changed, and one that was changed nevertheless is found',
      async () => {
        const { seq } = await audit.head();
        await Promise.all(Array.from({ length: 20 }, (_, i) => audit.append(entry(i))));
        const lines = await audit.lines({}, 20);
        assert.deepEqual(
          lines.map((line) => line.seq),
          Array.from({ length: 20 }, (_, i) => seq + 20 - i),
        );
        const verify = () => verifyAudit((sql) => session.query(sql, []), []);
        assert.ok((await verify()).ok);
        for (const sql of ["update audit_log set line = '{}'", 'delete from audit_log', 'truncate audit_log'])
          await assert.rejects(session.query(sql, []), /append-only/);
        const [changed] = await session.query('select line from audit_log where seq = $1', [seq + 7]);
        const line = String(changed.line);
        const overwrite = (text: string) =>
          session.transaction([
            { sql: 'alter table audit_log disable trigger audit_log_append_only', parameters: [] },
            { sql: 'update audit_log set line = $1 where seq = $2', parameters: [text, seq + 7] },
            { sql: 'alter table audit_log enable trigger audit_log_append_only', parameters: [] },
          ]);
        await overwrite(line.replace('Zoë', 'Zoe'));
        const check = await verify();
        assert.ok(!check.ok && check.problem.includes(`line ${seq + 7} was changed`), JSON.stringify(check));
        await overwrite(line);
        assert.ok((await verify()).ok);
      },
    );

    await t.test(
      'AUDIT2 Lines are newest first, by all parts of the filter, each once, whatever the pages',
      async () => {
        const all = (await audit.lines({}, 1000)).filter(({ subject }) => subject.startsWith('audit '));
        for (const filter of [
          { who: 'Zoë 1' },
          { action: 'audit looked' },
          { subject: 'audit 3' },
          { who: 'Zoë 2', action: 'audit changed', subject: 'audit 0' },
        ] satisfies AuditFilter[]) {
          const wanted = all.filter((line) =>
            Object.entries(filter).every(([key, value]) => line[key as keyof typeof filter] === value),
          );
          assert.ok(wanted.length > 0);
          const found: number[] = [];
          for (let before: number | undefined; ; ) {
            const page = await audit.search({ ...filter, ...(before !== undefined && { before }) }, 2);
            found.push(...page.items.map(({ seq }) => seq));
            if (page.next === undefined) break;
            before = page.next;
          }
          const seqs = wanted.map(({ seq }) => seq);
          assert.deepEqual(found, seqs);
          assert.deepEqual(
            (await audit.lines(filter, 1000)).map(({ seq }) => seq),
            seqs,
          );
        }
      },
    );

    await t.test('AUDIT3 The head is the last line', async () => {
      await audit.append(entry(100));
      const [{ seq, hash, detail }] = await audit.lines({}, 1);
      assert.deepEqual(await audit.head(), { seq, hash });
      assert.deepEqual(detail, { i: 100, text: 'line\nbreak, “quotes”, \ufffd' });
    });
    await close();
  });
}
