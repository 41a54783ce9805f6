// Rules in service: compiled once, evaluated beside the model on every transaction. A rule that throws or costs too much
// is contained: it does not hold, and is counted; one that keeps costing too much is left out.
import { createHash } from 'node:crypto';
import type { RuleHit } from '../domain/decision.ts';
import { InputError } from '../domain/input-error.ts';
import type { Transaction } from '../domain/transaction.ts';
import { INDEX, isFeatureName } from '../features/catalogue.ts';
import { checkExpression } from './check.ts';
import { emptyTransaction, fillTransaction, runningEnvironment } from './environment.ts';
import { type Lookups, NO_LOOKUPS, type Rule } from './rule.ts';

export type RuleCosts = {
  readonly errors: number;
  readonly lastError: string | undefined;
  /** Mean of those that were timed lately; undefined before the first. */
  readonly meanMicros: number | undefined;
  /** Left out since it cost too much. */
  readonly suspended: boolean;
};

export type Ruleset = {
  readonly version: string;
  readonly rules: readonly Rule[];
  /** Rules that hold for a transaction, most important first; shadow rules marked as such. */
  evaluate(transaction: Transaction, vector: Float64Array, score: number, nowMs: number): readonly RuleHit[];
  /** How often each rule threw, by id and version. */
  readonly errors: ReadonlyMap<string, number>;
  /** By id and version. */
  costs(): ReadonlyMap<string, RuleCosts>;
};

export type RulesetOptions = {
  readonly lookups?: Lookups;
  /** Milliseconds that only go forward; rules are not timed without it. */
  readonly elapsedMs?: () => number;
};

const NONE: readonly RuleHit[] = [];
/** One transaction in so many is timed. */
const TIMED_EVERY = 64;
const MAX_MEAN_MICROS = 200;
const TIMED_BEFORE_SUSPENSION = 50;
/** The weight of the newest time in the mean. */
const NEWEST = 0.05;

export const ruleKey = ({ id, version }: Pick<Rule, 'id' | 'version'>): string => `${id} ${version}`;

/** Compiles rules; throws InputError that names the rule when one cannot be used. */
export function compileRuleset(rules: readonly Rule[], options: RulesetOptions = {}): Ruleset {
  const { lookups = NO_LOOKUPS, elapsedMs } = options;
  let momentMs = 0;
  const environment = runningEnvironment(lookups, () => momentMs);
  const used = new Set<number>();
  const names: string[] = [];
  const ordered = [...rules].sort((a, b) => a.priority - b.priority || (a.id < b.id ? -1 : 1));
  const compiled = ordered.map((rule) => {
    const check = checkExpression(rule.expression, undefined);
    if (!check.ok) throw new InputError(`Rule ${rule.id}: ${check.message}`);
    for (const name of check.features) {
      if (!isFeatureName(name) || used.has(INDEX[name])) continue;
      used.add(INDEX[name]);
      names.push(name);
    }
    const hit: RuleHit = {
      id: rule.id,
      version: rule.version,
      action: rule.action,
      priority: rule.priority,
      text: rule.text,
      ...(rule.mode === 'shadow' && { shadow: true }),
    };
    return {
      key: ruleKey(rule),
      program: environment.parse(rule.expression),
      hit,
      lastError: undefined as string | undefined,
      timed: 0,
      meanMicros: 0,
      suspended: false,
    };
  });
  const positions = [...used];
  const errors = new Map<string, number>();
  // One context is used again for every transaction; only the features that rules read are filled in.
  const features: Record<string, number> = {};
  const seen = emptyTransaction();
  const context: Record<string, unknown> = { features, transaction: seen, score: 0 };
  const version = `rules-${createHash('sha256').update(JSON.stringify(ordered)).digest('hex').slice(0, 10)}`;
  let count = 0;

  function time(rule: (typeof compiled)[number], started: number, until: number): void {
    const micros = (until - started) * 1000;
    rule.meanMicros = rule.timed === 0 ? micros : rule.meanMicros + NEWEST * (micros - rule.meanMicros);
    rule.timed++;
    if (rule.timed >= TIMED_BEFORE_SUSPENSION && rule.meanMicros > MAX_MEAN_MICROS) rule.suspended = true;
  }

  return {
    version,
    rules: ordered,
    errors,
    costs: () =>
      new Map(
        compiled.map(({ key, lastError, timed, meanMicros, suspended }) => [
          key,
          {
            errors: errors.get(key) ?? 0,
            lastError,
            meanMicros: timed > 0 ? meanMicros : undefined,
            suspended,
          },
        ]),
      ),
    evaluate(transaction, vector, score, nowMs) {
      if (compiled.length === 0) return NONE;
      for (let i = 0; i < positions.length; i++) features[names[i]] = vector[positions[i]];
      fillTransaction(seen, transaction);
      context.score = score;
      momentMs = nowMs;
      const timing = elapsedMs !== undefined && count++ % TIMED_EVERY === 0;
      let hits: RuleHit[] | undefined;
      for (const rule of compiled) {
        if (rule.suspended) continue;
        const started = timing ? elapsedMs() : 0;
        try {
          if (rule.program(context) === true) {
            hits ??= [];
            hits.push(rule.hit);
          }
        } catch (error) {
          errors.set(rule.key, (errors.get(rule.key) ?? 0) + 1);
          rule.lastError = (error as Error).message.split('\n')[0];
        }
        if (timing) time(rule, started, elapsedMs());
      }
      return hits ?? NONE;
    },
  };
}
