import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { askAdmin, serveAdmin } from './admin-socket.ts';

test('the admin socket reads a line whole, whatever stands in it, and refuses one that is too long', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-admin-'));
  const boundary = {
    caught: (_: string, error: unknown) => assert.fail(String(error)),
  } as unknown as Parameters<typeof serveAdmin>[2];
  const server = await serveAdmin(
    folder,
    { sql: async (sql) => [{ sql }], people: async () => [] },
    boundary,
  );
  try {
    const sql = `SELECT '${'é\u2028\u2029'.repeat(50_000)}'`;
    assert.deepEqual(await askAdmin(folder, { sql }), [{ sql }]);
    await assert.rejects(askAdmin(folder, { sql: 'x'.repeat(3 << 20) }), /longer than 1048576 bytes/);
    assert.deepEqual(await askAdmin(folder, { sql: 'SELECT 1' }), [{ sql: 'SELECT 1' }]);
  } finally {
    await new Promise((done) => server.close(done));
    rmSync(folder, { recursive: true });
  }
});
