// What all ways in need: who there is, what was tried, and the sessions that begin.
import type { Clock } from '../../ports/clock.ts';
import type { Office } from '../../ports/office/office.ts';
import type { Access } from '../access/access.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { createTries, type Tries } from './tries.ts';

export type Door = {
  readonly office: Office;
  readonly clock: Clock;
  readonly access: Access;
  readonly tries: Tries;
  readonly sessions: Sessions;
};

export function createDoor(office: Office, clock: Clock, access: Access): Door {
  const tries = createTries(office, clock);
  return { office, clock, access, tries, sessions: createSessions(office.people, clock, access, tries) };
}
