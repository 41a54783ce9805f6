// A port says what every implementation of it gives, and so does other code that has a Contract; each law is quoted, number
// and words, by the tests that prove it.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '..');
const CONTRACT = '**Contract**';
const INVARIANTS = '**Caller invariants**';

type Law = { readonly file: string; readonly number: string; readonly text: string };

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const prefixOf = (number: string): string => number.replace(/\d+$/, '');

/** The laws of a file: list items between its Contract and its Caller invariants, each from its number to its full stop. */
function lawsOf(file: string): Law[] {
  const laws: Law[] = [];
  for (const [comment] of read(file).matchAll(/\/\*\*.*?\*\//gs)) {
    if (!comment.includes(CONTRACT)) continue;
    const [, after] = comment.split(CONTRACT);
    const [contract] = after.split(INVARIANTS);
    const plain = contract.replaceAll(/\s*\*\/|\n\s*\* ?/g, '\n').replaceAll(/\n +/g, ' ');
    for (const [, number, text] of plain.matchAll(/^- ([A-Z]{3,}\d+) (.+)\.$/gm))
      laws.push({ file, number, text });
  }
  return laws;
}

/** The titles of all tests, as they are written. */
function titlesOf(file: string): string[] {
  const titles = /\btest\(\s*(`(?:[^`\\]|\\.)*`|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")/g;
  return [...read(file).matchAll(titles)].map(([, title]) =>
    title.slice(1, -1).replaceAll(/\\(['"`])/g, '$1'),
  );
}

const SOURCES = globSync('src/**/*.ts', { cwd: ROOT }).filter((file) => !file.endsWith('.test.ts'));
const PORTS = SOURCES.filter((file) => file.startsWith('src/ports/'));
const LAWS = SOURCES.flatMap(lawsOf);
const TITLES = ['test/**/*.ts', 'src/**/*.test.ts']
  .flatMap((pattern) => globSync(pattern, { cwd: ROOT }))
  .flatMap((file) => titlesOf(file).map((title) => ({ file, title })));

test('B4 every port says what all of its implementations give', () => {
  const silent = PORTS.filter((file) => !LAWS.some((law) => law.file === file));
  assert.deepEqual(
    silent,
    [],
    `These ports have no law. Write a comment with ${CONTRACT} above the port's type, and under it a list of laws: ` +
      '"- NAME1 One sentence." What callers must keep comes after it, under **Caller invariants**.',
  );
});

test('B4 a law has a number of its own, and a port a prefix of its own', () => {
  const wrong: string[] = [];
  const homes = new Map<string, string>();
  const numbers = new Set<string>();
  for (const { file, number } of LAWS) {
    const home = homes.get(prefixOf(number)) ?? file;
    homes.set(prefixOf(number), home);
    if (home !== file) wrong.push(`${number} of ${file}: the prefix belongs to ${home}`);
    if (numbers.has(number)) wrong.push(`${number} of ${file} is there twice`);
    numbers.add(number);
  }
  assert.deepEqual(wrong, [], 'Give these laws another number');
});

test('B4 every law is quoted by the title of a test that proves it', () => {
  const unproved = LAWS.filter(
    ({ number, text }) => !TITLES.some(({ title }) => title.includes(`${number} ${text}`)),
  );
  assert.deepEqual(
    unproved.map(({ file, number, text }) => `${number} ${text} (${file})`),
    [],
    'No test has the number and the words of these laws in its title. Write one, in the suite of the port under ' +
      'test/contracts where there is one; or, where nobody keeps the law, take it out',
  );
});

test('B4 a title quotes laws that there are, in their words', () => {
  const texts = new Map(LAWS.map(({ number, text }) => [number, text]));
  const prefixes = new Set(LAWS.map(({ number }) => prefixOf(number)));
  const wrong: string[] = [];
  for (const { file, title } of TITLES) {
    for (const [number] of title.matchAll(/\b[A-Z]{3,}\d+\b/g)) {
      if (!prefixes.has(prefixOf(number)) && !title.startsWith(number)) continue;
      const text = texts.get(number);
      if (text === undefined) wrong.push(`${file}: no port has a law ${number} ("${title}")`);
      else if (!title.includes(`${number} ${text}`))
        wrong.push(`${file}: ${number} says "${text}", not "${title}"`);
    }
  }
  assert.deepEqual(
    wrong,
    [],
    'Write the number and the words of the law into these titles as its port has them',
  );
});
