// Sessions of browsers: how one begins and ends.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../ports/clock.ts';
import type { People, User } from '../../ports/office/people.ts';
import type { Access } from '../access/access.ts';
import { SESSION_COOKIE, SESSION_MAX_MS } from '../access/actors.ts';
import { newToken, tokenHash } from '../access/secrets.ts';
import type { Tries } from './tries.ts';

export type Sessions = {
  /** Starts a session for somebody who has proved who they are; `forgive` is the place whose tries a right password takes back. */
  admit(
    request: FastifyRequest,
    reply: FastifyReply,
    user: User,
    how: string,
    forgive?: string,
  ): Promise<void>;
  /** Ends the session of a request, where it has one. */
  end(request: FastifyRequest, reply: FastifyReply): Promise<void>;
};

function setSession(request: FastifyRequest, reply: FastifyReply, value: string, maxAgeMs: number): void {
  reply.setCookie(SESSION_COOKIE, value, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: request.protocol === 'https',
    maxAge: maxAgeMs / 1000,
  });
}

export const createSessions = (people: People, clock: Clock, access: Access, tries: Tries): Sessions => ({
  async admit(request, reply, user, how, forgive) {
    const token = newToken();
    setSession(request, reply, token, SESSION_MAX_MS);
    const deviceHash = await tries.remember(request, reply);
    const now = clock.nowMs();
    await people.signedIn(user.id, { tokenHash: tokenHash(token), deviceHash, forgive }, now, {
      atMs: now,
      actor: { kind: 'person', id: user.id, name: user.name },
      action: 'signed in',
      subject: `person ${user.id}`,
      detail: { how, address: request.ip },
    });
  },
  async end(request, reply) {
    const token = request.cookies[SESSION_COOKIE];
    const actor = await access.whoIs(request);
    if (token && actor?.kind === 'person') {
      await people.endSession(tokenHash(token), {
        atMs: clock.nowMs(),
        actor,
        action: 'signed out',
        subject: `person ${actor.id}`,
      });
      access.forget();
    }
    setSession(request, reply, '', 0);
  },
});
