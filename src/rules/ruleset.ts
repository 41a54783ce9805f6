// Rules in CEL (Common Expression Language): compiled once, evaluated beside the model on every transaction.
import { createHash } from 'node:crypto';
import { Environment } from '@marcbachmann/cel-js';
import type { Outcome, RuleHit } from '../domain/decision.ts';
import { InputError } from '../domain/input-error.ts';
import type { Transaction } from '../domain/transaction.ts';
import { INDEX, isFeatureName } from '../features/catalogue.ts';

export type Rule = {
  readonly id: string;
  /** CEL over `features.*` (doubles), `transaction.*` and `score`. */
  readonly expression: string;
  readonly action: Outcome;
  readonly text: string;
};

export type Ruleset = {
  readonly version: string;
  readonly rules: readonly Rule[];
  /** Rules that hold for a transaction. A rule that throws does not hold and is counted. */
  evaluate(transaction: Transaction, vector: Float64Array, score: number): readonly RuleHit[];
  /** How often each rule threw. */
  readonly errors: ReadonlyMap<string, number>;
};

const NONE: readonly RuleHit[] = [];
const FEATURE_REFERENCE = /\bfeatures\.([a-z0-9_]+)/g;

/** Compiles rules; throws InputError that names the rule when one does not parse or reads an unknown feature. */
export function compileRuleset(rules: readonly Rule[]): Ruleset {
  const environment = new Environment()
    .registerVariable('features', 'map<string, double>')
    .registerVariable('transaction', 'map<string, dyn>')
    .registerVariable('score', 'double');
  const used = new Set<number>();
  const names: string[] = [];
  const compiled = rules.map((rule) => {
    for (const [, name] of rule.expression.matchAll(FEATURE_REFERENCE)) {
      if (!isFeatureName(name)) throw new InputError(`Rule ${rule.id}: there is no feature "${name}".`);
      if (!used.has(INDEX[name])) names.push(name);
      used.add(INDEX[name]);
    }
    const program = environment.parse(rule.expression);
    const check = program.check();
    if (!check.valid) throw new InputError(`Rule ${rule.id}: ${check.error?.message}`);
    const hit: RuleHit = { id: rule.id, action: rule.action, text: rule.text };
    return { rule, program, hit };
  });
  const positions = [...used];
  const errors = new Map<string, number>();
  // One context is used again for every transaction; only the features that rules read are filled in.
  const features: Record<string, number> = {};
  const context: Record<string, unknown> = { features, transaction: {}, score: 0 };
  const version = `rules-${createHash('sha256').update(JSON.stringify(rules)).digest('hex').slice(0, 10)}`;
  return {
    version,
    rules,
    errors,
    evaluate(transaction, vector, score) {
      if (compiled.length === 0) return NONE;
      for (let i = 0; i < positions.length; i++) features[names[i]] = vector[positions[i]];
      context.transaction = transaction;
      context.score = score;
      let hits: RuleHit[] | undefined;
      for (const { rule, program, hit } of compiled) {
        try {
          if (program(context) !== true) continue;
        } catch {
          errors.set(rule.id, (errors.get(rule.id) ?? 0) + 1);
          continue;
        }
        hits ??= [];
        hits.push(hit);
      }
      return hits ?? NONE;
    },
  };
}

/** What a new installation starts with: few rules, each for a pattern that is fraud whatever a model says. */
export const STARTER_RULES: readonly Rule[] = [
  {
    id: 'impossible-travel',
    expression: 'features.speed_from_last_kmh > 1000.0 && features.distance_from_last_km > 300.0',
    action: 'review',
    text: 'Two payments too far apart for any flight',
  },
  {
    id: 'card-testing',
    expression: 'features.account_small_amount_count_1h >= 4.0 && features.amount < 5.0',
    action: 'review',
    text: 'Many very small payments within an hour',
  },
  {
    id: 'shared-device-transfer',
    expression:
      'transaction.type == "transfer" && features.is_new_device == 1.0 && features.is_new_counterparty == 1.0 && features.amount >= 1000.0',
    action: 'review',
    text: 'A large transfer to a new payee from a new device',
  },
];
