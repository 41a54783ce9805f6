// JSON from outside: read to a bounded depth, without keys that name what every object has.
import { shown } from './fields.ts';
import type { Parsed } from './problem.ts';

/** What is read here nests three or four levels; whatever goes through a value level by level must never meet thousands. */
export const MAX_JSON_LEVELS = 32;
/** As keys of data they mean nothing, and code that copies keys takes them for the object's own. */
const REFUSED_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** The value of a JSON text. An object in which a key stands twice is refused: one reader takes the first, another the last. */
export function readJson(text: string): Parsed<unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refused(notJson(error));
  }
  const problem = jsonProblem(value) ?? repeatedKeyIn(value, text);
  return problem === undefined ? { ok: true, value } : refused(problem);
}

const refused = (message: string): Parsed<never> => ({ ok: false, problems: [{ pointer: '', message }] });

/** What JSON.parse threw, and where the reading stopped; what stands there stays out of answers and logs. */
export function notJson(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  const [, position] = /at position (\d+)/.exec(message) ?? [];
  if (position !== undefined) return `Not valid JSON, from character ${Number(position) + 1} on.`;
  return message.includes('end of JSON input') ? 'Not valid JSON: it ends too early.' : 'Not valid JSON.';
}

/** Level by level, since a function that calls itself would be ended by what it looks for. */
function jsonProblem(value: unknown): string | undefined {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    const below: unknown[] = [];
    for (const item of level) {
      if (typeof item !== 'object' || item === null) continue;
      if (depth === MAX_JSON_LEVELS) return `It nests deeper than ${MAX_JSON_LEVELS} levels.`;
      if (!Array.isArray(item)) {
        const key = Object.keys(item).find((name) => REFUSED_KEYS.has(name));
        if (key !== undefined) return `No object may have the key "${key}".`;
      }
      for (const part of Object.values(item)) if (typeof part === 'object' && part !== null) below.push(part);
    }
    level = below;
  }
  return undefined;
}

/** What JSON.parse made of a text: which key stands twice in one of its objects, as a sentence; undefined where none does. */
export function repeatedKeyIn(value: unknown, text: string): string | undefined {
  let keys = 0;
  const left = [value];
  for (let item = left.pop(); item !== undefined; item = left.pop()) {
    if (typeof item !== 'object' || item === null) continue;
    const parts = Object.values(item);
    if (!Array.isArray(item)) keys += parts.length;
    for (const part of parts) if (typeof part === 'object' && part !== null) left.push(part);
  }
  return keysIn(text) === keys ? undefined : repeatedKey(text);
}

/** Where the string that begins before `from` ends: the place of its closing quote. */
function endOfString(text: string, from: number): number {
  for (let end = text.indexOf('"', from); ; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text[end - 1 - escapes] === '\\') escapes++;
    if (escapes % 2 === 0) return end;
  }
}

const BLANK = /[\t\n\r ]/;

/** Whether the string that ends at a quote names a member. */
function isKey(text: string, quote: number): boolean {
  let next = quote + 1;
  while (BLANK.test(text[next] ?? '')) next++;
  return text[next] === ':';
}

/** Members of all objects of a valid JSON text, as they are written. */
function keysIn(text: string): number {
  let keys = 0;
  for (let start = text.indexOf('"'); start >= 0; ) {
    const end = endOfString(text, start + 1);
    if (isKey(text, end)) keys++;
    start = text.indexOf('"', end + 1);
  }
  return keys;
}

/** Which key of a valid JSON text stands twice in its object. */
function repeatedKey(text: string): string {
  const objects: Set<string>[] = [];
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '{') objects.push(new Set());
    else if (text[i] === '}') objects.pop();
    if (text[i] !== '"') continue;
    const end = endOfString(text, i + 1);
    if (isKey(text, end)) {
      const name = String(JSON.parse(text.slice(i, end + 1)));
      const names = objects[objects.length - 1];
      if (names.has(name)) return `${shown(name)} stands twice in an object; say it once.`;
      names.add(name);
    }
    i = end;
  }
  return 'A key stands twice in an object; say it once.';
}
