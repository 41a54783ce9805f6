// What whoever has the machine may do with accounts, whether anybody can sign in or not: look who there is, and make an administrator.
import { InputError } from '../domain/input-error.ts';
import { isoTime } from '../domain/iso-time.ts';
import { textProblem } from '../domain/text.ts';
import type { Clock } from '../ports/clock.ts';
import type { Office } from '../ports/office/office.ts';
import { newToken, tokenHash } from '../server/access/secrets.ts';
import { isId, nameProblem, normalId } from '../server/sign-in/names.ts';

const LINK_MS = 72 * 3_600_000;

export type PeopleCommand =
  | { readonly action: 'list' }
  | {
      readonly action: 'make-administrator';
      readonly id: string;
      /** The account of the machine's operating system, for the audit trail. */
      readonly by: string;
    };

type Answer = Readonly<Record<string, unknown>>[];

/** What came over the socket of a desk, as a command. Throws InputError. */
export function peopleCommand(value: unknown): PeopleCommand {
  const { action, id, by } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  if (action === 'list') return { action };
  if (action === 'make-administrator' && typeof id === 'string' && typeof by === 'string') {
    return { action, id, by };
  }
  throw new InputError('There is people list and people make-administrator NAME.');
}

export async function runPeopleCommand(
  office: Office,
  clock: Clock,
  command: PeopleCommand,
): Promise<Answer> {
  return command.action === 'list' ? list(office) : makeAdministrator(office, clock, command.id, command.by);
}

async function list({ people }: Office): Promise<Answer> {
  return (await people.users()).map((user) => ({
    id: user.id,
    name: user.name,
    roles: user.roles.join(', '),
    state: user.disabled ? 'shut out' : user.canSignIn ? 'can sign in' : 'invited',
    lastSignIn: user.lastSignInAtMs === undefined ? 'never' : isoTime(user.lastSignInAtMs),
  }));
}

/** An account of that name is an administrator's from now on, and not shut out; the link sets its password. */
async function makeAdministrator(
  { people }: Office,
  clock: Clock,
  wanted: string,
  by: string,
): Promise<Answer> {
  const id = normalId(wanted);
  if (!isId(id)) throw new InputError(`"${id}" is neither an e-mail address nor a short name.`);
  const before = await people.user(id);
  const problem = before ? undefined : nameProblem(id, id, await people.users());
  if (problem) throw new InputError(problem);
  const name = textProblem(by, 'line') === undefined ? `${by} at the machine` : 'at the machine';
  await people.makeAdministrator(id, {
    atMs: clock.nowMs(),
    actor: { kind: 'local', id: 'local', name },
    action: 'made an administrator',
    subject: `person ${id}`,
    detail: before ? { from: before.roles, wasShutOut: before.disabled } : { new: true },
  });
  const token = newToken();
  const expiresAtMs = clock.nowMs() + LINK_MS;
  await people.addLink(tokenHash(token), id, expiresAtMs);
  return [
    {
      id,
      account: before ? 'was there' : 'new',
      link: `/welcome?token=${token}`,
      until: isoTime(expiresAtMs),
    },
  ];
}
