// Sign-in by an OpenID provider (OpenID Connect Core 1.0, authorization code flow with PKCE, state and nonce).
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as client from 'openid-client';
import type { Clock } from '../../ports/clock.ts';
import type { Office } from '../../ports/office/office.ts';
import type { Access } from '../access/access.ts';
import { identityOf, type Userinfo } from './oidc-claims.ts';
import { oidcPeople, type WayBack } from './oidc-people.ts';
import type { OidcSettings } from './oidc-settings.ts';
import { discoveryTrouble, troubleOf } from './oidc-trouble.ts';
import type { SignIn } from './sign-in-routes.ts';

const FLOW_COOKIE = 'goshawk_oidc';
const FLOW_SECONDS = 600;
const LOCAL_NAME = /^[a-z0-9.-]+$/i;

export function oidcRoutes(
  app: FastifyInstance,
  settings: OidcSettings,
  office: Office,
  clock: Clock,
  access: Access,
  signIn: SignIn,
): void {
  const personOf = oidcPeople(settings, office, clock, access);
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

  /** The provider's configuration; where it cannot be had, the log says why and the page is told. */
  async function configuration(
    request: FastifyRequest,
  ): Promise<client.Configuration | { readonly problem: WayBack }> {
    try {
      return await provider();
    } catch (error) {
      const { code, text } = discoveryTrouble(error, settings);
      request.log.error(text);
      return { problem: code };
    }
  }

  /** What userinfo says of whom the ID token is of. Throws where it is of somebody else; is it away, what it says is unknown. */
  async function userinfo(
    config: client.Configuration,
    accessToken: string,
    sub: string,
    log: FastifyBaseLogger,
  ): Promise<Userinfo> {
    if (config.serverMetadata().userinfo_endpoint === undefined) return undefined;
    try {
      return await client.fetchUserInfo(config, accessToken, sub);
    } catch (error) {
      const { code, text } = troubleOf(error, settings);
      if (code === 'other-subject' || code === 'other-issuer') throw error;
      log.warn(`Userinfo, which was asked for what the ID token does not say, could not be read. ${text}`);
      return 'failed';
    }
  }

  app.get(
    '/v1/oidc/start',
    {
      config: { permission: 'anyone', rateLimit: { max: 60, timeWindow: 60_000 } },
      schema: { summary: 'Sign in by the OpenID provider', tags: ['Access'] },
    },
    async (request, reply) => {
      const config = await configuration(request);
      if ('problem' in config) return back(reply, config.problem);
      try {
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
          scope: settings.scopes,
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          state,
          nonce,
        });
        return reply.redirect(url.href);
      } catch (error) {
        request.log.error(error);
        return back(reply, 'failed');
      }
    },
  );

  app.get(
    '/v1/oidc/callback',
    { config: { permission: 'anyone', rateLimit: { max: 60, timeWindow: 60_000 } }, schema: { hide: true } },
    async (request, reply) => {
      const [state, nonce, verifier] = (request.cookies[FLOW_COOKIE] ?? '').split('.');
      reply.clearCookie(FLOW_COOKIE, { path: '/v1/oidc' });
      if (!state || !nonce || !verifier) return back(reply, 'took-too-long');
      const config = await configuration(request);
      if ('problem' in config) return back(reply, config.problem);
      try {
        const tokens = await client.authorizationCodeGrant(config, new URL(request.url, ownUrl(request)), {
          pkceCodeVerifier: verifier,
          expectedState: state,
          expectedNonce: nonce,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (!claims) return back(reply, 'no-identity');
        const identity = await identityOf(settings, claims, () =>
          userinfo(config, tokens.access_token, claims.sub, request.log),
        );
        const person = await personOf({ issuer: claims.iss, sub: claims.sub }, identity, request.log);
        if ('refused' in person) return back(reply, person.refused);
        await signIn.admit(request, reply, person.user, settings.name);
        return person.say ? back(reply, person.say) : reply.redirect('/overview');
      } catch (error) {
        const { code, text } = troubleOf(error, settings);
        // Of what has no words of its own, where it happened is worth a line, too.
        request.log.error(code === 'failed' ? { err: error } : {}, text);
        return back(reply, code);
      }
    },
  );
}
