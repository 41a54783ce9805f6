// Cases with their alerts and tasks. Every change names the version that was seen.
import type { Case, CaseChange, CaseStatus, CaseTask } from '../../domain/case.ts';
import type { AuditEntry } from './audit.ts';

/**
 * **Contract**
 * - CASE1 A case is changed where it is as it was seen and its status allows it: of two people at once one is heard.
 * - CASE2 An alert belongs to one case at most: one that has another stays there.
 * - CASE3 Lists are newest first, and go on below the last one.
 * - CASE4 A task is done, or open again, once: whoever says the same again changes nothing.
 *
 * **Caller invariants**
 * - Whoever closes a case has looked that its tasks are done and, where two people are asked for, is the second (C2).
 */
export type Cases = {
  /** Newest first; `before` is the last id of the page before. */
  list(status: CaseStatus | undefined, before: number | undefined, limit: number): Promise<readonly Case[]>;
  find(id: number): Promise<Case | undefined>;
  open(
    title: string,
    by: { id: string; name: string },
    alertIds: readonly number[],
    entry: AuditEntry,
  ): Promise<number>;
  /** False when the case is not as it was seen any more. */
  change(id: number, version: number, change: CaseChange, entry: AuditEntry): Promise<boolean>;
  /** Alerts that belong to another case stay there; gives the ids that were added. */
  addAlerts(id: number, alertIds: readonly number[], entry: AuditEntry): Promise<readonly number[]>;
  removeAlert(id: number, alertId: number, entry: AuditEntry): Promise<boolean>;
  alertIds(id: number): Promise<readonly number[]>;
  tasks(id: number): Promise<readonly CaseTask[]>;
  addTask(id: number, text: string, entry: AuditEntry): Promise<void>;
  setTask(id: number, taskId: number, done: boolean, entry: AuditEntry): Promise<boolean>;
};
