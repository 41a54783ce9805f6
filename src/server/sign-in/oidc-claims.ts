// What claims of an OpenID provider say of a person: address, name, groups. What they do not say, or say in a shape that nobody
// can be sure of, is unknown, and never the same as nothing.
import type { Role } from '../../domain/access.ts';
import { normalId } from './names.ts';
import type { OidcSettings, RoleMap } from './oidc-settings.ts';

export type Claims = Readonly<Record<string, unknown>>;
/** Roles by groups; or why these are unknown, as what follows "the groups of somebody are unknown: ". */
export type RolesSaid = { readonly roles: readonly Role[] } | { readonly unknown: string };

/** Where groups are objects, the first of these that is a text names them: people write names into maps, ids where there is no name. */
const NAMES_OF_GROUP = ['name', 'displayName', 'display_name', 'display', 'path', 'value', 'id'];
/** What stands between groups where a provider makes one text of several. */
const BETWEEN_GROUPS = /[\s,;|[\]"']+/;

function isClaims(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined;

/**
 * The claim of that very name; else what lies at the path that the dots of it make ("realm_access.roles"), a name with dots of its
 * own before the same text read as two. Through a list it takes what lies there of each ("groups.id"). Undefined where there is none.
 */
export function claimAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  for (let dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
    const head = path.slice(0, dot);
    if (!Object.hasOwn(claims, head)) continue;
    const rest = path.slice(dot + 1);
    const { [head]: inner } = claims;
    if (Array.isArray(inner)) return inner.map((one) => (isClaims(one) ? claimAt(one, rest) : undefined));
    const found = isClaims(inner) ? claimAt(inner, rest) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a value is, in words that repeat nothing of it. */
function shapeOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'a blank text';
  return typeof value === 'object' ? 'an object without a name' : `a ${typeof value}`;
}

function groupName(group: unknown): string | undefined {
  if (!isClaims(group)) return textOf(group);
  const name = NAMES_OF_GROUP.find((field) => Object.hasOwn(group, field) && textOf(group[field]));
  return name === undefined ? undefined : textOf(group[name]);
}

/** Keycloak writes a group as a path with a slash before it; maps are written with and without. Only all of a path fits. */
function rolesOfGroup(roleMap: RoleMap, group: string): readonly Role[] | undefined {
  const other = group.startsWith('/') ? group.slice(1) : `/${group}`;
  const entry = [group, other].find((name) => Object.hasOwn(roleMap, name));
  return entry === undefined ? undefined : roleMap[entry];
}

/** Whether the provider says that the claim is to be had elsewhere: Entra does beyond 200 groups, and what it sends then is not all. */
function isElsewhere(claims: Claims, path: string): boolean {
  const { _claim_names: names } = claims;
  if (isClaims(names) && Object.keys(names).some((name) => path === name || path.startsWith(`${name}.`)))
    return true;
  return claims.hasgroups === true && claimAt(claims, path) === undefined;
}

/** The roles of the groups that claims say; undefined where an administrator gives roles here. */
export function rolesOf(
  { roleMap, groupsClaim }: Pick<OidcSettings, 'roleMap' | 'groupsClaim'>,
  claims: Claims,
): RolesSaid | undefined {
  if (!roleMap) return undefined;
  if (isElsewhere(claims, groupsClaim)) {
    return {
      unknown: `there are too many to say in "${groupsClaim}" (_claim_names); have the provider send those of this application only`,
    };
  }
  const said = claimAt(claims, groupsClaim);
  if (said === undefined) return { unknown: `there is no claim "${groupsClaim}"` };
  const list: readonly unknown[] = Array.isArray(said) ? said : [said];
  const names = list.map(groupName);
  const wrong = names.indexOf(undefined);
  if (wrong >= 0) {
    const within = Array.isArray(said) ? 'holds' : 'is';
    return {
      unknown: `"${groupsClaim}" ${within} ${shapeOf(list[wrong])}, and no list of texts or of objects with a name`,
    };
  }
  // Cut apart, a name that somebody chose could give them the group of another name.
  if (typeof said === 'string' && rolesOfGroup(roleMap, said) === undefined) {
    const parts = said.split(BETWEEN_GROUPS);
    if (parts.length > 1 && parts.some((part) => rolesOfGroup(roleMap, part) !== undefined)) {
      return { unknown: `"${groupsClaim}" is one text that may be several groups; have it sent as a list` };
    }
  }
  return { roles: [...new Set(names.flatMap((name) => rolesOfGroup(roleMap, name ?? '') ?? []))] };
}

export type Identity = {
  /** In the form that people sign in by. */
  readonly email: string | undefined;
  readonly name: string | undefined;
  readonly roles: RolesSaid | undefined;
  /** Whether the address may be missing only because it could not be asked for. */
  readonly asked: 'all' | 'not all';
  /** Whether the provider vouches that the address is the person's. */
  vouches(): Promise<boolean>;
};
/** What userinfo says; 'failed' where it could not be asked, undefined where there is none. */
export type Userinfo = Claims | 'failed' | undefined;

const emailOf = (claims: Claims): string | undefined => {
  const email = textOf(claims.email);
  return email === undefined ? undefined : normalId(email);
};
/** Some providers send texts for truths. */
const isVerified = (claims: Claims): boolean =>
  claims.email_verified === true || claims.email_verified === 'true';

/**
 * Who somebody is by the ID token, and by userinfo where that leaves out the address or the groups, or does not say whose the
 * address is. What the ID token says comes first.
 */
export async function identityOf(
  settings: OidcSettings,
  token: Claims,
  askUserinfo: () => Promise<Userinfo>,
): Promise<Identity> {
  let answer: Promise<Userinfo> | undefined;
  const userinfo = (): Promise<Userinfo> => {
    answer ??= askUserinfo();
    return answer;
  };
  const inToken = { email: emailOf(token), roles: rolesOf(settings, token) };
  const isWhole = inToken.email !== undefined && !(inToken.roles && 'unknown' in inToken.roles);
  const more = isWhole ? undefined : await userinfo();
  const said = more === 'failed' ? undefined : more;
  const email = inToken.email ?? (said && emailOf(said));
  return {
    email,
    name: textOf(token.name) ?? textOf(said?.name),
    roles: joined(inToken.roles, said && rolesOf(settings, said)),
    asked: more === 'failed' ? 'not all' : 'all',
    async vouches() {
      if (email === undefined) return false;
      if (inToken.email !== undefined && Object.hasOwn(token, 'email_verified')) return isVerified(token);
      const vouching = await userinfo();
      // It vouches for the address that it says, and for no other.
      return (
        vouching !== undefined && vouching !== 'failed' && emailOf(vouching) === email && isVerified(vouching)
      );
    },
  };
}

/** Roles of the ID token, else of userinfo; where neither knows, what each lacks. */
function joined(token: RolesSaid | undefined, userinfo: RolesSaid | undefined): RolesSaid | undefined {
  if (!token || 'roles' in token || !userinfo) return token;
  if ('roles' in userinfo || userinfo.unknown === token.unknown) return userinfo;
  return { unknown: `in the ID token ${token.unknown}; at userinfo ${userinfo.unknown}` };
}
