// The files for containers, as far as they can be checked without an engine.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '..');
const run = (program: string, args: readonly string[], cwd = ROOT) =>
  spawnSync(program, args, { cwd, encoding: 'utf8' });
type ComposeService = {
  readonly container_name?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly ports?: readonly { readonly host_ip: string }[];
};
const compose = readFileSync(join(ROOT, 'compose.yaml'), 'utf8');

test('compose.yaml fits the schema of Compose and a linter has nothing to say', () => {
  const { status, stdout, stderr } = run(join(ROOT, 'node_modules/.bin/dclint'), [
    '--max-warnings',
    '0',
    'compose.yaml',
  ]);
  assert.equal(status, 0, stdout + stderr);
});

test('docker compose config: names that others rely on, ports open on this machine only, no secret written down', () => {
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-compose-'));
  try {
    const command = run(join(ROOT, 'scripts/compose.sh'), []);
    assert.equal(command.status, 0, command.stderr);
    const [program, ...first] = command.stdout.trim().split(' ');
    const config = (env: string): ReturnType<typeof run> => {
      writeFileSync(join(folder, '.env'), env);
      const options = [
        '--env-file',
        join(folder, '.env'),
        '--profile',
        'spark',
        'config',
        '--format',
        'json',
      ];
      return run(program, [...first, ...options]);
    };
    const without = config('');
    assert.notEqual(without.status, 0);
    assert.match(without.stderr, /run \.\/run\.sh --docker/);
    const { status, stdout, stderr } = config(
      'POSTGRES_PASSWORD=one-secret\nREDIS_PASSWORD=another\nCARD_TOKEN_KEY=a-third\n',
    );
    assert.equal(status, 0, stderr);
    const { services } = JSON.parse(stdout) as { services: Record<string, ComposeService> };
    for (const name of ['postgres', 'redis', 'kafka', 'spark-master'])
      assert.equal(services[name].container_name, name);
    const { POSTGRES_DB, POSTGRES_USER, POSTGRES_PASSWORD } = services.postgres.environment;
    assert.deepEqual(
      { POSTGRES_DB, POSTGRES_USER, POSTGRES_PASSWORD },
      { POSTGRES_DB: 'frauddb', POSTGRES_USER: 'frauduser', POSTGRES_PASSWORD: 'one-secret' },
    );
    const ports = Object.values(services).flatMap((service) => service.ports ?? []);
    assert.ok(ports.length >= 4);
    for (const { host_ip } of ports) assert.equal(host_ip, '127.0.0.1');
    for (const [, value] of compose.matchAll(/PASSWORD: (\S+)/g)) assert.match(value, /^\$\{/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('containers start Node as everything else does', () => {
  const { stdout } = run(join(ROOT, 'scripts/node-flags.sh'), []);
  const [, entrypoint] = /^ENTRYPOINT (\[.*\])$/m.exec(readFileSync(join(ROOT, 'Dockerfile'), 'utf8')) ?? [];
  const [program, ...args] = JSON.parse(entrypoint ?? '[]') as string[];
  assert.equal(program, 'node');
  const flags = stdout.trim().split('\n');
  assert.deepEqual(args.slice(0, flags.length), flags);
  const arenas = /MALLOC_ARENA_MAX[=:-]+(\d+)/;
  const [dockerfile, script] = ['Dockerfile', 'scripts/with-node.sh'].map(
    (file) => arenas.exec(readFileSync(join(ROOT, file), 'utf8'))?.[1],
  );
  assert.ok(script);
  assert.equal(dockerfile, script);
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
    assert.match(
      first,
      /^POSTGRES_PASSWORD=[\w-]{43}\nREDIS_PASSWORD=[\w-]{43}\nCARD_TOKEN_KEY=[\w-]{43}\n$/,
    );
    assert.equal(make(), first);
    assert.equal(statSync(join(folder, '.env')).mode & 0o077, 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
