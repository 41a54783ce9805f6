// The name of a test says what it needs, so that whoever has only that can run all that it is enough for: NAME.test.ts needs
// Node alone, NAME.desk.test.ts a desk, and so on (CONTRIBUTING.md has them all).
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '..');
/** Who has what stands first can run what stands after it, but for a browser and Python, which are beside a desk. */
const NEEDS: Readonly<Record<string, RegExp>> = {
  container: /'(\.\.\/)*scripts\/container-images\.sh'/,
  browser: /from 'playwright-core'/,
  python: /'(\.\.\/)*scripts\/(python|schemathesis|compose)\.sh'/,
  spark: /from '[./]+src\/stack\/spark\.ts'|goshawk\(\[\s*'spark'|'--spark'/,
  kafka: /from '[./]+src\/stack\/(kafka|redis|services)\.ts'/,
  postgres: /from '[./]+src\/stack\/postgres\.ts'/,
  desk: /from '([./]+desk-process|[./]+src\/(runtimes\/embedded|adapters\/embedded\/database))\.ts'/,
};
/** Needs nothing, but time. */
const LONG = 'long';

/** A file with all that it takes of test/, and they of others there; types alone start nothing. */
function textOf(file: string, seen = new Set<string>()): string {
  if (seen.has(file)) return '';
  seen.add(file);
  const text = readFileSync(join(ROOT, file), 'utf8').replaceAll(/^import type .*$/gm, '');
  const taken = [...text.matchAll(/from '(\.[^']+)'/g)].map(([, path]) => join(dirname(file), path));
  return text + taken.map((path) => (path.startsWith('test/') ? textOf(path, seen) : '')).join('');
}

test('the name of a test says what it needs', () => {
  const wrong: string[] = [];
  for (const file of globSync('test/*.test.ts', { cwd: ROOT })) {
    if (join(ROOT, file) === import.meta.filename) continue;
    const suffix = basename(file, '.test.ts').split('.').slice(1).join('.');
    const text = textOf(file);
    const [needed = ''] = Object.entries(NEEDS).find(([, sign]) => sign.test(text)) ?? [];
    const isTrue = suffix === needed || (suffix === LONG && needed === '');
    if (!isTrue) wrong.push(`${file} needs ${needed || 'nothing'}`);
  }
  assert.deepEqual(wrong, []);
});

test('each kind of test has its command and its line in CONTRIBUTING.md', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const contributing = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  for (const kind of [...Object.keys(NEEDS), LONG]) {
    assert.ok(scripts[`test:${kind}`]?.endsWith(`scripts/system-tests.sh ${kind}`), `npm run test:${kind}`);
    assert.ok(contributing.includes(`\`.${kind}\``), `CONTRIBUTING.md says nothing of .${kind}`);
  }
});
