// Rules in service: compiled once, evaluated beside the model on every transaction. A rule that throws is contained: it
// does not hold, and is counted. One that goes over its budget, or keeps costing too much, is left out at once.
import { createHash } from 'node:crypto';
import type { RuleHit } from '../domain/decision.ts';
import { InputError } from '../domain/input-error.ts';
import type { Transaction } from '../domain/transaction.ts';
import { type Budget, BudgetExceeded, createBudget, RULE_LIMITS } from './budget.ts';
import { checkFiled, readsOf } from './check.ts';
import { emptyTransaction, fillTransaction, runningEnvironment } from './environment.ts';
import { meteredProgram, type Program } from './metering.ts';
import { ownView } from './own-fields.ts';
import { problemWords } from './problem-words.ts';
import { type Lookups, NO_LOOKUPS, type Rule } from './rule.ts';
import { namesOf, type Vocabulary } from './vocabulary.ts';

export type RuleCosts = {
  readonly errors: number;
  readonly lastError: string | undefined;
  /** Mean of those that were timed lately, each taken as a millisecond at most; undefined before the first. */
  readonly meanMicros: number | undefined;
  /** Why it is left out, where it is. */
  readonly suspended: string | undefined;
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
  /** Rules that are left out from the start, and why, by id and version. */
  readonly suspended?: ReadonlyMap<string, string>;
  /** Hears at once of a rule that is left out. */
  readonly onSuspended?: (rule: Rule, why: string) => void;
};

const NONE: readonly RuleHit[] = [];
/** Of a new version each of so many evaluations is timed, then one transaction in as many. */
const TIMED_EVERY = 64;
const MAX_MEAN_MICROS = 200;
/** A thread that was held up once says nothing of a rule. */
const MOST_COUNTED_MICROS = 1000;
const TIMED_BEFORE_SUSPENSION = 50;
/** Names whose fit a hit tells. */
const MAX_SCREENED_TOLD = 3;
/** The weight of the newest time in the mean. */
const NEWEST = 0.05;

export const ruleKey = ({ id, version }: Pick<Rule, 'id' | 'version'>): string => `${id} ${version}`;

/** Lookups that tell which names were screened, and how long that took. */
function watched(
  lookups: Lookups,
  elapsedMs: (() => number) | undefined,
  screened: (name: string, ms: number) => void,
): Lookups {
  return {
    list: (name) => lookups.list(name),
    sanctionMatch(name) {
      const started = elapsedMs?.() ?? 0;
      try {
        return lookups.sanctionMatch(name);
      } finally {
        screened(name, (elapsedMs?.() ?? 0) - started);
      }
    },
  };
}

type Compiled = {
  readonly rule: Rule;
  readonly key: string;
  readonly program: Program;
  readonly hit: RuleHit;
  lastError: string | undefined;
  /** How often it was timed. */
  timed: number;
  meanMicros: number;
  suspended: string | undefined;
};

function toCompiled(rule: Rule, program: Program, suspended: string | undefined): Compiled {
  const hit: RuleHit = {
    id: rule.id,
    version: rule.version,
    action: rule.action,
    priority: rule.priority,
    text: rule.text,
    ...(rule.mode === 'shadow' && { shadow: true }),
  };
  return {
    rule,
    key: ruleKey(rule),
    program,
    hit,
    lastError: undefined,
    timed: 0,
    meanMicros: 0,
    suspended,
  };
}

type Reads = {
  /** Features with their places in a vector. */
  readonly features: Map<string, number>;
  /** Own fields. */
  readonly attributes: Set<string>;
};

/** Adds what a rule reads. Throws InputError where the rule cannot be used. */
function noteReads({ id, expression }: Rule, vocabulary: Vocabulary, reads: Reads): void {
  const check = checkFiled(expression, undefined, vocabulary);
  if (!check.ok) throw new InputError(`Rule ${id}: ${check.message}`);
  const { features, attributes } = readsOf(expression, vocabulary);
  for (const [name, place] of namesOf(vocabulary).places)
    if (features.has(name)) reads.features.set(name, place);
  for (const path of attributes) reads.attributes.add(path);
}

function noteTime(one: Compiled, started: number, until: number): void {
  const micros = Math.min(MOST_COUNTED_MICROS, (until - started) * 1000);
  one.meanMicros = one.timed === 0 ? micros : one.meanMicros + NEWEST * (micros - one.meanMicros);
  one.timed++;
}

const isTooSlow = ({ timed, meanMicros, suspended }: Compiled): boolean =>
  timed >= TIMED_BEFORE_SUSPENSION && meanMicros > MAX_MEAN_MICROS && !suspended;

/** Whether a metered rule holds. Throws BudgetExceeded. */
function holdsWithin(budget: Budget, program: Program, context: Record<string, unknown>): boolean {
  budget.begin();
  try {
    return program.evaluate(context) === true;
  } catch (error) {
    if (!(error instanceof BudgetExceeded && error.of === 'milliseconds')) throw error;
    // The thread may have been held up by something else: what takes too long twice is the rule.
    budget.begin();
    return program.evaluate(context) === true;
  }
}

/** The hit of a rule that holds, with what the names fit that it screened. */
function hitOf({ hit }: Compiled, screened: ReadonlySet<string>, lookups: Lookups): RuleHit {
  if (screened.size === 0) return hit;
  const why = [...screened].flatMap((name) => lookups.sanctionReason?.(name) ?? []).join(' ');
  return why === '' ? hit : { ...hit, why };
}

const costsOf = (
  compiled: readonly Compiled[],
  errors: ReadonlyMap<string, number>,
): Map<string, RuleCosts> =>
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
  );

/** Compiles rules for a catalogue; throws InputError that names the rule when one cannot be used. */
export function compileRuleset(
  rules: readonly Rule[],
  vocabulary: Vocabulary,
  options: RulesetOptions = {},
): Ruleset {
  const { lookups = NO_LOOKUPS, elapsedMs, suspended, onSuspended } = options;
  let momentMs = 0;
  let screeningMs = 0;
  /** By the rule that is evaluated. */
  const screened = new Set<string>();
  // How long a screening takes is a matter of the lists, and of whoever chose the name: no rule is left out for it.
  const ownMs = elapsedMs && ((): number => elapsedMs() - screeningMs);
  const environment = runningEnvironment(
    watched(lookups, elapsedMs, (name, ms) => {
      screeningMs += ms;
      if (screened.size < MAX_SCREENED_TOLD) screened.add(name);
    }),
    () => momentMs,
  );
  const budget = createBudget(RULE_LIMITS, ownMs);
  function programOf({ id, expression }: Rule): Program {
    try {
      return meteredProgram(environment, expression, budget);
    } catch (error) {
      throw new InputError(`Rule ${id}: ${problemWords(error)}`);
    }
  }
  const ordered = [...rules].sort((a, b) => a.priority - b.priority || (a.id < b.id ? -1 : 1));
  const reads: Reads = { features: new Map(), attributes: new Set() };
  const compiled = ordered.map((rule): Compiled => {
    noteReads(rule, vocabulary, reads);
    return toCompiled(rule, programOf(rule), suspended?.get(ruleKey(rule)));
  });
  const names = [...reads.features.keys()];
  const positions = [...reads.features.values()];
  const own = ownView(namesOf(vocabulary).fields, reads.attributes);
  const errors = new Map<string, number>();
  // One context is used again for every transaction; only the features that rules read are filled in.
  const features: Record<string, number> = {};
  const seen = emptyTransaction();
  if (reads.attributes.size > 0) seen.attributes = own.attributes;
  const context: Record<string, unknown> = { features, transaction: seen, score: 0 };
  const version = `rules-${createHash('sha256').update(JSON.stringify(ordered)).digest('hex').slice(0, 10)}`;
  let count = 0;

  function suspend(one: Compiled, why: string): void {
    one.suspended = why;
    onSuspended?.(one.rule, why);
  }

  function fail(one: Compiled, error: unknown): void {
    errors.set(one.key, (errors.get(one.key) ?? 0) + 1);
    one.lastError = problemWords(error);
    if (error instanceof BudgetExceeded) suspend(one, one.lastError);
  }

  return {
    version,
    rules: ordered,
    errors,
    costs: () => costsOf(compiled, errors),
    evaluate(transaction, vector, score, nowMs) {
      if (compiled.length === 0) return NONE;
      for (let i = 0; i < positions.length; i++) features[names[i]] = vector[positions[i]];
      fillTransaction(seen, transaction);
      own.fill(transaction);
      context.score = score;
      momentMs = nowMs;
      const turn = count++ % TIMED_EVERY === 0;
      let hits: RuleHit[] | undefined;
      for (const one of compiled) {
        if (one.suspended !== undefined) continue;
        const timing = ownMs !== undefined && (turn || one.timed < TIMED_EVERY);
        const started = timing ? ownMs() : 0;
        if (screened.size > 0) screened.clear();
        try {
          const { metered, evaluate } = one.program;
          if (metered ? holdsWithin(budget, one.program, context) : evaluate(context) === true) {
            hits ??= [];
            hits.push(hitOf(one, screened, lookups));
          }
        } catch (error) {
          fail(one, error);
        }
        if (timing) {
          noteTime(one, started, ownMs());
          if (isTooSlow(one))
            suspend(
              one,
              `It takes ${Math.round(one.meanMicros)} µs on average; at most ${MAX_MEAN_MICROS} are allowed.`,
            );
        }
      }
      return hits ?? NONE;
    },
  };
}
