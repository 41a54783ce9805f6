// The office in the database, the same in the process and on a server.
import type { Office } from '../../ports/office.ts';
import { createAlertQueue } from './alert-queue.ts';
import { createAuditTrail } from './audit.ts';
import { createCases } from './cases.ts';
import { createDeadLetters } from './dead-letters.ts';
import { createDeskSecrets } from './desk-secrets.ts';
import { createLinks } from './links.ts';
import { createListStore } from './list-store.ts';
import { createNotes } from './notes.ts';
import { createNotifications } from './notifications.ts';
import { createPastRows } from './past-rows.ts';
import { createPeople } from './people.ts';
import { createProposals } from './proposals.ts';
import { createRuleBook } from './rule-book.ts';
import type { SqlSession } from './session.ts';
import { createSettings } from './settings.ts';
import type { RowNumbers } from './store-decision.ts';
import { createViews } from './views.ts';

export function createOffice(session: SqlSession, numbers: RowNumbers = 'log'): Office {
  return {
    people: createPeople(session),
    audit: createAuditTrail(session),
    alerts: createAlertQueue(session),
    notes: createNotes(session),
    links: createLinks(session),
    views: createViews(session),
    cases: createCases(session),
    notifications: createNotifications(session),
    rules: createRuleBook(session),
    past: createPastRows(session),
    lists: createListStore(session),
    settings: createSettings(session),
    proposals: createProposals(session),
    deadLetters: createDeadLetters(session, numbers),
    secrets: createDeskSecrets(session),
  };
}
