// What people work with beside the stream of decisions: accounts of their own, the audit trail.
import type { AuditTrail } from './audit.ts';
import type { People } from './people.ts';

export type Office = {
  readonly people: People;
  readonly audit: AuditTrail;
};
