// How many passwords are looked at. Tries are counted before anything is hashed, for a name and where they come from: whoever
// guesses locks out their own place, and not the person who has the name.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseIpRange, rangeText } from '../../domain/ip-address.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Office } from '../../ports/office/office.ts';
import type { TryLimit } from '../../ports/office/people.ts';
import { newToken, tokenHash } from '../access/secrets.ts';

/** Of one place for one name. */
const OWN: TryLimit = { free: 5, firstMs: 30_000, longestMs: 15 * 60_000 };
/** Of all places for one name, but those that it came in from before: slower, never shut. */
const ANYWHERE: TryLimit = { free: 30, firstMs: 1000, longestMs: 60_000 };
const DEVICE_COOKIE = 'goshawk_device';
const DEVICE_SECONDS = 180 * 86_400;

export type Tried =
  | { readonly kind: 'right'; readonly source: string }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'wait'; readonly seconds: number };

export type Tries = {
  /** Takes one of the tries that a name has, and looks whether the password is right. What was wrong is in the audit trail. */
  check(request: FastifyRequest, who: string, isRight: () => Promise<boolean>): Promise<Tried>;
  /** The browser of somebody who has come in: known from then on. Gives what is kept of it. */
  remember(request: FastifyRequest, reply: FastifyReply): Promise<string>;
};

/** A customer of a provider has at least 2^64 addresses of IPv6: they are one place. */
function placeOf(address: string): string {
  const range = parseIpRange(
    address.includes(':') && !address.includes('.') ? `${address.split('%')[0]}/64` : address,
  );
  return `address ${range ? rangeText(range) : address}`;
}

export function createTries(office: Office, clock: Clock): Tries {
  const { people } = office;

  async function sourceOf(request: FastifyRequest, who: string): Promise<{ source: string; known: boolean }> {
    const token = request.cookies[DEVICE_COOKIE];
    if (token) {
      const hash = tokenHash(token);
      if ((await people.peopleOfDevice(hash, clock.nowMs())).includes(who)) {
        return { source: `device ${hash}`, known: true };
      }
    }
    return { source: placeOf(request.ip), known: false };
  }

  return {
    async check(request, who, isRight) {
      const { source, known } = await sourceOf(request, who);
      const taken = await people.tries.take(who, source, clock.nowMs(), OWN, known ? undefined : ANYWHERE);
      if ('waitMs' in taken) return { kind: 'wait', seconds: Math.ceil(taken.waitMs / 1000) };
      if (await isRight()) return { kind: 'right', source };
      await office.audit.append({
        atMs: clock.nowMs(),
        actor: { kind: 'person', id: who, name: who },
        action: taken.failures < OWN.free ? 'failed to sign in' : 'was locked out',
        subject: `person ${who}`,
        detail: { address: request.ip, failures: taken.failures },
      });
      return { kind: 'wrong' };
    },
    async remember(request, reply) {
      const brought = request.cookies[DEVICE_COOKIE];
      const isKnown = brought && (await people.peopleOfDevice(tokenHash(brought), clock.nowMs())).length > 0;
      // One that the desk did not give out could be known to somebody else.
      const token = isKnown ? brought : newToken();
      reply.setCookie(DEVICE_COOKIE, token, {
        path: '/v1',
        httpOnly: true,
        sameSite: 'strict',
        secure: request.protocol === 'https',
        maxAge: DEVICE_SECONDS,
      });
      return tokenHash(token);
    },
  };
}
