// Settings of the desk over HTTP. What asks for two people is switched on by one, and off by two.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { personBehind } from '../../domain/access.ts';
import type { Desk } from '../../ports/desk.ts';
import { DEFAULT_SETTINGS, type DeskSettings } from '../../ports/office/settings.ts';
import { changeSettings, getSettings } from '../../protocol/settings.ts';
import { actorOf, entryOf } from '../access/access.ts';
import { type RequestOf, serve } from '../edge/serve.ts';
import { proposalRoutes, propose } from '../proposals/proposals.ts';

const NAMES = Object.keys(DEFAULT_SETTINGS) as (keyof DeskSettings)[];

/** What a proposal asks for: it was a body of this route. */
function changesOf(change: unknown): Partial<DeskSettings> {
  const asked = (typeof change === 'object' && change !== null ? change : {}) as Record<string, unknown>;
  return Object.fromEntries(
    NAMES.flatMap((name) => (typeof asked[name] === 'boolean' ? [[name, asked[name]]] : [])),
  );
}

async function change(
  request: RequestOf<typeof changeSettings>,
  reply: FastifyReply,
  { office, clock }: Pick<Desk, 'office' | 'clock'>,
) {
  const { settings, people } = office;
  const now = await settings.read();
  const switchesOff = NAMES.some((name) => now[name] && request.body[name] === false);
  if (switchesOff) {
    const person = personBehind(actorOf(request));
    const isAlone = !(await people.users()).some(
      ({ id, roles, canSignIn }) => id !== person && canSignIn && roles.includes('administrator'),
    );
    if (!isAlone) return propose(request, reply, { office, clock }, 'settings', 'settings', request.body);
  }
  return settings.change(
    request.body,
    entryOf(request, clock, 'changed settings', 'settings', { ...request.body }),
  );
}

export function settingsRoutes(app: FastifyInstance, desk: Pick<Desk, 'office' | 'clock'>): void {
  const { settings } = desk.office;
  serve(app, getSettings, () => settings.read());
  serve(app, changeSettings, (request, reply) => change(request, reply, desk));
  proposalRoutes(app, desk, {
    kind: 'settings',
    details: (proposal) =>
      Object.entries(changesOf(proposal.change)).map(([name, on]) => `${name}: ${on ? 'on' : 'off'}`),
    async apply(proposal, request) {
      const changes = changesOf(proposal.change);
      const entry = entryOf(request, desk.clock, 'changed settings', 'settings', {
        ...changes,
        proposedBy: proposal.proposedBy.name,
      });
      await settings.change(changes, entry);
      return undefined;
    },
  });
}
