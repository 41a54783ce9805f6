import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CARD_KEY_FILE, secretIn } from './secret-file.ts';
import { makeTemporaryFolder } from './temporary-folder.ts';

test('T5 the key of a folder is made once, for its owner alone, and an empty one is no key', () => {
  const folder = makeTemporaryFolder('secret');
  try {
    const inside = join(folder, 'not/there/yet');
    const made = secretIn(inside, CARD_KEY_FILE);
    assert.equal(secretIn(inside, CARD_KEY_FILE), made);
    assert.notEqual(secretIn(folder, CARD_KEY_FILE), made, 'each folder has its own');
    assert.equal(statSync(join(inside, CARD_KEY_FILE)).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(inside), [CARD_KEY_FILE], 'no draft is left');
    assert.equal(Buffer.from(made, 'base64url').length, 32);
    assert.equal(readFileSync(join(inside, CARD_KEY_FILE), 'utf8'), `${made}\n`);
    writeFileSync(join(inside, CARD_KEY_FILE), '\n');
    assert.throws(() => secretIn(inside, CARD_KEY_FILE), /is empty; put the key of this folder back/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
