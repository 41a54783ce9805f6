// Whether whoever is asking may. Every route says which permission it needs; one that says nothing is a mistake and stops the start.
import fastifyCookie from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { type Actor, neededFor, PERMISSION_WORDS, type Permission } from '../../domain/access.ts';
import type { DataModel } from '../../domain/data-model.ts';
import type { Clock } from '../../ports/clock.ts';
import type { AuditEntry } from '../../ports/office/audit.ts';
import type { Office } from '../../ports/office/office.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { type Actors, findActors } from './actors.ts';
import { newToken, tokenHash } from './secrets.ts';
import { maskedSight, sightFor } from './sight.ts';

const FIRST_LINK_MS = 24 * 3_600_000;
/** For connections that stay open, how long somebody's rights are believed: they are looked at every two seconds, and rights that change take effect within five. */
const BELIEVED_OPEN_MS = 2000;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a caller must be allowed to do; 'anyone' for what needs no account. */
    permission?: Permission | 'anyone';
    /** What is asked or answered names people: it needs permission to see identifiers besides. */
    identifiers?: boolean;
    /** What is looked at, for the audit trail: "alert" with the route's :id. */
    viewed?: string;
  }
  interface FastifyRequest {
    actor: Actor | undefined;
  }
}

export type AccessOptions = {
  readonly office: Office;
  readonly clock: Clock;
  /** Where others can reach the desk, nobody comes in without an account. */
  readonly loginRequired: boolean;
  /** Which of the fields of one's own say something of a person. */
  readonly dataModel: () => DataModel;
};

export type Access = {
  /** Who is asking, on a route that anyone may use. */
  whoIs(request: FastifyRequest): Promise<Actor | undefined>;
  /** Whether whoever made a request may still do what they might then, no more and no less; for connections that stay open. */
  sameRights(request: FastifyRequest): Promise<boolean>;
  /** Whether one must sign in: others can reach the desk, or somebody has an account. */
  signInNeeded(): Promise<boolean>;
  /** The path of a link that makes an administrator; undefined where somebody can administer. */
  firstLink(): Promise<string | undefined>;
  /** Forget what was believed: somebody's rights have changed. */
  forget(): void;
};

/** The actor of a request that passed a permission. */
export function actorOf(request: FastifyRequest): Actor {
  if (!request.actor) throw new Error(`${request.method} ${request.url} asks for an actor and allows anyone`);
  return request.actor;
}

/** While tests run: what an operation writes into the audit trail is what it says that it does. */
function checkAudited(request: FastifyRequest, action: string): void {
  const { operation } = request.routeOptions.config;
  if (process.env.GOSHAWK_CHECK_ANSWERS && operation && !operation.audits?.includes(action))
    throw new Error(`${operation.id} writes "${action}" into the audit trail, which it does not name`);
}

/** An audit entry of this request's actor. */
export function entryOf(
  request: FastifyRequest,
  clock: Clock,
  action: string,
  subject: string,
  detail?: Readonly<Record<string, unknown>>,
): AuditEntry {
  checkAudited(request, action);
  return { atMs: clock.nowMs(), actor: actorOf(request), action, subject, ...(detail && { detail }) };
}

/**
 * The name that a history keeps: of the person or key that is signed in; at a desk without accounts, the one that was sent.
 * Throws an error that is answered with 400 where there is none.
 */
export function nameOf(request: FastifyRequest, given: string | undefined): string {
  const actor = actorOf(request);
  if (actor.kind !== 'local') return actor.name;
  if (given !== undefined && given.trim() !== '') return given.trim();
  throw Object.assign(new Error('Say who does it, in "who": nobody is signed in.'), { statusCode: 400 });
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What is of the API is an operation, and says which permission it needs: else the desk does not start. */
function needsOperation(route: RouteOptions): void {
  if (route.config?.permission !== undefined && route.config.operation) return;
  // Documents and files of the dashboard hold no data.
  if (route.url.startsWith('/v1/') || route.url === '/metrics')
    throw new Error(
      `${route.method} ${route.url} is no operation: name it in src/protocol and put it on with serve().`,
    );
  route.config = { ...route.config, permission: 'anyone' };
}

/** Refuses with a problem whoever may not do this; gives whoever may. */
async function admitted(
  request: FastifyRequest,
  reply: FastifyReply,
  permission: Permission,
  actors: Actors,
): Promise<Actor | undefined> {
  const actor = await actors.find(request);
  if (!actor) {
    reply.header('www-authenticate', 'Bearer');
    const detail =
      'Nobody is signed in. Open the desk in a browser, or send an API key as "Authorization: Bearer gk_…".';
    sendProblem(reply, 401, 'Sign in', detail);
    return undefined;
  }
  // A browser says where a request comes from; a cookie alone proves nothing when that is missing.
  if (actor.kind === 'person' && !SAFE.has(request.method) && request.headers.origin === undefined) {
    sendProblem(reply, 403, 'Forbidden', 'A request with a session needs an Origin header.');
    return undefined;
  }
  const needed = neededFor(permission, request.routeOptions.config.identifiers);
  const missing = needed.find((one) => !actor.permissions.has(one));
  if (missing === undefined) return actor;
  const detail = `${actor.name} may not do this: it needs permission to ${PERMISSION_WORDS[missing]} (${missing}).`;
  sendProblem(reply, 403, 'Forbidden', detail);
  return undefined;
}

export async function guardRoutes(app: FastifyInstance, options: AccessOptions): Promise<Access> {
  const { office, clock } = options;
  const { people } = office;
  const masked = maskedSight(await office.secrets.secret('masked identifiers'), options.dataModel);
  const actors = await findActors(people, clock, options.loginRequired);

  await app.register(fastifyCookie);
  app.decorateRequest('actor', undefined);
  app.decorateRequest('sight', undefined);
  app.addHook('onRoute', needsOperation);
  app.addHook('onRequest', async (request, reply) => {
    const { permission } = request.routeOptions.config;
    if (permission === undefined || permission === 'anyone') return;
    const actor = await admitted(request, reply, permission, actors);
    if (!actor) return reply;
    request.actor = actor;
    request.sight = sightFor(actor.permissions, masked);
  });
  app.addHook('preSerialization', async (request, reply, payload) => {
    const { viewed } = request.routeOptions.config;
    const { actor } = request;
    if (!actor || viewed === undefined || reply.statusCode >= 300) return payload;
    const { id = '' } = request.params as { id?: string };
    const subject = `${viewed} ${id}`.trim();
    await office.audit.append({ atMs: clock.nowMs(), actor, action: 'saw', subject });
    return payload;
  });

  return {
    whoIs: (request) => actors.find(request),
    async sameRights(request) {
      const { actor: before } = request;
      const now = await actors.find(request, BELIEVED_OPEN_MS);
      return (
        before !== undefined &&
        now !== undefined &&
        now.kind === before.kind &&
        now.permissions.size === before.permissions.size &&
        [...now.permissions].every((permission) => before.permissions.has(permission))
      );
    },
    signInNeeded: actors.signInNeeded,
    async firstLink() {
      if (await people.administered()) return undefined;
      const token = newToken();
      await people.addLink(tokenHash(token), undefined, clock.nowMs() + FIRST_LINK_MS);
      return `/welcome?token=${token}`;
    },
    forget: actors.forget,
  };
}
