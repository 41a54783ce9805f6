// What other rooms show of the audit trail.
export { AuditTrail } from './audit-trail.tsx';
