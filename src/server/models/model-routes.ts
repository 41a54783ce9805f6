// The registry of models over HTTP: what there is, how good it is, and who moves it where.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { modelCard } from '../../models/model-card.ts';
import { unbiasedQuality } from '../../models/unbiased.ts';
import type { Desk } from '../../ports/desk.ts';
import type { ModelTrial } from '../../ports/model-trial.ts';
import type { Retrainer } from '../../ports/retrainer.ts';
import {
  getModel,
  getModelArtefact,
  getModelGate,
  getOutcomes,
  listModels,
  measureDrift,
  moveModel,
  OUTCOME_ROWS,
  type Review,
  retrainModel,
  reviewModels,
  rollBackModel,
} from '../../protocol/models.ts';
import { ASKED_ROWS, measureUnbiased } from '../../protocol/unbiased.ts';
import { entryOf, nameOf } from '../access/access.ts';
import { sightOf } from '../access/sight.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { type RequestOf, serve } from '../edge/serve.ts';
import { proposalRoutes, propose } from '../proposals/proposals.ts';
import { fileModelRoute } from './file-model.ts';
import {
  driftMessage,
  eventMessage,
  filedMessage,
  outcomesMessage,
  reviewMessage,
  reviewsMessage,
  unbiasedMessage,
} from './model-messages.ts';
import { type AskedMove, askedMove, carryOutMove, decides, lookAtMove, moveDetails } from './model-moves.ts';
import type { ModelReviews } from './model-reviews.ts';
import type { ScorerOf } from './past-scorers.ts';

const EVENTS = 100;
const MAX_COMPARED = 6;

export type ModelRoom = {
  readonly desk: Desk;
  readonly scorerOf: ScorerOf;
  readonly reviews: ModelReviews;
  readonly trial: ModelTrial;
  readonly retrainer: Retrainer;
  /** Labels of decisions older than this are taken as complete. */
  readonly maturityMs: number;
};

const notFound = (reply: FastifyReply, version: string): FastifyReply =>
  sendProblem(reply, 404, 'Not found', `There is no model ${version}.`);

/** Transactions that a model in service could not score or explain, in this process. */
function failuresOf(desk: Desk, version: string) {
  const { champion, challenger } = desk.inService().serving;
  const scorer = [champion, challenger?.scorer].find((one) => one?.info.version === version);
  return scorer ? { count: scorer.failures.count, last: scorer.failures.last ?? null } : null;
}

async function list(request: RequestOf<typeof listModels>, { desk, retrainer }: ModelRoom) {
  const sight = sightOf(request);
  const [filed, events] = await Promise.all([desk.models.list(), desk.models.events(EVENTS)]);
  return {
    models: filed.map((model) => ({
      ...filedMessage(model, sight),
      failures: failuresOf(desk, model.version),
    })),
    events: events.map((event) => eventMessage(event, sight)),
    retraining: retrainer.status(),
  };
}

async function review(
  request: RequestOf<typeof reviewModels>,
  reply: FastifyReply,
  { desk, reviews, scorerOf }: ModelRoom,
) {
  const { versions } = request.query;
  const wanted =
    versions === undefined
      ? [desk.inService().serving.champion.info.version]
      : [...new Set(versions.split(','))];
  if (wanted.length > MAX_COMPARED) {
    return sendProblem(reply, 400, 'Bad request', `At most ${MAX_COMPARED} models are compared at once.`);
  }
  const period = await reviews.period();
  const found: Review[] = [];
  for (const version of wanted) {
    const reviewed = await reviews.review(version);
    const scorer = reviewed && (await scorerOf(version, period.catalogue));
    if (!scorer) return notFound(reply, version);
    found.push(reviewMessage(reviewed, scorer.info.thresholds));
  }
  return reviewsMessage(period, found);
}

async function artefact(
  request: RequestOf<typeof getModelArtefact>,
  reply: FastifyReply,
  { desk }: ModelRoom,
) {
  const { version } = request.params;
  const text = await desk.models.artefact(version);
  if (text === undefined) return notFound(reply, version);
  return reply
    .type('application/octet-stream')
    .header('content-disposition', `attachment; filename="${version.replace(/[^\w.-]/g, '_')}.model"`)
    .send(text);
}

/** Moves a model as it was asked for, or keeps the move until a second person approves it. */
async function moved(
  request: FastifyRequest,
  reply: FastifyReply,
  { desk, reviews, trial }: ModelRoom,
  version: string,
  asked: AskedMove,
) {
  const found = await lookAtMove(desk, reviews, trial, version, asked);
  if ('status' in found) return sendProblem(reply, found.status, found.title, found.detail);
  if (decides(asked.state) && (await desk.office.settings.read()).fourEyesModels) {
    return propose(request, reply, desk, 'model', version, asked);
  }
  await carryOutMove(request, desk, version, asked, found.gate);
  const filed = await desk.models.find(version);
  return filed ? filedMessage(filed, sightOf(request)) : notFound(reply, version);
}

async function rollBack(request: RequestOf<typeof rollBackModel>, reply: FastifyReply, room: ModelRoom) {
  const { note = '' } = request.body;
  const who = nameOf(request, request.body.who);
  const version = await room.desk.models.previousChampion();
  if (version === undefined) {
    return sendProblem(reply, 409, 'Conflict', 'No model was champion before this one.');
  }
  return moved(request, reply, room, version, { state: 'champion', who, note, action: 'rolled back' });
}

async function retrain(
  request: RequestOf<typeof retrainModel>,
  reply: FastifyReply,
  { desk, retrainer }: ModelRoom,
) {
  const who = nameOf(request, request.body.who);
  const refused = retrainer.start(who, request.body.note ?? '');
  if (refused !== undefined) return sendProblem(reply, 409, 'Conflict', refused);
  await desk.office.audit.append(entryOf(request, desk.clock, 'started a training', 'models', { who }));
  return retrainer.status();
}

/** How good models are, and how far life has drifted from what they learnt. */
function measuringRoutes(app: FastifyInstance, room: ModelRoom): void {
  const { desk, reviews, maturityMs } = room;
  serve(app, reviewModels, (request, reply) => review(request, reply, room));
  serve(app, measureDrift, async () => {
    const [drift, shifts, period] = await Promise.all([reviews.drift(), reviews.shifts(), reviews.period()]);
    return driftMessage(period, drift, shifts);
  });
  serve(app, getOutcomes, async (request) => {
    const untilMs = desk.clock.nowMs() - maturityMs;
    const [segments, labels] = await Promise.all([
      desk.office.past.outcomes(untilMs, OUTCOME_ROWS),
      desk.office.past.labelSources(OUTCOME_ROWS),
    ]);
    return outcomesMessage(untilMs, segments, labels, sightOf(request));
  });
  serve(app, measureUnbiased, async () => {
    const untilMs = desk.clock.nowMs() - maturityMs;
    const [asked, { sampleShare }] = await Promise.all([
      desk.office.past.askedAbout(untilMs, ASKED_ROWS),
      desk.office.settings.read(),
    ]);
    return unbiasedMessage(untilMs, sampleShare, asked, unbiasedQuality(asked.rows, asked.missedForCertain));
  });
  serve(app, getModelGate, async (request, reply) => {
    const { version } = request.params;
    const checks = await reviews.gate(version);
    return checks ? { passed: checks.every(({ passed }) => passed), checks } : notFound(reply, version);
  });
}

export function modelRoutes(app: FastifyInstance, room: ModelRoom): void {
  const { desk, reviews, trial } = room;
  serve(app, listModels, (request) => list(request, room));
  serve(app, getModel, async (request, reply) => {
    const { version } = request.params;
    const filed = await desk.models.find(version);
    const model = filed && (await desk.models.load(version));
    if (!filed || !model) return notFound(reply, version);
    return { ...filedMessage(filed, sightOf(request)), card: modelCard(model, filed.sha256) };
  });
  serve(app, getModelArtefact, (request, reply) => artefact(request, reply, room));
  measuringRoutes(app, room);
  app.register(async (scope) => fileModelRoute(scope, desk, trial));
  serve(app, moveModel, async (request, reply) => {
    const { state, share, note = '', override } = request.body;
    return moved(request, reply, room, request.params.version, {
      state,
      who: nameOf(request, request.body.who),
      note,
      ...(share !== undefined && { share }),
      ...(override !== undefined && { override }),
    });
  });
  serve(app, rollBackModel, (request, reply) => rollBack(request, reply, room));
  serve(app, retrainModel, (request, reply) => retrain(request, reply, room));
  proposalRoutes(app, desk, {
    kind: 'model',
    details: moveDetails,
    async apply({ subject, change, proposedBy }, request) {
      const asked = askedMove(change);
      if (!asked) return 'This program cannot read what was proposed; withdraw it.';
      const found = await lookAtMove(desk, reviews, trial, subject, asked);
      if ('status' in found) return found.detail;
      await carryOutMove(request, desk, subject, asked, found.gate, proposedBy.name);
      return undefined;
    },
  });
}
