// Coming in and going out: sign-in, one-time links, passwords.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import type { Clock } from '../../ports/clock.ts';
import type { Office } from '../../ports/office/office.ts';
import type { User } from '../../ports/office/people.ts';
import { Identifier, Line, Secret } from '../../protocol/fields.ts';
import { type Access, actorOf, entryOf } from '../access/access.ts';
import { SESSION_COOKIE, SESSION_MAX_MS } from '../access/actors.ts';
import { hashPassword, isPassword, newToken, passwordQueue, tokenHash } from '../access/secrets.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { ProblemSchema } from '../schemas.ts';
import { isId, nameProblem, normalId } from './names.ts';
import { MAX_PASSWORD, passwordProblem } from './passwords.ts';
import { createTries } from './tries.ts';

/** Of one address: an office behind it comes in at nine. Guesses are bounded by name and place (tries.ts). */
const SIGN_INS_A_MINUTE = 100;
const MAX_WAITING = 50;

const id = Identifier(200, { description: 'E-mail address or short name' });
const password = Secret(MAX_PASSWORD);
const SignInBody = Type.Object({ id, password }, { additionalProperties: false });
const WelcomeQuery = Type.Object({ token: Identifier(100) }, { additionalProperties: false });
const WelcomeBody = Type.Object(
  {
    token: Identifier(100),
    id: Type.Optional(id),
    name: Type.Optional(Line(100)),
    password,
  },
  { additionalProperties: false },
);
const PasswordBody = Type.Object({ current: password, next: password }, { additionalProperties: false });

export type SignIn = {
  /** Starts a session for somebody who has proved who they are; `forgive` is the place whose tries a right password takes back. */
  admit(
    request: FastifyRequest,
    reply: FastifyReply,
    user: User,
    how: string,
    forgive?: string,
  ): Promise<void>;
};

export function signInRoutes(
  app: FastifyInstance,
  office: Office,
  clock: Clock,
  access: Access,
  oidcName: string | undefined,
): SignIn {
  const { people } = office;
  const tags = ['Access'];
  const tries = createTries(office, clock);

  function cookie(request: FastifyRequest, reply: FastifyReply, value: string, maxAgeMs: number): void {
    reply.setCookie(SESSION_COOKIE, value, {
      path: '/',
      httpOnly: true,
      sameSite: 'strict',
      secure: request.protocol === 'https',
      maxAge: maxAgeMs / 1000,
    });
  }

  async function admit(
    request: FastifyRequest,
    reply: FastifyReply,
    user: User,
    how: string,
    forgive?: string,
  ): Promise<void> {
    const token = newToken();
    cookie(request, reply, token, SESSION_MAX_MS);
    const deviceHash = await tries.remember(request, reply);
    const now = clock.nowMs();
    await people.signedIn(user.id, { tokenHash: tokenHash(token), deviceHash, forgive }, now, {
      atMs: now,
      actor: { kind: 'person', id: user.id, name: user.name },
      action: 'signed in',
      subject: `person ${user.id}`,
      detail: { how, address: request.ip },
    });
  }

  /** One more hash takes its place in a queue: beyond a bound nobody is made to wait, and nothing is counted. */
  const busy = (reply: FastifyReply): FastifyReply | undefined =>
    passwordQueue() <= MAX_WAITING
      ? undefined
      : sendProblem(reply, 503, 'Busy', 'Too many people sign in at once. Try again in a few seconds.');

  function locked(reply: FastifyReply, seconds: number): FastifyReply {
    reply.header('retry-after', String(seconds));
    return sendProblem(reply, 429, 'Locked', `Too many wrong tries. Try again in ${seconds} seconds.`);
  }

  app.get(
    '/v1/me',
    { config: { permission: 'anyone' }, schema: { summary: 'Who is signed in, and may do what', tags } },
    async (request) => {
      const actor = await access.whoIs(request);
      return {
        signInNeeded: await access.signInNeeded(),
        oidc: oidcName ?? null,
        actor: actor
          ? { kind: actor.kind, id: actor.id, name: actor.name, permissions: [...actor.permissions] }
          : null,
      };
    },
  );

  app.post<{ Body: Static<typeof SignInBody> }>(
    '/v1/sign-in',
    {
      config: { permission: 'anyone', rateLimit: { max: SIGN_INS_A_MINUTE, timeWindow: 60_000 } },
      schema: {
        summary: 'Sign in with a password',
        description:
          'Answers with a session in a cookie. Five wrong tries from one place lock it for this name for a while.',
        tags,
        body: SignInBody,
        response: { 401: ProblemSchema, 429: ProblemSchema, 503: ProblemSchema },
      },
    },
    async (request, reply) => {
      const waits = busy(reply);
      if (waits) return waits;
      const who = normalId(request.body.id);
      const tried = await tries.check(request, who, async () => {
        const found = await people.credentials(who);
        return isPassword(request.body.password, found?.passwordHash);
      });
      if (tried.kind === 'wait') return locked(reply, tried.seconds);
      const user = tried.kind === 'right' ? await people.user(who) : undefined;
      if (tried.kind === 'wrong' || !user) {
        return sendProblem(reply, 401, 'Not signed in', 'That name and password do not go together.');
      }
      await admit(request, reply, user, 'password', tried.source);
      return { id: user.id, name: user.name };
    },
  );

  app.post(
    '/v1/sign-out',
    { config: { permission: 'anyone' }, schema: { summary: 'End this session', tags } },
    async (request, reply) => {
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
      cookie(request, reply, '', 0);
      return { signedOut: true };
    },
  );

  app.get<{ Querystring: Static<typeof WelcomeQuery> }>(
    '/v1/welcome',
    {
      config: { permission: 'anyone', rateLimit: { max: 60, timeWindow: 60_000 } },
      schema: {
        summary: 'Whom a one-time link is for',
        tags,
        querystring: WelcomeQuery,
        response: { 404: ProblemSchema },
      },
    },
    async (request, reply) => {
      const link = await people.link(tokenHash(request.query.token), clock.nowMs());
      if (!link) return usedUp(reply);
      const user = link.userId === undefined ? undefined : await people.user(link.userId);
      return { first: link.userId === undefined, id: user?.id ?? null, name: user?.name ?? null };
    },
  );

  const usedUp = (reply: FastifyReply): FastifyReply =>
    sendProblem(
      reply,
      404,
      'Not found',
      'This link was used, replaced or has expired. An administrator can make a new one; the first one is in the terminal of the desk.',
    );

  app.post<{ Body: Static<typeof WelcomeBody> }>(
    '/v1/welcome',
    {
      config: { permission: 'anyone', rateLimit: { max: SIGN_INS_A_MINUTE, timeWindow: 60_000 } },
      schema: {
        summary: 'Use a one-time link: set a password and sign in',
        description: 'The first link, in the terminal of the desk, makes the first administrator.',
        tags,
        body: WelcomeBody,
        response: { 400: ProblemSchema, 404: ProblemSchema, 503: ProblemSchema },
      },
    },
    async (request, reply) => {
      const waits = busy(reply);
      if (waits) return waits;
      const { token, password: next } = request.body;
      const hash = tokenHash(token);
      const link = await people.link(hash, clock.nowMs());
      if (!link) return usedUp(reply);
      const who = link.userId ?? normalId(request.body.id ?? '');
      if (!isId(who)) {
        return sendProblem(reply, 400, 'Bad request', 'Sign in with an e-mail address or a short name.');
      }
      const isFirst = link.userId === undefined;
      const name = isFirst ? request.body.name?.trim() || who : ((await people.user(who))?.name ?? who);
      const problem =
        (isFirst ? nameProblem(who, name, await people.users()) : undefined) ??
        passwordProblem(next, { id: who, name });
      if (problem) return sendProblem(reply, 400, 'Bad request', problem);
      const passwordHash = await hashPassword(next);
      const entry = {
        atMs: clock.nowMs(),
        actor: { kind: 'person' as const, id: who, name: who },
        action: isFirst ? 'became the first administrator' : 'set a password by link',
        subject: `person ${who}`,
      };
      const used = isFirst
        ? await people.takeFirstLink(hash, { id: who, name, passwordHash }, entry)
        : await people.takeLink(hash, passwordHash, entry);
      if (!used) return usedUp(reply);
      access.forget();
      const user = await people.user(who);
      if (!user || user.disabled) return usedUp(reply);
      await admit(request, reply, user, 'one-time link');
      return { id: user.id, name: user.name };
    },
  );

  app.post<{ Body: Static<typeof PasswordBody> }>(
    '/v1/password',
    {
      config: { permission: 'read', rateLimit: { max: SIGN_INS_A_MINUTE, timeWindow: 60_000 } },
      schema: {
        summary: 'Change one’s own password',
        description: 'Ends every session of the person, this one too.',
        tags,
        body: PasswordBody,
        response: { 400: ProblemSchema, 409: ProblemSchema, 429: ProblemSchema, 503: ProblemSchema },
      },
    },
    async (request, reply) => {
      const actor = actorOf(request);
      if (actor.kind !== 'person') {
        return sendProblem(reply, 409, 'Conflict', `${actor.name} has no password.`);
      }
      const waits = busy(reply);
      if (waits) return waits;
      const problem = passwordProblem(request.body.next, actor);
      if (problem) return sendProblem(reply, 400, 'Bad request', problem);
      const tried = await tries.check(request, actor.id, async () => {
        const found = await people.credentials(actor.id);
        return isPassword(request.body.current, found?.passwordHash);
      });
      if (tried.kind === 'wait') return locked(reply, tried.seconds);
      if (tried.kind === 'wrong') {
        return sendProblem(reply, 400, 'Bad request', 'The password of now is not right.');
      }
      await people.setPassword(
        actor.id,
        await hashPassword(request.body.next),
        entryOf(request, clock, 'changed the password', `person ${actor.id}`),
      );
      access.forget();
      return { changed: true };
    },
  );
  return { admit };
}
