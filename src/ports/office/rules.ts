// Every version of every rule, with its state and who moved it there.
import type { RuleState } from '../../domain/rule.ts';
import type { Rule } from '../../rules/rule.ts';
import type { AuditEntry } from './audit.ts';

export type FiledRule = Omit<Rule, 'mode'> & {
  readonly state: RuleState;
  readonly author: string;
  /** Whoever wrote it may not put it into service where two are asked for. */
  readonly authorId: string;
  readonly createdAtMs: number;
  readonly movedBy: string | undefined;
  readonly movedAtMs: number | undefined;
};

export type RuleDraft = Pick<FiledRule, 'id' | 'expression' | 'action' | 'text' | 'priority'>;

/**
 * **Contract**
 * - RULE1 A version is what was filed; a draft that is written anew is the next version.
 * - RULE2 A rule has one draft, one shadow and one live version at most: whoever comes retires the one before.
 * - RULE3 A version is moved from the state that was named, or not at all: of two people at once one is heard.
 * - RULE4 The revision moves with each move, and not with a draft that is filed.
 * - RULE5 The rules of a new installation are filed where there are none, and in service.
 *
 * **Caller invariants**
 * - An expression was checked (R3) before it is filed; who may move it is looked at before (O13).
 */
export type RuleBook = {
  /** Every version, newest first within a rule. */
  rules(): Promise<readonly FiledRule[]>;
  find(id: string, version: number): Promise<FiledRule | undefined>;
  /** Files a new version as a draft and gives its number; a draft of the same rule that nobody moved yet becomes that version. */
  file(draft: RuleDraft, entry: AuditEntry): Promise<number>;
  /**
   * Moves a version; what held that state before makes room: the live version of the same rule is retired, a shadow one
   * too. False when it was not in `from` any more.
   */
  move(id: string, version: number, from: RuleState, to: RuleState, entry: AuditEntry): Promise<boolean>;
  /** Moves with each change of what is in service. */
  revision(): Promise<number>;
  inService(): Promise<readonly Rule[]>;
  /** Files the rules of a new installation, in service; nothing where there are any already. */
  fileStarter(rules: readonly Rule[], atMs: number): Promise<void>;
};
