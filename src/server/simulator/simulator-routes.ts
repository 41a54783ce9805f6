// The simulator's controls over HTTP: on and off, how fast, and a fraud of a chosen kind now.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { type Static, Type } from 'typebox';
import { isoTime } from '../../domain/iso-time.ts';
import type { Sight } from '../../domain/sight.ts';
import type { Desk } from '../../ports/desk.ts';
import type { InjectedFraud, Simulation } from '../../ports/simulation.ts';
import { Identifier } from '../../protocol/fields.ts';
import { entryOf } from '../access/access.ts';
import { sightOf } from '../access/sight.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { ProblemSchema } from '../schemas.ts';

const SHOWN = 5;
const LOOKED_UP = 50;

const ControlBody = Type.Object(
  {
    running: Type.Optional(Type.Boolean()),
    rate: Type.Optional(
      Type.Number({ minimum: 0.01, maximum: 20_000, description: 'Mean transactions a second' }),
    ),
  },
  { additionalProperties: false, minProperties: 1 },
);
const InjectBody = Type.Object(
  { type: Identifier(60) },
  { additionalProperties: false, examples: [{ type: 'card_testing' }] },
);

export function simulatorRoutes(
  app: FastifyInstance,
  desk: Desk,
  simulation: () => Simulation | undefined,
): void {
  const tags = ['Simulator'];
  const config = { permission: 'control_simulator' } as const;
  const none = (reply: FastifyReply): FastifyReply =>
    sendProblem(
      reply,
      409,
      'Conflict',
      'No simulator runs in this process. Start the desk without --no-simulator, or control ./goshawk simulate where it runs.',
    );

  /** What became of a fraud: how many were sent, flagged, declined. */
  async function outcomeOf(fraud: InjectedFraud, sight: Sight) {
    const { id, type, accounts, transactions, atMs, untilMs, sent } = fraud;
    const stored = await Promise.all(sent.slice(0, LOOKED_UP).map((id) => desk.store.transaction(id)));
    const decided = stored.flatMap((one) => (one ? [one.decision.outcome] : []));
    const first = stored.findIndex((one) => one !== undefined && one.decision.outcome !== 'approve');
    return {
      id,
      type,
      accounts: sight.kind === 'whole' ? accounts : accounts.map((one) => sight.token('account', one)),
      transactions,
      at: isoTime(atMs),
      until: isoTime(untilMs),
      sent: sent.length,
      declined: decided.filter((outcome) => outcome === 'decline').length,
      reviewed: decided.filter((outcome) => outcome === 'review').length,
      /** The place of the first that was caught; null while none was. */
      firstCaught: first < 0 ? null : first + 1,
      firstCaughtId: first < 0 ? null : sent[first],
    };
  }

  app.get(
    '/v1/simulator',
    {
      config: { permission: 'read' },
      schema: { summary: 'The simulator, and frauds that were started by hand', tags },
    },
    async (request) => {
      const found = simulation();
      if (!found) return { here: false };
      const sight = sightOf(request);
      const injected = await Promise.all(
        found
          .injected()
          .slice(0, SHOWN)
          .map((fraud) => outcomeOf(fraud, sight)),
      );
      return { here: true, ...found.state(), injected };
    },
  );

  app.post<{ Body: Static<typeof ControlBody> }>(
    '/v1/simulator',
    {
      config,
      schema: {
        summary: 'Start, stop, or another rate',
        tags,
        body: ControlBody,
        response: { 409: ProblemSchema },
      },
    },
    async (request, reply) => {
      const found = simulation();
      if (!found) return none(reply);
      const { running, rate } = request.body;
      if (rate !== undefined) found.setRate(rate);
      if (running !== undefined) found.setRunning(running);
      await desk.office.audit.append(
        entryOf(request, desk.clock, 'controlled the simulator', 'simulator', { running, rate }),
      );
      return { here: true, ...found.state() };
    },
  );

  app.post<{ Body: Static<typeof InjectBody> }>(
    '/v1/simulator/inject',
    {
      config,
      schema: {
        summary: 'Start a fraud now',
        description:
          'A campaign that would last for days is told within a minute. GET /v1/simulator tells what became of it.',
        tags,
        body: InjectBody,
        response: { 409: ProblemSchema, 422: ProblemSchema },
      },
    },
    async (request, reply) => {
      const found = simulation();
      if (!found) return none(reply);
      const { type } = request.body;
      const fraud = found.inject(type);
      if (!fraud) {
        const known = found.state().fraudTypes;
        return sendProblem(
          reply,
          422,
          'Not valid',
          known.length === 0
            ? 'This preset has no campaigns to start; the default preset has.'
            : `There is no fraud "${type}"; there are ${known.join(', ')}.`,
        );
      }
      await desk.office.audit.append(entryOf(request, desk.clock, 'started a fraud', 'simulator', { type }));
      return reply.code(201).send(await outcomeOf(fraud, sightOf(request)));
    },
  );
}
