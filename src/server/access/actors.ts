// Who is asking: by an API key, by a session, or at the machine while nobody has an account yet. What was found is believed for a
// few seconds.
import type { FastifyRequest } from 'fastify';
import { type Actor, LOCAL_ACTOR, permissionsOf } from '../../domain/access.ts';
import type { Clock } from '../../ports/clock.ts';
import type { People } from '../../ports/office/people.ts';
import { tokenHash } from './secrets.ts';

export const SESSION_COOKIE = 'goshawk_session';
export const SESSION_MAX_MS = 12 * 3_600_000;
const SESSION_IDLE_MS = 3_600_000;
/** How long a key or session that was found is believed without asking again. */
const BELIEVED_MS = 5000;
const BELIEVED_MAX = 10_000;
const USED_EVERY_MS = 60_000;
/** The scheme's name is in any case (RFC 9110, 11.1). Other schemes are those of a proxy before the desk, which browsers send with every request. */
const BEARER = /^bearer +(.*)$/i;

export type Actors = {
  /** Whoever made the request; undefined where nobody is signed in and somebody has to be. */
  find(request: FastifyRequest, believedMs?: number): Promise<Actor | undefined>;
  /** Whether one must sign in: others can reach the desk, or somebody has an account. */
  signInNeeded(): Promise<boolean>;
  /** Forget what was believed: somebody's rights have changed. */
  forget(): void;
};

/** Notes that a key or session was used, at most once a minute: a look-up must not become a write. */
function createUses(clock: Clock) {
  const usedAt = new Map<string, number>();
  return (id: string, write: () => Promise<void>): void => {
    const now = clock.nowMs();
    if (now - (usedAt.get(id) ?? 0) < USED_EVERY_MS) return;
    if (usedAt.size >= BELIEVED_MAX) usedAt.clear();
    usedAt.set(id, now);
    write().catch(() => usedAt.delete(id));
  };
}

/** Finds actors by what they prove themselves with, in the database. */
function createProofs(people: People, clock: Clock) {
  const isUsed = createUses(clock);
  return {
    async byKey(text: string): Promise<Actor | undefined> {
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
    },
    async bySession(token: string): Promise<Actor | undefined> {
      const hash = tokenHash(token);
      const session = await people.session(hash);
      const now = clock.nowMs();
      if (!session) return undefined;
      if (now - session.createdAtMs > SESSION_MAX_MS || now - session.lastUsedAtMs > SESSION_IDLE_MS)
        return undefined;
      isUsed(`session ${hash}`, () => people.sessionUsed(hash, now));
      const { user } = session;
      return { kind: 'person', id: user.id, name: user.name, permissions: permissionsOf(user.roles) };
    },
  };
}

export async function findActors(people: People, clock: Clock, loginRequired: boolean): Promise<Actors> {
  const believed = new Map<string, { readonly actor: Actor; readonly atMs: number }>();
  const { byKey, bySession } = createProofs(people, clock);
  let anyone = await people.anyone();

  async function signInNeeded(): Promise<boolean> {
    if (loginRequired || anyone) return true;
    // Another process of the installation may have made the first account.
    anyone = await people.anyone();
    return anyone;
  }

  return {
    signInNeeded,
    async find(request, believedMs = BELIEVED_MS) {
      const key = BEARER.exec(request.headers.authorization ?? '')?.[1];
      const cookie = request.cookies[SESSION_COOKIE];
      const proof = key !== undefined ? `key ${tokenHash(key)}` : cookie && `session ${tokenHash(cookie)}`;
      if (!proof) return (await signInNeeded()) ? undefined : LOCAL_ACTOR;
      const known = believed.get(proof);
      if (known && clock.nowMs() - known.atMs < believedMs) return known.actor;
      believed.delete(proof);
      const actor = key !== undefined ? await byKey(key) : await bySession(cookie ?? '');
      if (!actor) return (await signInNeeded()) ? undefined : LOCAL_ACTOR;
      if (believed.size >= BELIEVED_MAX) believed.clear();
      believed.set(proof, { actor, atMs: clock.nowMs() });
      return actor;
    },
    forget() {
      believed.clear();
      anyone = true;
    },
  };
}
