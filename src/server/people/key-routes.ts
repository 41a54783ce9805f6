// API keys over HTTP: what services may do, and until when.
import type { FastifyInstance } from 'fastify';
import { personBehind } from '../../domain/access.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Office } from '../../ports/office/office.ts';
import type { People } from '../../ports/office/people.ts';
import { listKeys, makeKey, revokeKey } from '../../protocol/people.ts';
import { type Access, actorOf, entryOf } from '../access/access.ts';
import { newKeyId, newToken, tokenHash } from '../access/secrets.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { type RequestOf, serve } from '../edge/serve.ts';
import { timeOrNull } from '../edge/unknown.ts';
import { keyMessage } from './messages.ts';

const DAY_MS = 86_400_000;

async function make(request: RequestOf<typeof makeKey>, people: People, clock: Clock) {
  const { permissions, expiresInDays } = request.body;
  const name = request.body.name.trim();
  const actor = actorOf(request);
  const id = newKeyId();
  // What stands between the parts of a key is in none of them.
  const secret = newToken().replaceAll('_', '-');
  const createdAtMs = clock.nowMs();
  const expiresAtMs = expiresInDays === undefined ? undefined : createdAtMs + expiresInDays * DAY_MS;
  await people.addKey(
    {
      id,
      name,
      permissions,
      createdBy: actor.name,
      ownerId: personBehind(actor),
      createdAtMs,
      expiresAtMs,
    },
    tokenHash(secret),
    entryOf(request, clock, 'made a key', `key ${id}`, { name, permissions }),
  );
  return { id, key: `gk_${id}_${secret}`, expiresAt: timeOrNull(expiresAtMs) };
}

export function keyRoutes(app: FastifyInstance, office: Office, clock: Clock, access: Access): void {
  const { people } = office;

  serve(app, listKeys, async () => ({ keys: (await people.keys()).map(keyMessage) }));

  serve(app, makeKey, (request) => make(request, people, clock));

  serve(app, revokeKey, async (request, reply) => {
    const { id } = request.params;
    const revoked = await people.revokeKey(id, entryOf(request, clock, 'revoked a key', `key ${id}`));
    if (!revoked) return sendProblem(reply, 404, 'Not found', `There is no key ${id} that still works.`);
    access.forget();
    return { id, revoked };
  });
}
