import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commitOf, versionText } from './version.ts';

const SHA = '0123456789abcdef0123456789abcdef01234567';
const files =
  (of: Readonly<Record<string, string>>) =>
  (path: string): string | undefined =>
    of[path];

test('the version says its commit, wherever that is written down', () => {
  assert.equal(commitOf(files({ commit: SHA, '.git/HEAD': 'ref: refs/heads/main' })), SHA);
  assert.equal(commitOf(files({ '.git/HEAD': 'ref: refs/heads/main', '.git/refs/heads/main': SHA })), SHA);
  assert.equal(
    commitOf(
      files({ '.git/HEAD': 'ref: refs/heads/main', '.git/packed-refs': `# pack\n${SHA} refs/heads/main\n` }),
    ),
    SHA,
  );
  assert.equal(commitOf(files({ '.git/HEAD': SHA })), SHA);
  assert.equal(commitOf(files({})), undefined);
});

test('the version says which forms are written', () => {
  const text = versionText('0.1.0', { API: '1.2' });
  assert.match(text, /^goshawk \d+\.\d+\.\d+\n/);
  for (const name of ['API', 'records on the stream', 'decisions on the stream', 'models', 'catalogues'])
    assert.match(text, new RegExp(`^  ${name} +\\S+$`, 'm'));
});
