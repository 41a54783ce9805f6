// What the address says of the audit trail: whose lines, and on what.
import { searchOf, text } from '../kit/search.ts';

export const auditSearch = searchOf((given) => ({ who: text(given.who), subject: text(given.subject) }));
