// Sign-in by an OpenID provider (OpenID Connect Core 1.0, authorization code flow with PKCE, state and nonce).
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as client from 'openid-client';
import { isRole, type Role } from '../../domain/access.ts';
import { maskCardNumbers } from '../../domain/card-number.ts';
import { InputError } from '../../domain/input-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Office } from '../../ports/office.ts';
import type { User } from '../../ports/people.ts';
import { isLoopback } from '../guard.ts';
import type { Access } from './access.ts';
import { isId, nameProblem, normalId } from './names.ts';
import type { SignIn } from './sign-in-routes.ts';

const FLOW_COOKIE = 'goshawk_oidc';
const FLOW_SECONDS = 600;
const LOCAL_NAME = /^[a-z0-9.-]+$/i;

export type OidcSettings = {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** As the button says it. */
  readonly name: string;
  /** Where browsers reach this desk; the address of the request where it is absent. */
  readonly publicUrl: string | undefined;
  /** The claim that lists groups, and what each group may do; where there is no map, an administrator gives roles. */
  readonly groupsClaim: string;
  readonly roleMap: Readonly<Record<string, readonly Role[]>> | undefined;
};

/** From OIDC_*; undefined where OIDC_ISSUER is not set. Throws InputError that names the setting. */
export function oidcSettings(env: Readonly<Record<string, string | undefined>>): OidcSettings | undefined {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = env;
  if (!issuer) return undefined;
  let url: URL;
  try {
    url = new URL(issuer);
  } catch {
    throw new InputError(`OIDC_ISSUER is "${issuer}"; it must be the address of an OpenID provider.`);
  }
  if (url.protocol !== 'https:' && !isLoopback(url.hostname)) {
    throw new InputError('OIDC_ISSUER must be an https address: what comes from there says who somebody is.');
  }
  if (!clientId || !clientSecret) {
    throw new InputError('OIDC_ISSUER is set; OIDC_CLIENT_ID and OIDC_CLIENT_SECRET must be, too.');
  }
  return {
    issuer,
    clientId,
    clientSecret,
    name: env.OIDC_NAME ?? url.hostname,
    publicUrl: env.PUBLIC_URL,
    groupsClaim: env.OIDC_GROUPS_CLAIM ?? 'groups',
    roleMap: env.OIDC_ROLE_MAP ? roleMapOf(env.OIDC_ROLE_MAP) : undefined,
  };
}

function roleMapOf(text: string): Record<string, readonly Role[]> {
  const wrong = (): never => {
    throw new InputError(
      `OIDC_ROLE_MAP must be JSON from groups to roles, such as {"fraud-team":["analyst"]}; it is ${text.slice(0, 100)}`,
    );
  };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return wrong();
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return wrong();
  return Object.fromEntries(
    Object.entries(parsed).map(([group, roles]) => {
      if (!Array.isArray(roles) || !roles.every(isRole)) return wrong();
      return [group, roles];
    }),
  );
}

/**
 * Roles by the groups of a person; undefined where roles are given here. Groups that the provider does not say, or says in another
 * shape, are unknown: that is not to be in no group.
 */
export function rolesOf(
  settings: OidcSettings,
  claims: Readonly<Record<string, unknown>>,
): Role[] | 'unknown' | undefined {
  const { roleMap, groupsClaim } = settings;
  if (!roleMap) return undefined;
  const groups = Object.hasOwn(claims, groupsClaim) ? claims[groupsClaim] : undefined;
  const list: readonly unknown[] = Array.isArray(groups) ? groups : [groups];
  const named = list.filter((group) => typeof group === 'string');
  if (named.length < list.length) return 'unknown';
  return [...new Set(named.flatMap((group) => (Object.hasOwn(roleMap, group) ? roleMap[group] : [])))];
}

/** What the sign-in page says, by codes that it knows: nobody else's words appear there. */
type WayBack =
  | 'provider-away'
  | 'took-too-long'
  | 'no-identity'
  | 'no-address'
  | 'name-taken'
  | 'not-vouched'
  | 'shut-out'
  | 'failed'
  | 'groups-unknown'
  | 'roles-kept'
  | 'last-administrator';
type Found = { readonly user: User; readonly say?: WayBack } | { readonly refused: WayBack };

export function oidcRoutes(
  app: FastifyInstance,
  settings: OidcSettings,
  office: Office,
  clock: Clock,
  access: Access,
  signIn: SignIn,
): void {
  const { people } = office;
  let found: Promise<client.Configuration> | undefined;
  /** Asked when it is first needed, and again after a failure: a provider that is away must not keep the desk from starting. */
  function provider(): Promise<client.Configuration> {
    const insecure = settings.issuer.startsWith('http:')
      ? { execute: [client.allowInsecureRequests] }
      : undefined;
    found ??= client
      .discovery(new URL(settings.issuer), settings.clientId, settings.clientSecret, undefined, insecure)
      .catch((error: Error) => {
        found = undefined;
        throw error;
      });
    return found;
  }

  function ownUrl(request: FastifyRequest): string {
    if (settings.publicUrl) return settings.publicUrl.replace(/\/$/, '');
    const { host } = request;
    if (!LOCAL_NAME.test(host.replace(/:\d+$/, ''))) throw new Error(`"${host}" is no host name`);
    return `${request.protocol}://${host}`;
  }

  /** Back to the page, which says what happened. */
  const back = (reply: FastifyReply, problem: WayBack): FastifyReply =>
    reply.redirect(`/sign-in?problem=${problem}`);

  app.get(
    '/v1/oidc/start',
    {
      config: { permission: 'anyone', rateLimit: { max: 60, timeWindow: 60_000 } },
      schema: { summary: 'Sign in by the OpenID provider', tags: ['Access'] },
    },
    async (request, reply) => {
      try {
        const config = await provider();
        const verifier = client.randomPKCECodeVerifier();
        const state = client.randomState();
        const nonce = client.randomNonce();
        reply.setCookie(FLOW_COOKIE, [state, nonce, verifier].join('.'), {
          path: '/v1/oidc',
          httpOnly: true,
          // The provider sends the browser back from another site.
          sameSite: 'lax',
          secure: request.protocol === 'https',
          maxAge: FLOW_SECONDS,
        });
        const url = client.buildAuthorizationUrl(config, {
          redirect_uri: `${ownUrl(request)}/v1/oidc/callback`,
          scope: 'openid profile email',
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          state,
          nonce,
        });
        return reply.redirect(url.href);
      } catch (error) {
        request.log.error(error);
        return back(reply, 'provider-away');
      }
    },
  );

  async function personOf(claims: client.IDToken, log: FastifyRequest['log']): Promise<Found> {
    const subject = `${claims.iss} ${claims.sub}`;
    const email = typeof claims.email === 'string' ? normalId(claims.email) : undefined;
    const name =
      typeof claims.name === 'string' && claims.name !== '' ? maskCardNumbers(claims.name, 100) : undefined;
    const roles = rolesOf(settings, claims);
    const actor = { kind: 'person' as const, id: email ?? claims.sub, name: name ?? email ?? claims.sub };
    const atMs = clock.nowMs();
    const known = await people.userOfOidc(subject);
    if (known) {
      if (known.disabled) return { refused: 'shut-out' };
      if (roles === 'unknown') {
        log.warn(
          `${settings.name} did not say the groups of ${known.id} in "${settings.groupsClaim}" (a list of texts): their roles stay as they are`,
        );
        return { user: known, say: 'roles-kept' };
      }
      if (!roles || [...roles].sort().toString() === [...known.roles].sort().toString())
        return { user: known };
      const changed = await people.setRoles(known.id, roles, {
        atMs,
        actor,
        action: 'changed roles',
        subject: `person ${known.id}`,
        detail: { from: known.roles, to: roles, by: settings.name },
      });
      if (!changed) {
        log.warn(
          `By the groups that ${settings.name} says, ${known.id} is no administrator any more, but is the last: their roles stay as they are`,
        );
        return { user: known, say: 'last-administrator' };
      }
      access.forget();
      return { user: { ...known, roles } };
    }
    if (roles === 'unknown') {
      log.warn(
        `${settings.name} did not say the groups of ${actor.id} in "${settings.groupsClaim}" (a list of texts): no account was made`,
      );
      return { refused: 'groups-unknown' };
    }
    const id = email ?? normalId(claims.sub);
    if (!isId(id)) return { refused: 'no-address' };
    const same = await people.user(id);
    if (same) {
      // Whoever can name any address there could take over an account here.
      if (claims.email_verified !== true || same.disabled) {
        return { refused: same.disabled ? 'shut-out' : 'not-vouched' };
      }
      await people.linkOidc(id, subject, {
        atMs,
        actor,
        action: 'linked to a provider',
        subject: `person ${id}`,
        detail: { provider: settings.name },
      });
      return { user: same };
    }
    const all = await people.users();
    // Two people may well be called the same there; here each name is one person's.
    const called = [name ?? id, `${name} (${id})`].find((one) => nameProblem(id, one, all) === undefined);
    if (called === undefined) return { refused: 'name-taken' };
    await people.addUser(
      { id, name: called.slice(0, 100), roles: roles ?? ['viewer'], oidcSubject: subject },
      {
        atMs,
        actor,
        action: 'joined by a provider',
        subject: `person ${id}`,
        detail: { provider: settings.name },
      },
    );
    access.forget();
    const added = await people.user(id);
    return added ? { user: added } : { refused: 'failed' };
  }

  app.get(
    '/v1/oidc/callback',
    { config: { permission: 'anyone', rateLimit: { max: 60, timeWindow: 60_000 } }, schema: { hide: true } },
    async (request, reply) => {
      const [state, nonce, verifier] = (request.cookies[FLOW_COOKIE] ?? '').split('.');
      reply.clearCookie(FLOW_COOKIE, { path: '/v1/oidc' });
      if (!state || !nonce || !verifier) return back(reply, 'took-too-long');
      try {
        const tokens = await client.authorizationCodeGrant(
          await provider(),
          new URL(request.url, ownUrl(request)),
          { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true },
        );
        const claims = tokens.claims();
        if (!claims) return back(reply, 'no-identity');
        const found = await personOf(claims, request.log);
        if ('refused' in found) return back(reply, found.refused);
        await signIn.admit(request, reply, found.user, settings.name);
        return found.say ? back(reply, found.say) : reply.redirect('/overview');
      } catch (error) {
        request.log.error(error);
        return back(reply, 'failed');
      }
    },
  );
}
