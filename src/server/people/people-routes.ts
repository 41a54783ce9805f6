// Managing people: inviting them, what they may do, shutting them out.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { isoTime } from '../../domain/iso-time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Office } from '../../ports/office/office.ts';
import type { People } from '../../ports/office/people.ts';
import {
  changeRoles,
  invitePerson,
  listPeople,
  makePersonLink,
  type PersonLink,
  shutOutPerson,
} from '../../protocol/people.ts';
import { type Access, entryOf } from '../access/access.ts';
import { newToken, tokenHash } from '../access/secrets.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { type RequestOf, serve } from '../edge/serve.ts';
import { nameProblem, normalId } from '../sign-in/names.ts';
import { personMessage } from './messages.ts';

const LINK_MS = 72 * 3_600_000;

const nobody = (reply: FastifyReply, id: string): FastifyReply =>
  sendProblem(reply, 404, 'Not found', `There is nobody called ${id}.`);
const conflict = (reply: FastifyReply, detail: string): FastifyReply =>
  sendProblem(reply, 409, 'Conflict', detail);
const isLast = (reply: FastifyReply, id: string): FastifyReply =>
  conflict(
    reply,
    `${id} is the last administrator who can sign in. Make another one first, and let them come in once.`,
  );

async function linkFor(people: People, id: string, nowMs: number): Promise<PersonLink> {
  const token = newToken();
  const expiresAtMs = nowMs + LINK_MS;
  await people.addLink(tokenHash(token), id, expiresAtMs);
  return { id, link: { path: `/welcome?token=${token}`, expiresAt: isoTime(expiresAtMs) } };
}

async function invite(
  request: RequestOf<typeof invitePerson>,
  reply: FastifyReply,
  people: People,
  clock: Clock,
  access: Access,
) {
  const { roles } = request.body;
  const id = normalId(request.body.id);
  const name = request.body.name.trim();
  const taken = `${id} has an account already.`;
  const all = await people.users();
  if (all.some((user) => user.id === id)) return conflict(reply, taken);
  const problem = nameProblem(id, name, all);
  if (problem) return sendProblem(reply, 400, 'Bad request', problem);
  const entry = entryOf(request, clock, 'invited', `person ${id}`, { roles });
  if (!(await people.addUser({ id, name, roles }, entry))) {
    return conflict(
      reply,
      (await people.user(id))
        ? taken
        : 'The first account must be an administrator’s: from then on everybody signs in, and somebody has to let the others in.',
    );
  }
  access.forget();
  return linkFor(people, id, clock.nowMs());
}

export function peopleRoutes(app: FastifyInstance, office: Office, clock: Clock, access: Access): void {
  const { people, audit } = office;

  serve(app, listPeople, async () => ({ people: (await people.users()).map(personMessage) }));

  serve(app, invitePerson, (request, reply) => invite(request, reply, people, clock, access));

  serve(app, makePersonLink, async (request, reply) => {
    const { id } = request.params;
    if (!(await people.user(id))) return nobody(reply, id);
    const made = await linkFor(people, id, clock.nowMs());
    await audit.append(entryOf(request, clock, 'made a link', `person ${id}`));
    return made;
  });

  serve(app, changeRoles, async (request, reply) => {
    const { id } = request.params;
    const { roles } = request.body;
    const user = await people.user(id);
    if (!user) return nobody(reply, id);
    const detail = { from: user.roles, to: roles };
    const entry = entryOf(request, clock, 'changed roles', `person ${id}`, detail);
    if (!(await people.setRoles(id, roles, entry))) return isLast(reply, id);
    access.forget();
    return { id, roles };
  });

  serve(app, shutOutPerson, async (request, reply) => {
    const { id } = request.params;
    const { disabled } = request.body;
    if (!(await people.user(id))) return nobody(reply, id);
    const entry = entryOf(request, clock, disabled ? 'shut out' : 'let in again', `person ${id}`);
    if (!(await people.setDisabled(id, disabled, entry))) return isLast(reply, id);
    access.forget();
    return { id, disabled };
  });
}
