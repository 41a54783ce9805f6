// All that belongs to a case, as whoever asks sees it.
import type { Case } from '../../domain/case.ts';
import type { Sight } from '../../domain/sight.ts';
import type { Office } from '../../ports/office/office.ts';
import type { CaseFile } from '../../protocol/cases.ts';
import { alertMessage, historyMessage, notesMessage } from '../alerts/alert-messages.ts';
import { caseMessage, tasksMessage } from './case-messages.ts';

const MAX_HISTORY = 200;

export async function caseFile(
  { cases, alerts, notes, audit, settings }: Office,
  found: Case,
  sight: Sight,
): Promise<CaseFile> {
  const subject = `case ${found.id}`;
  const [ids, tasks, said, lines, { fourEyesCases }] = await Promise.all([
    cases.alertIds(found.id),
    cases.tasks(found.id),
    notes.notes(subject),
    audit.lines({ subject }, MAX_HISTORY),
    settings.read(),
  ]);
  const belonging = await Promise.all(ids.map((id) => alerts.find(id)));
  return {
    case: caseMessage(found, sight),
    fourEyes: fourEyesCases,
    alerts: belonging.flatMap((alert) => (alert ? [alertMessage(alert, sight)] : [])),
    tasks: tasksMessage(tasks, sight),
    notes: notesMessage(said, sight),
    history: historyMessage(lines, sight),
  };
}
