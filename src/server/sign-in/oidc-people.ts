// Who somebody is here, who comes from an OpenID provider: an account that is linked, one to be linked, or a new one.
import type { FastifyBaseLogger } from 'fastify';
import { maskCardNumbers } from '../../domain/card-number.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Office } from '../../ports/office/office.ts';
import type { User } from '../../ports/office/people.ts';
import type { Access } from '../access/access.ts';
import { isId, nameProblem, normalId } from './names.ts';
import type { Identity, RolesSaid } from './oidc-claims.ts';
import type { OidcSettings } from './oidc-settings.ts';
import type { Trouble } from './oidc-trouble.ts';

/** What the sign-in page says, by codes that it knows: nobody else's words appear there. */
export type WayBack =
  | Trouble['code']
  | 'took-too-long'
  | 'no-identity'
  | 'no-address'
  | 'name-taken'
  | 'not-vouched'
  | 'shut-out'
  | 'groups-unknown'
  | 'roles-kept'
  | 'last-administrator';
export type Found = { readonly user: User; readonly say?: WayBack } | { readonly refused: WayBack };
export type Subject = { readonly issuer: string; readonly sub: string };

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  [...one].sort().toString() === [...other].sort().toString();
const personActor = ({ id, name }: Pick<User, 'id' | 'name'>) => ({ kind: 'person' as const, id, name });

export function oidcPeople(
  settings: OidcSettings,
  { people, audit }: Office,
  clock: Clock,
  access: Access,
): (subject: Subject, identity: Identity, log: FastifyBaseLogger) => Promise<Found> {
  /** Somebody has an account: they get the roles of their groups, or keep theirs, and it is said why. */
  async function follow(user: User, said: RolesSaid | undefined, log: FastifyBaseLogger): Promise<Found> {
    if (!said || ('roles' in said && isSame(said.roles, user.roles))) return { user };
    const about = { atMs: clock.nowMs(), actor: personActor(user), subject: `person ${user.id}` };
    async function keep(say: WayBack, reason: string): Promise<Found> {
      log.warn(`${reason}. The roles of ${user.id} stay as they are.`);
      const detail = { roles: user.roles, by: settings.name, reason };
      await audit.append({ ...about, action: 'kept roles', detail });
      return { user, say };
    }
    if ('unknown' in said) {
      return keep('roles-kept', `What ${settings.name} says of groups is unknown: ${said.unknown}`);
    }
    const detail = { from: user.roles, to: said.roles, by: settings.name };
    // The database refuses whatever would leave nobody who can administer, on this road as on any other.
    if (!(await people.setRoles(user.id, said.roles, { ...about, action: 'changed roles', detail }))) {
      return keep(
        'last-administrator',
        `By the groups that ${settings.name} says, ${user.id} is no administrator any more, but nobody else could administer`,
      );
    }
    access.forget();
    return { user: { ...user, roles: said.roles } };
  }

  async function newcomer(
    id: string,
    subject: string,
    identity: Identity,
    log: FastifyBaseLogger,
  ): Promise<Found> {
    const { roles: said } = identity;
    if (said && 'unknown' in said) {
      log.warn(
        `What ${settings.name} says of the groups of ${id} is unknown: ${said.unknown}. No account was made.`,
      );
      return { refused: 'groups-unknown' };
    }
    const all = await people.users();
    const name = identity.name && maskCardNumbers(identity.name, 100);
    // Two people may well be called the same there; here each name is one person's.
    const called = [name ?? id, `${name} (${id})`].find((one) => nameProblem(id, one, all) === undefined);
    if (called === undefined) return { refused: 'name-taken' };
    await people.addUser(
      { id, name: called.slice(0, 100), roles: said?.roles ?? ['viewer'], oidcSubject: subject },
      {
        atMs: clock.nowMs(),
        actor: personActor({ id, name: called }),
        action: 'joined by a provider',
        subject: `person ${id}`,
        detail: { provider: settings.name },
      },
    );
    access.forget();
    const added = await people.user(id);
    return added ? { user: added } : { refused: 'failed' };
  }

  return async ({ issuer, sub }, identity, log) => {
    const subject = `${issuer} ${sub}`;
    const known = await people.userOfOidc(subject);
    if (known) return known.disabled ? { refused: 'shut-out' } : follow(known, identity.roles, log);
    // Whose address could not be asked for would get an account by another name, and a second one the next time.
    if (identity.email === undefined && identity.asked === 'not all') return { refused: 'failed' };
    const id = identity.email ?? normalId(sub);
    if (!isId(id)) return { refused: 'no-address' };
    const same = await people.user(id);
    if (!same) return newcomer(id, subject, identity, log);
    if (same.disabled) return { refused: 'shut-out' };
    // Whoever can name any address there could take over an account here.
    if (!(await identity.vouches())) return { refused: 'not-vouched' };
    await people.linkOidc(id, subject, {
      atMs: clock.nowMs(),
      actor: personActor(same),
      action: 'linked to a provider',
      subject: `person ${id}`,
      detail: { provider: settings.name },
    });
    return follow(same, identity.roles, log);
  };
}
