// Settings of the desk over HTTP. What asks for two people is switched on by one, and off by two.
import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { personBehind } from '../../domain/access.ts';
import type { Desk } from '../../ports/desk.ts';
import { DEFAULT_SETTINGS, type DeskSettings } from '../../ports/office/settings.ts';
import { actorOf, entryOf } from '../access/access.ts';
import { proposalRoutes, propose } from '../proposals/proposals.ts';
import { ProblemSchema } from '../schemas.ts';

const ABOUT: Readonly<Record<keyof DeskSettings, string>> = {
  fourEyesRules:
    'Whoever wrote a rule may not put it into service; lists by which live rules approve are changed by two',
  fourEyesCases: 'Whoever proposes to close a case may not close it',
  fourEyesModels: 'Whoever proposes a champion or challenger may not put it into service',
};
const NAMES = Object.keys(DEFAULT_SETTINGS) as (keyof DeskSettings)[];
const SettingsBody = Type.Object(
  {
    fourEyesRules: Type.Optional(Type.Boolean({ description: ABOUT.fourEyesRules })),
    fourEyesCases: Type.Optional(Type.Boolean({ description: ABOUT.fourEyesCases })),
    fourEyesModels: Type.Optional(Type.Boolean({ description: ABOUT.fourEyesModels })),
  },
  { additionalProperties: false, minProperties: 1 },
);

/** What a proposal asks for: it was a body of this route. */
function changesOf(change: unknown): Partial<DeskSettings> {
  const asked = (typeof change === 'object' && change !== null ? change : {}) as Record<string, unknown>;
  return Object.fromEntries(
    NAMES.flatMap((name) => (typeof asked[name] === 'boolean' ? [[name, asked[name]]] : [])),
  );
}

export function settingsRoutes(
  app: FastifyInstance,
  { office, clock }: Pick<Desk, 'office' | 'clock'>,
): void {
  const { settings, people } = office;
  const tags = ['Settings'];
  const config = { permission: 'administer' } as const;

  app.get(
    '/v1/settings',
    { config: { permission: 'read' }, schema: { summary: 'Settings of the desk', tags } },
    async () => settings.read(),
  );

  app.put<{ Body: Static<typeof SettingsBody> }>(
    '/v1/settings',
    {
      config,
      schema: {
        summary: 'Change settings of the desk',
        description:
          'Answers 202 where a second person has to approve it first: what asks for two people is not switched off by one, as long as ' +
          'somebody else can administer.',
        tags,
        body: SettingsBody,
        response: { 400: ProblemSchema, 409: ProblemSchema },
      },
    },
    async (request, reply) => {
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
    },
  );

  proposalRoutes(
    app,
    { office, clock },
    {
      kind: 'settings',
      permission: 'administer',
      tag: 'Settings',
      details: ({ change }) =>
        Object.entries(changesOf(change)).map(([name, on]) => `${name}: ${on ? 'on' : 'off'}`),
      async apply({ change, proposedBy }, request) {
        const changes = changesOf(change);
        const entry = entryOf(request, clock, 'changed settings', 'settings', {
          ...changes,
          proposedBy: proposedBy.name,
        });
        await settings.change(changes, entry);
        return undefined;
      },
    },
  );
}
