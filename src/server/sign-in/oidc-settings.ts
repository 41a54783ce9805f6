// How a desk is told of its OpenID provider: OIDC_* of the environment.
import { isRole, type Role } from '../../domain/access.ts';
import { InputError } from '../../domain/input-error.ts';
import { isLoopback } from '../edge/guard.ts';

const SCOPES = 'openid profile email';
/** RFC 6749, 3.3. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

export type OidcSettings = {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** As the button says it. */
  readonly name: string;
  /** Where browsers reach this desk; the address of the request where it is absent. */
  readonly publicUrl: string | undefined;
  /** What the provider is asked for, with spaces between. */
  readonly scopes: string;
  /** The claim that lists groups, by its name or as a path, and what each group may do; where there is no map, an administrator gives roles. */
  readonly groupsClaim: string;
  readonly roleMap: RoleMap | undefined;
};
export type RoleMap = Readonly<Record<string, readonly Role[]>>;

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
  // A variable that is set to nothing, as composed files do, is one that is not set.
  return {
    issuer,
    clientId,
    clientSecret,
    name: env.OIDC_NAME || url.hostname,
    publicUrl: env.PUBLIC_URL,
    scopes: scopesOf(env.OIDC_SCOPES?.trim() || SCOPES),
    groupsClaim: env.OIDC_GROUPS_CLAIM?.trim() || 'groups',
    roleMap: env.OIDC_ROLE_MAP ? roleMapOf(env.OIDC_ROLE_MAP) : undefined,
  };
}

function scopesOf(text: string): string {
  const scopes = text.split(/\s+/);
  if (!scopes.includes('openid') || !scopes.every((scope) => SCOPE.test(scope))) {
    throw new InputError(
      `OIDC_SCOPES must be scopes with spaces between, "openid" among them, such as "${SCOPES} groups"; it is "${text.slice(0, 100)}".`,
    );
  }
  return scopes.join(' ');
}

function roleMapOf(text: string): RoleMap {
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
