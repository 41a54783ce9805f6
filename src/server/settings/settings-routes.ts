// Settings of the desk over HTTP. What asks for two people is switched on by one, and off by two.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { personBehind } from '../../domain/access.ts';
import type { Desk } from '../../ports/desk.ts';
import { DEFAULT_SETTINGS, type DeskSettings } from '../../ports/office/settings.ts';
import { changeSettings, getSettings } from '../../protocol/settings.ts';
import { actorOf, entryOf } from '../access/access.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { type RequestOf, serve } from '../edge/serve.ts';
import { proposalRoutes, propose } from '../proposals/proposals.ts';

const NAMES = Object.keys(DEFAULT_SETTINGS) as (keyof DeskSettings)[];
/** What asks for two people. */
const SWITCHES = ['fourEyesRules', 'fourEyesCases', 'fourEyesModels'] as const;

/** What a proposal asks for: it was a body of this route. */
function changesOf(change: unknown): Partial<DeskSettings> {
  const asked = (typeof change === 'object' && change !== null ? change : {}) as Record<string, unknown>;
  return Object.fromEntries(
    NAMES.flatMap((name) => (asked[name] === undefined ? [] : [[name, asked[name]]])),
  );
}

const detailOf = (name: string, value: unknown): string =>
  `${name}: ${typeof value === 'boolean' ? (value ? 'on' : 'off') : (value ?? 'follows the volume')}`;

async function change(request: RequestOf<typeof changeSettings>, reply: FastifyReply, desk: SettingsDesk) {
  const { office, clock } = desk;
  const { settings, people } = office;
  const now = await settings.read();
  const { reviewPrecision, declinePrecision } = { ...now, ...request.body };
  if (declinePrecision < reviewPrecision) {
    return sendProblem(
      reply,
      409,
      'Conflict',
      `What is declined must be fraud at least as often as what is looked at: declinePrecision ${declinePrecision} is below reviewPrecision ${reviewPrecision}.`,
    );
  }
  const switchesOff = SWITCHES.some((name) => now[name] && request.body[name] === false);
  if (switchesOff) {
    const person = personBehind(actorOf(request));
    const isAlone = !(await people.users()).some(
      ({ id, roles, canSignIn }) => id !== person && canSignIn && roles.includes('administrator'),
    );
    if (!isAlone) return propose(request, reply, { office, clock }, 'settings', 'settings', request.body);
  }
  const changed = await settings.change(
    request.body,
    entryOf(request, clock, 'changed settings', 'settings', { ...request.body }),
  );
  await desk.refresh();
  return changed;
}

type SettingsDesk = Pick<Desk, 'office' | 'clock' | 'refresh'>;

export function settingsRoutes(app: FastifyInstance, desk: SettingsDesk): void {
  const { settings } = desk.office;
  serve(app, getSettings, () => settings.read());
  serve(app, changeSettings, (request, reply) => change(request, reply, desk));
  proposalRoutes(app, desk, {
    kind: 'settings',
    details: (proposal) =>
      Object.entries(changesOf(proposal.change)).map(([name, value]) => detailOf(name, value)),
    async apply(proposal, request) {
      const changes = changesOf(proposal.change);
      const entry = entryOf(request, desk.clock, 'changed settings', 'settings', {
        ...changes,
        proposedBy: proposal.proposedBy.name,
      });
      await settings.change(changes, entry);
      await desk.refresh();
      return undefined;
    },
  });
}
