// The OpenID provider that people may sign in by (OpenID Connect Core 1.0, authorization code flow with PKCE, state and nonce).
import type { FastifyBaseLogger } from 'fastify';
import * as client from 'openid-client';
import { type Identity, identityOf, type Userinfo } from './oidc-claims.ts';
import type { Subject, WayBack } from './oidc-people.ts';
import type { OidcSettings } from './oidc-settings.ts';
import { discoveryTrouble, troubleOf } from './oidc-trouble.ts';

/** What a sign-in keeps in the browser between leaving for the provider and coming back. */
export type Flow = { readonly state: string; readonly nonce: string; readonly verifier: string };

export type Provider = {
  /** The provider's configuration; where it cannot be had, the log says why and the page is told. */
  configuration(log: FastifyBaseLogger): Promise<client.Configuration | { readonly problem: WayBack }>;
  /** Where the browser goes to sign in, and what it keeps meanwhile. */
  wayThere(
    config: client.Configuration,
    ownUrl: string,
  ): Promise<{ readonly url: string; readonly flow: Flow }>;
  /** Who came back to an address with what the provider says; undefined where it does not say who. Throws what `troubleOf` knows. */
  identity(
    config: client.Configuration,
    address: URL,
    flow: Flow,
    log: FastifyBaseLogger,
  ): Promise<{ readonly subject: Subject; readonly identity: Identity } | undefined>;
};

export function createProvider(settings: OidcSettings): Provider {
  let found: Promise<client.Configuration> | undefined;
  /** Asked when it is first needed, and again after a failure: a provider that is away must not keep the desk from starting. */
  function discovered(): Promise<client.Configuration> {
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

  return {
    async configuration(log) {
      try {
        return await discovered();
      } catch (error) {
        const { code, text } = discoveryTrouble(error, settings);
        log.error(text);
        return { problem: code };
      }
    },
    async wayThere(config, ownUrl) {
      const flow = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
      };
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: `${ownUrl}/v1/oidc/callback`,
        scope: settings.scopes,
        code_challenge: await client.calculatePKCECodeChallenge(flow.verifier),
        code_challenge_method: 'S256',
        state: flow.state,
        nonce: flow.nonce,
      });
      return { url: url.href, flow };
    },
    async identity(config, address, { state, nonce, verifier }, log) {
      const tokens = await client.authorizationCodeGrant(config, address, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (!claims) return undefined;
      const identity = await identityOf(settings, claims, () =>
        userinfo(config, tokens.access_token, claims.sub, log),
      );
      return { subject: { issuer: claims.iss, sub: claims.sub }, identity };
    },
  };
}
