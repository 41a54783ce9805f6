// The files for containers, as far as they can be checked without an engine.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '..');
const run = (program: string, args: readonly string[], cwd = ROOT) =>
  spawnSync(program, args, { cwd, encoding: 'utf8' });
const compose = readFileSync(join(ROOT, 'compose.yaml'), 'utf8');

test('compose.yaml fits the schema of Compose and a linter has nothing to say', () => {
  const { status, stdout, stderr } = run(join(ROOT, 'node_modules/.bin/dclint'), [
    '--max-warnings',
    '0',
    'compose.yaml',
  ]);
  assert.equal(status, 0, stdout + stderr);
});

test('containers have the names that others rely on; ports are open on this machine only; no secret is written down', () => {
  for (const name of ['postgres', 'redis', 'kafka', 'spark-master'])
    assert.match(compose, new RegExp(`container_name: ${name}\n`));
  assert.match(compose, /POSTGRES_DB: frauddb/);
  assert.match(compose, /POSTGRES_USER: frauduser/);
  const published = [...compose.matchAll(/- '([^']*:\d+)'/g)].map(([, port]) => port);
  assert.ok(published.length >= 4);
  for (const port of published) assert.match(port, /^127\.0\.0\.1:/);
  for (const [, value] of compose.matchAll(/PASSWORD: (\S+)/g)) assert.match(value, /^\$\{/);
});

test('the Dockerfile passes hadolint', () => {
  const python = run(join(ROOT, 'scripts/python.sh'), []);
  assert.equal(python.status, 0, python.stderr);
  const { status, stdout } = run(join(dirname(python.stdout.trim()), 'hadolint'), ['Dockerfile']);
  assert.equal(status, 0, stdout);
});

test('secrets are made once, for this account only', () => {
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-secrets-'));
  try {
    run('mkdir', ['scripts'], folder);
    run('cp', [join(ROOT, 'scripts/secrets.sh'), 'scripts/'], folder);
    const make = (): string => {
      assert.equal(run('scripts/secrets.sh', [], folder).status, 0);
      return readFileSync(join(folder, '.env'), 'utf8');
    };
    const first = make();
    assert.match(first, /^POSTGRES_PASSWORD=[\w-]{32}\nREDIS_PASSWORD=[\w-]{32}\n$/);
    assert.equal(make(), first);
    assert.equal(statSync(join(folder, '.env')).mode & 0o077, 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
