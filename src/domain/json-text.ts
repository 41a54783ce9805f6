// JSON from outside: read to a bounded depth, without keys that name what every object has.
import type { Parsed } from './problem.ts';

/** What is read here nests three or four levels; whatever goes through a value level by level must never meet thousands. */
export const MAX_JSON_LEVELS = 32;
/** As keys of data they mean nothing, and code that copies keys takes them for the object's own. */
const REFUSED_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** The value of a JSON text. Of a key that stands twice in an object, the last counts. */
export function readJson(text: string): Parsed<unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refused(notJson(error));
  }
  return jsonProblem(value) ?? { ok: true, value };
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
function jsonProblem(value: unknown): Parsed<never> | undefined {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    const below: unknown[] = [];
    for (const item of level) {
      if (typeof item !== 'object' || item === null) continue;
      if (depth === MAX_JSON_LEVELS) return refused(`It nests deeper than ${MAX_JSON_LEVELS} levels.`);
      if (!Array.isArray(item)) {
        const key = Object.keys(item).find((name) => REFUSED_KEYS.has(name));
        if (key !== undefined) return refused(`No object may have the key "${key}".`);
      }
      for (const part of Object.values(item)) if (typeof part === 'object' && part !== null) below.push(part);
    }
    level = below;
  }
  return undefined;
}
