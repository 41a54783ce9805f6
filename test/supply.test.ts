// What the program is made of: every package known by its hash, the fetched Node.js too, a bill of materials, scripts that
// find what they need on a fresh clone.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { makeTemporaryFolder } from '../src/stack/temporary-folder.ts';

const ROOT = resolve(import.meta.dirname, '..');
const LOCKS = ['package-lock.json', 'scripts/node-runtime/package-lock.json'];
type Lock = {
  packages: Record<
    string,
    { version?: string; integrity?: string; resolved?: string; hasInstallScript?: boolean }
  >;
};
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

test('B1 every package is known by its hash, none runs a script when it is installed, and no host is named', () => {
  for (const file of LOCKS) {
    const { packages } = JSON.parse(read(file)) as Lock;
    const entries = Object.entries(packages).filter(([name]) => name !== '');
    assert.ok(entries.length > 3, file);
    for (const [name, entry] of entries) {
      assert.match(entry.integrity ?? '', /^sha512-[A-Za-z0-9+/]{86}==$/, `${file}: ${name}`);
      assert.equal(entry.resolved, undefined, `${file}: ${name} names a host`);
      assert.notEqual(entry.hasInstallScript, true, `${file}: ${name} runs a script`);
    }
    assert.doesNotMatch(read(file), /https?:\/\/registry/);
  }
});

test('B1 the Node.js that is fetched is one version, and the one that containers have', () => {
  const { optionalDependencies } = JSON.parse(read('scripts/node-runtime/package.json')) as {
    optionalDependencies: Record<string, string>;
  };
  const versions = new Set(Object.values(optionalDependencies));
  assert.equal(versions.size, 1);
  const [version] = versions;
  assert.match(version, /^\d+\.\d+\.\d+$/);
  for (const [, tag] of read('Dockerfile').matchAll(/^FROM node:(\S+)/gm))
    assert.ok(tag.startsWith(`${version}-`), tag);
  const images = [
    ...`${read('Dockerfile')}\n${read('compose.yaml')}`.matchAll(/(?:^FROM|image:) (\S+:\S+)/gm),
  ].map(([, image]) => image);
  assert.ok(images.length >= 5);
  for (const image of images)
    assert.match(image, /:\d+\.\d+(\.\d+)?(-|$)/, `${image} is not an exact version`);
});

test('B2 npm run sbom writes what runs in production, with its hashes', () => {
  const folder = makeTemporaryFolder('supply');
  try {
    const { status, stderr } = spawnSync(join(ROOT, 'scripts/sbom.sh'), [folder], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    type Bom = { bomFormat: string; components: { name: string; version: string; hashes?: unknown[] }[] };
    const bom = JSON.parse(readFileSync(join(folder, 'goshawk.cdx.json'), 'utf8')) as Bom;
    assert.equal(bom.bomFormat, 'CycloneDX');
    const names = bom.components.map(({ name }) => name);
    assert.ok(names.includes('fastify') && !names.includes('vite'), 'production alone');
    assert.deepEqual(
      bom.components.filter(({ hashes }) => !hashes?.length),
      [],
    );
    const runtime = JSON.parse(readFileSync(join(folder, 'node-runtime.cdx.json'), 'utf8')) as Bom;
    assert.ok(runtime.components.length >= 3);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('B3 ./goshawk on a fresh clone installs what it needs first, once, however many start at the same time', async () => {
  const folder = makeTemporaryFolder('supply');
  try {
    // A clone whose npm is watched: it puts the packages of this tree in place.
    const clone = join(folder, 'clone');
    mkdirSync(clone);
    for (const name of ['src', 'scripts', 'goshawk', 'package.json', 'package-lock.json'])
      cpSync(join(ROOT, name), join(clone, name), { recursive: true });
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    const calls = join(folder, 'calls');
    mkdirSync(calls);
    writeFileSync(
      join(bin, 'npm'),
      `#!/bin/sh\necho "$@" >"${calls}/$$"\nsleep 1\nln -s "${join(ROOT, 'node_modules')}" node_modules\n`,
      { mode: 0o755 },
    );
    symlinkSync(process.execPath, join(bin, 'node'));
    const env = {
      ...process.env,
      PATH: `${bin}:${process.env.PATH}`,
      NODE_COMPILE_CACHE: join(folder, 'compiled'),
    };
    const start = (): Promise<{ code: number | null; out: string; err: string }> =>
      new Promise((done) => {
        const child = spawn(join(clone, 'goshawk'), ['--help'], { env });
        let out = '';
        let err = '';
        child.stdout.on('data', (text) => {
          out += text;
        });
        child.stderr.on('data', (text) => {
          err += text;
        });
        child.on('close', (code) => done({ code, out, err }));
      });
    const started = [start(), start(), start()];
    for (const { code, out, err } of await Promise.all(started)) {
      assert.equal(code, 0, err);
      assert.match(out, /^Usage: \.\/goshawk/, 'the output is the command’s own');
    }
    assert.equal(readdirSync(calls).length, 1);
    assert.ok(statSync(join(clone, 'node_modules')).isDirectory());
  } finally {
    rmSync(join(folder, 'clone', 'node_modules'), { force: true });
    rmSync(folder, { recursive: true, force: true });
  }
});
