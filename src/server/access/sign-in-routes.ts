// Coming in and going out: sign-in, one-time links, passwords.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import type { Actor } from '../../domain/access.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Office } from '../../ports/office.ts';
import type { User } from '../../ports/people.ts';
import { Identifier, Line, Secret } from '../field-schema.ts';
import { sendProblem } from '../problem-details.ts';
import { ProblemSchema } from '../schemas.ts';
import { type Access, actorOf, entryOf, SESSION_COOKIE, SESSION_MAX_MS } from './access.ts';
import { hashPassword, isPassword, newToken, passwordProblem, passwordQueue, tokenHash } from './secrets.ts';

const FREE_FAILURES = 5;
const FIRST_LOCK_MS = 30_000;
const LONGEST_LOCK_MS = 15 * 60_000;
const SIGN_INS_A_MINUTE = 20;
const MAX_WAITING = 50;
const MAX_REMEMBERED = 10_000;

const id = Identifier(200, { description: 'E-mail address or short name' });
const password = Secret(1000);
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

export const normalId = (text: string): string => text.trim().normalize('NFKC').toLowerCase();
/** A short name or an e-mail address. */
export const isId = (text: string): boolean => /^[\p{L}\p{N}][\p{L}\p{N}._+@-]{1,199}$/u.test(text);

export type SignIn = {
  /** Starts a session for somebody who has proved who they are. */
  admit(request: FastifyRequest, reply: FastifyReply, user: User, how: string): Promise<void>;
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
  /** Wrong tries for names that nobody has: they are treated as if somebody had. */
  const strangers = new Map<string, { failures: number; lockedUntilMs: number | undefined }>();
  const anonymous = (name: string): Pick<Actor, 'kind' | 'id' | 'name'> => ({
    kind: 'person',
    id: name,
    name,
  });

  function cookie(request: FastifyRequest, reply: FastifyReply, value: string, maxAgeMs: number): void {
    reply.setCookie(SESSION_COOKIE, value, {
      path: '/',
      httpOnly: true,
      sameSite: 'strict',
      secure: request.protocol === 'https',
      maxAge: maxAgeMs / 1000,
    });
  }

  async function admit(request: FastifyRequest, reply: FastifyReply, user: User, how: string): Promise<void> {
    const token = newToken();
    const now = clock.nowMs();
    await people.signedIn(user.id, tokenHash(token), now, {
      atMs: now,
      actor: { kind: 'person', id: user.id, name: user.name },
      action: 'signed in',
      subject: `person ${user.id}`,
      detail: { how, address: request.ip },
    });
    cookie(request, reply, token, SESSION_MAX_MS);
  }

  const lockAfter = (failures: number): number | undefined =>
    failures < FREE_FAILURES
      ? undefined
      : clock.nowMs() + Math.min(LONGEST_LOCK_MS, FIRST_LOCK_MS * 2 ** (failures - FREE_FAILURES));

  async function countFailure(request: FastifyRequest, who: string, failures: number): Promise<void> {
    const lockedUntilMs = lockAfter(failures);
    const known = await people.credentials(who);
    const entry = {
      atMs: clock.nowMs(),
      actor: anonymous(who),
      action: lockedUntilMs === undefined ? 'failed to sign in' : 'was locked out',
      subject: `person ${who}`,
      detail: { address: request.ip, failures },
    };
    if (known) return people.failed(who, lockedUntilMs, entry);
    if (strangers.size >= MAX_REMEMBERED) strangers.clear();
    strangers.set(who, { failures, lockedUntilMs });
    return office.audit.append(entry);
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
        description: 'Answers with a session in a cookie. Five wrong tries lock the account for a while.',
        tags,
        body: SignInBody,
        response: { 401: ProblemSchema, 429: ProblemSchema, 503: ProblemSchema },
      },
    },
    async (request, reply) => {
      if (passwordQueue() > MAX_WAITING) {
        return sendProblem(
          reply,
          503,
          'Busy',
          'Too many people sign in at once. Try again in a few seconds.',
        );
      }
      const who = normalId(request.body.id);
      const found = await people.credentials(who);
      const { failures, lockedUntilMs } = found ??
        strangers.get(who) ?? { failures: 0, lockedUntilMs: undefined };
      const lockedForMs = (lockedUntilMs ?? 0) - clock.nowMs();
      if (lockedForMs > 0) {
        const seconds = Math.ceil(lockedForMs / 1000);
        reply.header('retry-after', String(seconds));
        return sendProblem(reply, 429, 'Locked', `Too many wrong tries. Try again in ${seconds} seconds.`);
      }
      const right = await isPassword(request.body.password, found?.passwordHash);
      const user = right ? await people.user(who) : undefined;
      if (!user) {
        await countFailure(request, who, failures + 1);
        return sendProblem(reply, 401, 'Not signed in', 'That name and password do not go together.');
      }
      await admit(request, reply, user, 'password');
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
        response: { 400: ProblemSchema, 404: ProblemSchema },
      },
    },
    async (request, reply) => {
      const { token, password: next } = request.body;
      const now = clock.nowMs();
      const hash = tokenHash(token);
      const link = await people.link(hash, now);
      if (!link) return usedUp(reply);
      const who = link.userId ?? normalId(request.body.id ?? '');
      if (!isId(who)) {
        return sendProblem(reply, 400, 'Bad request', 'Sign in with an e-mail address or a short name.');
      }
      const problem = passwordProblem(next, who);
      if (problem) return sendProblem(reply, 400, 'Bad request', problem);
      const passwordHash = await hashPassword(next);
      if (!(await people.takeLink(hash, now))) return usedUp(reply);
      const name = request.body.name?.trim() || who;
      const actor = anonymous(who);
      if (link.userId === undefined) {
        if (await people.anyone()) return usedUp(reply);
        await people.addUser(
          { id: who, name, roles: ['administrator'] },
          { atMs: now, actor, action: 'became the first administrator', subject: `person ${who}` },
        );
        access.forget();
      }
      await people.setPassword(who, passwordHash, {
        atMs: now,
        actor,
        action: 'set a password by link',
        subject: `person ${who}`,
      });
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
        response: { 400: ProblemSchema, 409: ProblemSchema },
      },
    },
    async (request, reply) => {
      const actor = actorOf(request);
      if (actor.kind !== 'person') {
        return sendProblem(reply, 409, 'Conflict', `${actor.name} has no password.`);
      }
      const found = await people.credentials(actor.id);
      if (!(await isPassword(request.body.current, found?.passwordHash))) {
        await countFailure(request, actor.id, (found?.failures ?? 0) + 1);
        return sendProblem(reply, 400, 'Bad request', 'The password of now is not right.');
      }
      const problem = passwordProblem(request.body.next, actor.id);
      if (problem) return sendProblem(reply, 400, 'Bad request', problem);
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
