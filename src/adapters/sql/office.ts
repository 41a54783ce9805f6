// The office in the database, the same in the process and on a server.
import type { Office } from '../../ports/office.ts';
import { createAuditTrail } from './audit.ts';
import { createPeople } from './people.ts';
import type { SqlSession } from './session.ts';

export function createOffice(session: SqlSession): Office {
  return { people: createPeople(session), audit: createAuditTrail(session) };
}
