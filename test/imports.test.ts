// Imports point one way: a room may use only the rooms before it.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '..');
const PURE = [
  'domain',
  'formats',
  'features',
  'explanation',
  'models',
  'lists',
  'rules',
  'engine',
  'simulator',
];
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  formats: ['domain'],
  features: ['domain'],
  explanation: ['domain', 'features'],
  models: ['domain', 'features'],
  lists: ['domain', 'formats'],
  rules: ['domain', 'features', 'lists'],
  simulator: ['domain'],
  engine: ['domain', 'features', 'explanation', 'models', 'rules'],
  training: ['domain', 'features', 'models', 'simulator'],
  ports: ['domain', 'features', 'models', 'lists', 'rules', 'engine'],
  stream: ['domain', 'features', 'models', 'rules', 'engine', 'ports'],
  adapters: [
    'domain',
    'formats',
    'features',
    'explanation',
    'models',
    'lists',
    'rules',
    'engine',
    'ports',
    'stream',
  ],
  stack: ['domain', 'ports'],
  protocol: ['domain'],
  client: ['domain', 'protocol'],
  server: [
    'domain',
    'formats',
    'features',
    'explanation',
    'models',
    'lists',
    'rules',
    'engine',
    'ports',
    'protocol',
  ],
  runtimes: [
    'domain',
    'formats',
    'features',
    'models',
    'lists',
    'rules',
    'engine',
    'simulator',
    'training',
    'ports',
    'stream',
    'adapters',
    'server',
  ],
  cli: [
    'domain',
    'formats',
    'features',
    'models',
    'engine',
    'simulator',
    'training',
    'ports',
    'adapters',
    'protocol',
    'client',
    'server',
    'runtimes',
    'stack',
  ],
};

function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(/from '(\.[^']+)'|import\('(\.[^']+)'\)|import '(\.[^']+)'/g)].map(([, a, b, c]) =>
    relative(ROOT, resolve(ROOT, dirname(file), a ?? b ?? c)),
  );
}

test('imports point one way', () => {
  const wrong: string[] = [];
  for (const file of globSync('src/**/*.ts', { cwd: ROOT })) {
    const room = file.split('/')[1];
    assert.ok(ALLOWED[room], `src/${room} is not in the list of rooms`);
    for (const target of importsOf(file)) {
      const to = target.split('/')[1];
      if (to !== room && !ALLOWED[room].includes(to)) wrong.push(`${file} imports ${target}`);
    }
  }
  for (const file of globSync('dashboard/src/**/*.{ts,tsx}', { cwd: ROOT })) {
    for (const target of importsOf(file)) {
      const inside = target.startsWith('dashboard/') || /^src\/(protocol|domain|client)\//.test(target);
      if (!inside) wrong.push(`${file} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

/** What every room of the dashboard may use; `frame` puts the rooms together, and nobody uses that. */
const SHARED = ['kit', 'live'];

test('rooms of the dashboard use what is shared, and of one another what their index gives', () => {
  const wrong: string[] = [];
  for (const file of globSync('dashboard/src/*/*.{ts,tsx}', { cwd: ROOT })) {
    const room = file.split('/')[2];
    for (const target of importsOf(file)) {
      const [, , to, name] = target.split('/');
      if (!target.startsWith('dashboard/src/') || to === room || room === 'frame') continue;
      const isShared = SHARED.includes(to) && (room !== 'kit' || to === 'kit');
      if (!isShared && (SHARED.includes(room) || name !== 'index.ts'))
        wrong.push(`${file} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('the pure rooms read no clock, no file, no randomness of their own', () => {
  const wrong: string[] = [];
  for (const room of PURE) {
    for (const file of globSync(`src/${room}/**/*.ts`, { cwd: ROOT, exclude: ['**/*.test.ts'] })) {
      const text = readFileSync(join(ROOT, file), 'utf8');
      if (/Date\.now\(|Math\.random\(|new Date\(\)|from 'node:(fs|net|http|child_process|os)/.test(text))
        wrong.push(file);
    }
  }
  assert.deepEqual(wrong, []);
});
