// Coming in and going out over HTTP: sign-in, one-time links, passwords.
import type { FastifyInstance, FastifyReply } from 'fastify';
import {
  changePassword,
  getMe,
  getOneTimeLink,
  type Me,
  signIn,
  signOut,
  useOneTimeLink,
} from '../../protocol/sign-in.ts';
import { type Access, actorOf, entryOf } from '../access/access.ts';
import { hashPassword, isPassword, passwordQueue, tokenHash } from '../access/secrets.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { type RequestOf, serve } from '../edge/serve.ts';
import type { Door } from './door.ts';
import { isId, nameProblem, normalId } from './names.ts';
import { passwordProblem } from './passwords.ts';

/** Of one address: an office behind it comes in at nine. Guesses are bounded by name and place (tries.ts). */
const SIGN_INS = { max: 100, timeWindow: 60_000 };
const LOOKS_AT_LINKS = { max: 60, timeWindow: 60_000 };
const MAX_WAITING = 50;

/** One more hash takes its place in a queue: beyond a bound nobody is made to wait, and nothing is counted. */
const busy = (reply: FastifyReply): FastifyReply | undefined =>
  passwordQueue() <= MAX_WAITING
    ? undefined
    : sendProblem(reply, 503, 'Busy', 'Too many people sign in at once. Try again in a few seconds.');

function locked(reply: FastifyReply, seconds: number): FastifyReply {
  reply.header('retry-after', String(seconds));
  return sendProblem(reply, 429, 'Locked', `Too many wrong tries. Try again in ${seconds} seconds.`);
}

const usedUp = (reply: FastifyReply): FastifyReply =>
  sendProblem(
    reply,
    404,
    'Not found',
    'This link was used, replaced or has expired. An administrator can make a new one; the first one is in the terminal of the desk.',
  );
const badRequest = (reply: FastifyReply, detail: string): FastifyReply =>
  sendProblem(reply, 400, 'Bad request', detail);

async function me(
  request: RequestOf<typeof getMe>,
  access: Access,
  oidcName: string | undefined,
): Promise<Me> {
  const actor = await access.whoIs(request);
  return {
    signInNeeded: await access.signInNeeded(),
    oidc: oidcName ?? null,
    actor: actor
      ? { kind: actor.kind, id: actor.id, name: actor.name, permissions: [...actor.permissions] }
      : null,
  };
}

async function signInBy(
  request: RequestOf<typeof signIn>,
  reply: FastifyReply,
  { office: { people }, tries, sessions }: Door,
) {
  const waits = busy(reply);
  if (waits) return waits;
  const who = normalId(request.body.id);
  const tried = await tries.check(request, who, async () => {
    const found = await people.credentials(who);
    return isPassword(request.body.password, found?.passwordHash);
  });
  if (tried.kind === 'wait') return locked(reply, tried.seconds);
  const user = tried.kind === 'right' ? await people.user(who) : undefined;
  if (tried.kind === 'wrong' || !user)
    return sendProblem(reply, 401, 'Not signed in', 'That name and password do not go together.');
  await sessions.admit(request, reply, user, 'password', tried.source);
  return { id: user.id, name: user.name };
}

async function lookAtLink(
  request: RequestOf<typeof getOneTimeLink>,
  reply: FastifyReply,
  { office: { people }, clock }: Door,
) {
  const link = await people.link(tokenHash(request.query.token), clock.nowMs());
  if (!link) return usedUp(reply);
  const user = link.userId === undefined ? undefined : await people.user(link.userId);
  return { first: link.userId === undefined, id: user?.id ?? null, name: user?.name ?? null };
}

async function comeInByLink(
  request: RequestOf<typeof useOneTimeLink>,
  reply: FastifyReply,
  { office: { people }, clock, access, sessions }: Door,
) {
  const waits = busy(reply);
  if (waits) return waits;
  const { token, password } = request.body;
  const hash = tokenHash(token);
  const link = await people.link(hash, clock.nowMs());
  if (!link) return usedUp(reply);
  const who = link.userId ?? normalId(request.body.id ?? '');
  if (!isId(who)) return badRequest(reply, 'Sign in with an e-mail address or a short name.');
  const isFirst = link.userId === undefined;
  const name = isFirst ? request.body.name?.trim() || who : ((await people.user(who))?.name ?? who);
  const problem =
    (isFirst ? nameProblem(who, name, await people.users()) : undefined) ??
    passwordProblem(password, { id: who, name });
  if (problem) return badRequest(reply, problem);
  const passwordHash = await hashPassword(password);
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
  await sessions.admit(request, reply, user, 'one-time link');
  return { id: user.id, name: user.name };
}

async function setPassword(
  request: RequestOf<typeof changePassword>,
  reply: FastifyReply,
  { office: { people }, clock, access, tries }: Door,
) {
  const { current, next } = request.body;
  const actor = actorOf(request);
  if (actor.kind !== 'person') return sendProblem(reply, 409, 'Conflict', `${actor.name} has no password.`);
  const waits = busy(reply);
  if (waits) return waits;
  const problem = passwordProblem(next, actor);
  if (problem) return badRequest(reply, problem);
  const tried = await tries.check(request, actor.id, async () => {
    const found = await people.credentials(actor.id);
    return isPassword(current, found?.passwordHash);
  });
  if (tried.kind === 'wait') return locked(reply, tried.seconds);
  if (tried.kind === 'wrong') return badRequest(reply, 'The password of now is not right.');
  await people.setPassword(
    actor.id,
    await hashPassword(next),
    entryOf(request, clock, 'changed the password', `person ${actor.id}`),
  );
  access.forget();
  return { changed: true };
}

export function signInRoutes(app: FastifyInstance, door: Door, oidcName: string | undefined): void {
  serve(app, getMe, (request) => me(request, door.access, oidcName));

  serve(app, signIn, (request, reply) => signInBy(request, reply, door), { rateLimit: SIGN_INS });

  serve(app, signOut, async (request, reply) => {
    await door.sessions.end(request, reply);
    return { signedOut: true };
  });

  serve(app, getOneTimeLink, (request, reply) => lookAtLink(request, reply, door), {
    rateLimit: LOOKS_AT_LINKS,
  });

  serve(app, useOneTimeLink, (request, reply) => comeInByLink(request, reply, door), {
    rateLimit: SIGN_INS,
  });

  serve(app, changePassword, (request, reply) => setPassword(request, reply, door), {
    rateLimit: SIGN_INS,
  });
}
