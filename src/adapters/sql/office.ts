// The office in the database, the same in the process and on a server.
import type { Office } from '../../ports/office/office.ts';
import { createAlerts } from './alerts.ts';
import { createAuditTrail } from './audit.ts';
import { createCases } from './cases.ts';
import { createCatalogueBook } from './catalogue.ts';
import { createDeadLetters } from './dead-letters.ts';
import { createDeskSecrets } from './desk-secrets.ts';
import { createErasures } from './erasures.ts';
import { createFileImports } from './file-imports.ts';
import { createLinks } from './links.ts';
import { createListStore } from './lists.ts';
import { createNotes } from './notes.ts';
import { createNotifications } from './notifications.ts';
import { createObservedFields } from './observed-fields.ts';
import { createPastRows } from './past-rows.ts';
import { createPeople } from './people.ts';
import { createProposals } from './proposals.ts';
import { createRateStore } from './rates.ts';
import { createRuleBook } from './rules.ts';
import type { SqlSession } from './session.ts';
import { createSettings } from './settings.ts';
import type { RowNumbers } from './store-decision.ts';
import { createViews } from './views.ts';

export type Apart = {
  /** For what every request waits for: who is asking. */
  readonly access?: SqlSession;
  /** For what looks through much. */
  readonly reads?: SqlSession;
};

export function createOffice(
  session: SqlSession,
  numbers: RowNumbers = 'log',
  { access = session, reads = session }: Apart = {},
): Office {
  return {
    people: createPeople(access),
    audit: createAuditTrail(session, reads),
    alerts: createAlerts(session, reads),
    notes: createNotes(session),
    links: createLinks(reads),
    views: createViews(session),
    cases: createCases(session, reads),
    notifications: createNotifications(session),
    rules: createRuleBook(session),
    catalogue: createCatalogueBook(session),
    observedFields: createObservedFields(session),
    fileImports: createFileImports(session),
    past: createPastRows(reads),
    lists: createListStore(session, reads),
    settings: createSettings(session),
    rates: createRateStore(session),
    proposals: createProposals(session),
    deadLetters: createDeadLetters(session, numbers),
    secrets: createDeskSecrets(session),
    erasures: createErasures(session, reads),
  };
}
