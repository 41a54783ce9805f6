// The simulator's controls over HTTP: on and off, how fast, and a fraud of a chosen kind now.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isoTime } from '../../domain/iso-time.ts';
import type { Sight } from '../../domain/sight.ts';
import type { Desk } from '../../ports/desk.ts';
import type { InjectedFraud, Simulation } from '../../ports/simulation.ts';
import {
  controlSimulator,
  getSimulator,
  type Simulator,
  type StartedFraud,
  startFraud,
} from '../../protocol/simulator.ts';
import { entryOf } from '../access/access.ts';
import { sightOf } from '../access/sight.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { type RequestOf, serve } from '../edge/serve.ts';

const SHOWN = 5;
const LOOKED_UP = 50;

const none = (reply: FastifyReply): FastifyReply =>
  sendProblem(
    reply,
    409,
    'Conflict',
    'No simulator runs in this process. Start the desk without --no-simulator, or control ./goshawk simulate where it runs.',
  );

/** What became of a fraud: how many were sent, flagged, declined. */
async function outcomeOf(fraud: InjectedFraud, { store }: Desk, sight: Sight): Promise<StartedFraud> {
  const { id, type, accounts, transactions, atMs, untilMs, sent } = fraud;
  const stored = await Promise.all(sent.slice(0, LOOKED_UP).map((id) => store.transaction(id)));
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
    firstCaught: first < 0 ? null : first + 1,
    firstCaughtId: first < 0 ? null : sent[first],
  };
}

async function shown(
  request: FastifyRequest,
  desk: Desk,
  simulation: Simulation | undefined,
): Promise<Simulator> {
  if (!simulation) return { here: false };
  const latest = simulation.injected().slice(0, SHOWN);
  const sight = sightOf(request);
  const injected = await Promise.all(latest.map((fraud) => outcomeOf(fraud, desk, sight)));
  return { here: true, ...simulation.state(), injected };
}

async function control(
  request: RequestOf<typeof controlSimulator>,
  reply: FastifyReply,
  { office, clock }: Desk,
  simulation: Simulation | undefined,
) {
  if (!simulation) return none(reply);
  const { running, rate } = request.body;
  if (rate !== undefined) simulation.setRate(rate);
  if (running !== undefined) simulation.setRunning(running);
  await office.audit.append(
    entryOf(request, clock, 'controlled the simulator', 'simulator', { running, rate }),
  );
  return { here: true as const, ...simulation.state() };
}

async function start(
  request: RequestOf<typeof startFraud>,
  reply: FastifyReply,
  desk: Desk,
  simulation: Simulation | undefined,
) {
  if (!simulation) return none(reply);
  const { type } = request.body;
  const fraud = simulation.inject(type);
  if (!fraud) {
    const known = simulation.state().fraudTypes;
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
  return outcomeOf(fraud, desk, sightOf(request));
}

export function simulatorRoutes(
  app: FastifyInstance,
  desk: Desk,
  simulation: () => Simulation | undefined,
): void {
  serve(app, getSimulator, (request) => shown(request, desk, simulation()));
  serve(app, controlSimulator, (request, reply) => control(request, reply, desk, simulation()));
  serve(app, startFraud, (request, reply) => start(request, reply, desk, simulation()));
}
