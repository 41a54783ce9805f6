// Sentences for analysts: text with CEL in braces over the value, other features and the currency. {count(value, "payment")} in the last hour
import { Environment } from '@marcbachmann/cel-js';
import type { Compiler, Functions, Part } from './expression.ts';
import { readExpression } from './expression-environment.ts';
import { RECORD_SIGNATURES, recordFunctions } from './expression-functions.ts';
import type { Look } from './feature-definition.ts';
import {
  count,
  days,
  hours,
  km,
  money,
  number,
  percent,
  riskWord,
  tenths,
  times,
  weekday,
} from './wording.ts';

type View = { value: number; look: Look; currency: string };
export type Say = (value: number, look: Look, currency: string) => string;
export type Sentence =
  | { readonly ok: true; readonly say: Say }
  | { readonly ok: false; readonly message: string };

const ofNumber =
  (say: (value: number) => string) =>
  ([value]: readonly Part<View>[]): Part<View> | undefined =>
    value?.type === 'number' ? { type: 'text', of: (view) => say(value.of(view)) } : undefined;

const ofBoth =
  (say: (value: number, word: string) => string) =>
  ([value, word]: readonly Part<View>[]): Part<View> | undefined =>
    value?.type === 'number' && word?.type === 'text'
      ? { type: 'text', of: (view) => say(value.of(view), word.of(view)) }
      : undefined;

const WORDS: Functions<View> = {
  days: ofNumber(days),
  hours: ofNumber(hours),
  km: ofNumber(km),
  times: ofNumber(times),
  percent: ofNumber(percent),
  number: ofNumber(number),
  plain: ofNumber(String),
  round: ofNumber((value) => String(Math.round(value))),
  tenths: ofNumber(tenths),
  risk: ofNumber(riskWord),
  weekday: ofNumber(weekday),
  count: ofBoth(count),
  money: ofBoth(money),
};

const AT_ONCE = { async: false };

function environmentOf(features: readonly string[]): Environment {
  const environment = new Environment({ limits: { maxAstNodes: 400, maxDepth: 40 } })
    .registerVariable('value', 'double')
    .registerVariable('currency', 'string');
  if (features.length > 0) {
    const schema = Object.fromEntries(features.map((name) => [name, 'double']));
    environment.registerVariable({ name: 'features', schema });
  }
  const nothing = (): string => '';
  for (const name of Object.keys(WORDS)) {
    const more = name === 'count' || name === 'money' ? ', string' : '';
    environment.registerFunction(`${name}(double${more}): string`, nothing, AT_ONCE);
  }
  for (const [signature, compute] of RECORD_SIGNATURES)
    environment.registerFunction(signature, compute as () => unknown, AT_ONCE);
  return environment;
}

const FEATURES = 'features.';
const compiler: Compiler<View> = {
  functions: { ...recordFunctions<View>(), ...WORDS },
  names(path) {
    if (path === 'value') return { type: 'number', of: ({ value }) => value };
    if (path === 'currency') return { type: 'text', of: ({ currency }) => currency };
    if (!path.startsWith(FEATURES)) return undefined;
    const name = path.slice(FEATURES.length);
    return { type: 'number', of: ({ look }) => look(name) };
  },
};

/** Texts and expressions in turn; undefined where a brace is not closed. Braces in texts of an expression belong to it. */
function pieces(template: string): string[] | undefined {
  const found: string[] = [];
  let from = 0;
  for (;;) {
    const open = template.indexOf('{', from);
    found.push(template.slice(from, open < 0 ? undefined : open));
    if (open < 0) return found;
    let at = open + 1;
    let quote = '';
    for (; at < template.length; at++) {
      const character = template[at];
      if (quote !== '') {
        if (character === '\\') at++;
        else if (character === quote) quote = '';
      } else if (character === '"' || character === "'") quote = character;
      else if (character === '}') break;
    }
    if (at >= template.length) return undefined;
    found.push(template.slice(open + 1, at));
    from = at + 1;
  }
}

export type Sentences = { read(template: string): Sentence };

/** Sentences that may name these features. */
export function sentencesOf(features: readonly string[]): Sentences {
  const environment = environmentOf(features);
  const known = new Map<string, Sentence>();
  return {
    read(template) {
      const before = known.get(template);
      if (before) return before;
      const sentence = readSentence(template, environment);
      known.set(template, sentence);
      return sentence;
    },
  };
}

function readSentence(template: string, environment: Environment): Sentence {
  const all = pieces(template);
  if (!all)
    return {
      ok: false,
      message: 'A brace { is not closed; what stands in braces is an expression: {count(value, "payment")}.',
    };
  const texts: ((view: View) => string)[] = [];
  for (const [i, piece] of all.entries()) {
    if (i % 2 === 0) {
      if (piece !== '') texts.push(() => piece);
      continue;
    }
    const read = readExpression(piece, environment, compiler);
    if (!read.ok) return { ok: false, message: `{${piece}}: ${read.message}` };
    const { part } = read;
    if (part.type === 'truth') {
      return {
        ok: false,
        message: `{${piece}} is true or false; say what to write for either: {${piece} ? "yes" : "no"}.`,
      };
    }
    if (part.type === 'number') {
      const { of } = part;
      texts.push((view) => number(of(view)));
      continue;
    }
    texts.push(part.of);
  }
  return {
    ok: true,
    say(value, look, currency) {
      const view = { value, look, currency };
      let said = '';
      for (const text of texts) said += text(view);
      return said;
    },
  };
}
