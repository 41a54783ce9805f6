// What people work with beside the stream of decisions: accounts of their own, the audit trail.

import type { PastRows } from '../past-rows.ts';
import type { Alerts } from './alerts.ts';
import type { AuditTrail } from './audit.ts';
import type { Cases } from './cases.ts';
import type { CatalogueBook } from './catalogue.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { DeskSecrets } from './desk-secrets.ts';
import type { Erasures } from './erasures.ts';
import type { FileImports } from './file-imports.ts';
import type { Links } from './links.ts';
import type { ListStore } from './lists.ts';
import type { Notes } from './notes.ts';
import type { Notifications } from './notifications.ts';
import type { ObservedFields } from './observed-fields.ts';
import type { People } from './people.ts';
import type { Proposals } from './proposals.ts';
import type { RateStore } from './rates.ts';
import type { RuleBook } from './rules.ts';
import type { Settings } from './settings.ts';
import type { Views } from './views.ts';

/**
 * **Contract**
 * - OFFICE1 A change by somebody and its line of the audit trail are one: where the line cannot be written, nothing is changed.
 * - OFFICE2 A change that was refused has no line.
 *
 * Rates and names come in bit by bit before they count; their line is one with the step that makes them count.
 *
 * **Caller invariants**
 * - Whoever is asking was let in, and may do it: the office looks at versions and states, not at permissions.
 * - Texts are of their kind and bounded (A8), identifiers in their one form (T11), card numbers tokens (T5).
 */
export type Office = {
  readonly people: People;
  readonly audit: AuditTrail;
  readonly alerts: Alerts;
  readonly notes: Notes;
  readonly links: Links;
  readonly views: Views;
  readonly cases: Cases;
  readonly notifications: Notifications;
  readonly rules: RuleBook;
  readonly catalogue: CatalogueBook;
  readonly observedFields: ObservedFields;
  readonly fileImports: FileImports;
  readonly past: PastRows;
  readonly lists: ListStore;
  readonly settings: Settings;
  readonly rates: RateStore;
  readonly proposals: Proposals;
  readonly deadLetters: DeadLetters;
  readonly secrets: DeskSecrets;
  readonly erasures: Erasures;
};
