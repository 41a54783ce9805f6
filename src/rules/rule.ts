// A rule: an expression in CEL, and what follows when it holds.
import type { RuleAction } from '../domain/decision.ts';

export type Rule = {
  readonly id: string;
  readonly version: number;
  /** CEL over `features`, `transaction` and `score`; holds when it is true. */
  readonly expression: string;
  readonly action: RuleAction;
  /** What an analyst reads where it holds. */
  readonly text: string;
  /** 1 is the most important. */
  readonly priority: number;
  /** A shadow rule is evaluated and told, and changes nothing. */
  readonly mode: 'live' | 'shadow';
};

/** In service at once, live and shadow; a transaction pays for each. */
export const MAX_RULES = 200;

/** What rules can ask besides: lists and names, kept outside of them. */
export type Lookups = {
  /** Undefined where there is no such list. */
  list(name: string): ListLookup | undefined;
  /** 0 to 1: how well the best fitting name of the imported sanctions lists fits. */
  sanctionMatch(name: string): number;
  /** What that name is, and why it fits; undefined where none does. Not asked where nobody reads it. */
  sanctionReason?(name: string): string | undefined;
};
export type ListLookup = { has(value: string, nowMs: number): boolean };

export const NO_LOOKUPS: Lookups = { list: () => undefined, sanctionMatch: () => 0 };
