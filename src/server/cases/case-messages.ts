// Cases and their tasks as the API tells them to whom may see what.
import type { CaseTask, Case as KeptCase } from '../../domain/case.ts';
import { isoTime } from '../../domain/iso-time.ts';
import type { Sight } from '../../domain/sight.ts';
import type { Case, CaseTask as TaskMessage } from '../../protocol/cases.ts';
import { textSeen } from '../access/office-seen.ts';
import { timeOrNull } from '../edge/unknown.ts';

export function caseMessage(found: KeptCase, sight: Sight): Case {
  return {
    id: found.id,
    title: textSeen(found.title, sight) ?? `Case ${found.id}`,
    status: found.status,
    narrative: textSeen(found.narrative, sight),
    outcome: found.outcome ?? null,
    assignee: found.assignee ?? null,
    openedBy: found.openedBy,
    openedAt: isoTime(found.openedAtMs),
    proposedBy: found.proposedBy ?? null,
    closedBy: found.closedBy ?? null,
    closedAt: timeOrNull(found.closedAtMs),
    alerts: found.alerts,
    tasksOpen: found.tasksOpen,
    version: found.version,
  };
}

export const tasksMessage = (tasks: readonly CaseTask[], sight: Sight): TaskMessage[] =>
  tasks.map(({ id, text, done, who, atMs }) => ({
    id,
    text: textSeen(text, sight),
    done,
    who,
    at: isoTime(atMs),
  }));
