// Who is asking, and whether they may: a session's cookie, an API key, or whoever is at the machine while nobody has an
// account yet. Every route says which permission it needs; one that says nothing is a mistake and stops the start.
import fastifyCookie from '@fastify/cookie';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  type Actor,
  LOCAL_ACTOR,
  PERMISSION_WORDS,
  type Permission,
  permissionsOf,
} from '../../domain/access.ts';
import type { Clock } from '../../ports/clock.ts';
import type { AuditEntry } from '../../ports/office/audit.ts';
import type { Office } from '../../ports/office/office.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { newToken, tokenHash } from './secrets.ts';
import { maskedSight, sightFor } from './sight.ts';

export const SESSION_COOKIE = 'goshawk_session';
export const SESSION_MAX_MS = 12 * 3_600_000;
const SESSION_IDLE_MS = 3_600_000;
const FIRST_LINK_MS = 24 * 3_600_000;
/** How long a key or session that was found is believed without asking again. */
const BELIEVED_MS = 5000;
/** The same for connections that stay open: they are looked at every two seconds, and rights that change take effect within five. */
const BELIEVED_OPEN_MS = 2000;
const BELIEVED_MAX = 10_000;
const USED_EVERY_MS = 60_000;

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

/** An audit entry of this request's actor. */
export function entryOf(
  request: FastifyRequest,
  clock: Clock,
  action: string,
  subject: string,
  detail?: Readonly<Record<string, unknown>>,
): AuditEntry {
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

const neededFor = (permission: Permission, identifiers = false): readonly Permission[] =>
  identifiers ? [permission, 'read_identifiers'] : [permission];

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

export async function guardRoutes(app: FastifyInstance, options: AccessOptions): Promise<Access> {
  const { office, clock } = options;
  const { people } = office;
  const believed = new Map<string, { readonly actor: Actor; readonly atMs: number }>();
  const masked = maskedSight(await office.secrets.secret('masked identifiers'));
  const usedAt = new Map<string, number>();
  let anyone = await people.anyone();

  function believe(proof: string, actor: Actor): Actor {
    if (believed.size >= BELIEVED_MAX) believed.clear();
    believed.set(proof, { actor, atMs: clock.nowMs() });
    return actor;
  }

  /** At most once a minute and key: a look-up must not become a write. */
  function isUsed(id: string, write: () => Promise<void>): void {
    const now = clock.nowMs();
    if (now - (usedAt.get(id) ?? 0) < USED_EVERY_MS) return;
    if (usedAt.size >= BELIEVED_MAX) usedAt.clear();
    usedAt.set(id, now);
    write().catch(() => usedAt.delete(id));
  }

  async function byKey(text: string): Promise<Actor | undefined> {
    const [prefix, id, secret] = text.split('_');
    if (prefix !== 'gk' || !id || !secret) return undefined;
    const key = await people.key(id);
    const now = clock.nowMs();
    if (!key || key.revoked || key.secretHash !== tokenHash(secret)) return undefined;
    if (key.expiresAtMs !== undefined && key.expiresAtMs <= now) return undefined;
    isUsed(`key ${id}`, () => people.keyUsed(id, now));
    return {
      kind: 'key',
      id,
      name: `key ${key.name}`,
      permissions: new Set(key.permissions),
      ...(key.ownerId !== undefined && { ownerId: key.ownerId }),
    };
  }

  async function bySession(token: string): Promise<Actor | undefined> {
    const hash = tokenHash(token);
    const session = await people.session(hash);
    const now = clock.nowMs();
    if (!session) return undefined;
    if (now - session.createdAtMs > SESSION_MAX_MS || now - session.lastUsedAtMs > SESSION_IDLE_MS)
      return undefined;
    isUsed(`session ${hash}`, () => people.sessionUsed(hash, now));
    const { user } = session;
    return { kind: 'person', id: user.id, name: user.name, permissions: permissionsOf(user.roles) };
  }

  async function find(request: FastifyRequest, believedMs = BELIEVED_MS): Promise<Actor | undefined> {
    const { authorization } = request.headers;
    const key = authorization?.startsWith('Bearer ') ? authorization.slice(7) : undefined;
    const cookie = request.cookies[SESSION_COOKIE];
    const proof = key !== undefined ? `key ${tokenHash(key)}` : cookie && `session ${tokenHash(cookie)}`;
    if (!proof) return (await signInNeeded()) ? undefined : LOCAL_ACTOR;
    const known = believed.get(proof);
    if (known && clock.nowMs() - known.atMs < believedMs) return known.actor;
    believed.delete(proof);
    const actor = key !== undefined ? await byKey(key) : await bySession(cookie ?? '');
    if (actor) return believe(proof, actor);
    return (await signInNeeded()) ? undefined : LOCAL_ACTOR;
  }

  async function signInNeeded(): Promise<boolean> {
    if (options.loginRequired || anyone) return true;
    // Another process of the installation may have made the first account.
    anyone = await people.anyone();
    return anyone;
  }

  await app.register(fastifyCookie);
  app.decorateRequest('actor', undefined);
  app.decorateRequest('sight', undefined);
  app.addHook('onRoute', (route) => {
    const { permission, identifiers } = route.config ?? {};
    if (permission === undefined) {
      // Files of the dashboard hold no data.
      if (route.url.startsWith('/v1/') || route.url === '/metrics') {
        throw new Error(`${route.method} ${route.url} does not say which permission it needs`);
      }
      route.config = { ...route.config, permission: 'anyone' };
    } else if (permission !== 'anyone' && route.schema && !route.schema.hide) {
      const { description = '' } = route.schema;
      route.schema = {
        ...route.schema,
        description: `${description ? `${description} ` : ''}Needs permission to ${neededFor(
          permission,
          identifiers,
        )
          .map((one) => `${PERMISSION_WORDS[one]} (${one})`)
          .join(' and to ')}.`,
      };
    }
  });
  app.addHook('onRequest', async (request, reply) => {
    const { permission, identifiers } = request.routeOptions.config;
    if (permission === undefined || permission === 'anyone') return;
    const actor = await find(request);
    if (!actor) {
      reply.header('www-authenticate', 'Bearer');
      return sendProblem(
        reply,
        401,
        'Sign in',
        'Nobody is signed in. Open the desk in a browser, or send an API key as "Authorization: Bearer gk_…".',
      );
    }
    // A browser says where a request comes from; a cookie alone proves nothing when that is missing.
    if (actor.kind === 'person' && !SAFE.has(request.method) && request.headers.origin === undefined) {
      return sendProblem(reply, 403, 'Forbidden', 'A request with a session needs an Origin header.');
    }
    const missing = neededFor(permission, identifiers).find((one) => !actor.permissions.has(one));
    if (missing !== undefined) {
      return sendProblem(
        reply,
        403,
        'Forbidden',
        `${actor.name} may not do this: it needs permission to ${PERMISSION_WORDS[missing]} (${missing}).`,
      );
    }
    request.actor = actor;
    request.sight = sightFor(actor.permissions, masked);
  });
  app.addHook('preSerialization', async (request, reply, payload) => {
    const { viewed } = request.routeOptions.config;
    const { actor } = request;
    if (!actor) return payload;
    if (viewed !== undefined && reply.statusCode < 300) {
      const { id = '' } = request.params as { id?: string };
      await office.audit.append({
        atMs: clock.nowMs(),
        actor,
        action: 'saw',
        subject: `${viewed} ${id}`.trim(),
      });
    }
    return payload;
  });

  return {
    whoIs: (request) => find(request),
    async sameRights(request) {
      const { actor: before } = request;
      const now = await find(request, BELIEVED_OPEN_MS);
      return (
        before !== undefined &&
        now !== undefined &&
        now.kind === before.kind &&
        now.permissions.size === before.permissions.size &&
        [...now.permissions].every((permission) => before.permissions.has(permission))
      );
    },
    signInNeeded,
    async firstLink() {
      if (await people.administered()) return undefined;
      const token = newToken();
      await people.addLink(tokenHash(token), undefined, clock.nowMs() + FIRST_LINK_MS);
      return `/welcome?token=${token}`;
    },
    forget() {
      believed.clear();
      anyone = true;
    },
  };
}
