// The model registry over HTTP: what there is, how good it is, and who moves it where.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CARD_REFUSED, cardNumberIn } from '../../domain/card-policy.ts';
import { isoTime } from '../../domain/iso-time.ts';
import { fraudTypeSeen, type Sight } from '../../domain/sight.ts';
import { DRIFT_ALARM } from '../../models/drift.ts';
import { modelBody, parseModel } from '../../models/model.ts';
import { modelCard } from '../../models/model-card.ts';
import { SCORE_STEPS, stepStart } from '../../models/review.ts';
import type { Desk } from '../../ports/desk.ts';
import type { ModelTrial } from '../../ports/model-trial.ts';
import type { FiledModel } from '../../ports/office/models.ts';
import type { SegmentOutcome } from '../../ports/past-rows.ts';
import type { Retrainer } from '../../ports/retrainer.ts';
import { entryOf, nameOf } from '../access/access.ts';
import { textSeen } from '../access/office-seen.ts';
import { sightOf } from '../access/sight.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { known, timeOrNull } from '../edge/unknown.ts';
import { takeBodiesWhole } from '../edge/whole-bodies.ts';
import { proposalRoutes, propose } from '../proposals/proposals.ts';
import { FileModelQuery, MoveBody, ProblemSchema, ReviewQuery, VersionParams, WhoBody } from '../schemas.ts';
import {
  type AskedMove,
  askedMove,
  decides,
  isState,
  lookAtMove,
  moveDetails,
  moveModel,
} from './model-moves.ts';
import type { ModelReviews } from './model-reviews.ts';
import type { ScorerOf } from './past-scorers.ts';

const MAX_ARTEFACT_BYTES = 64 << 20;
const EVENTS = 100;
const OUTCOME_ROWS = 50_000;
const MAX_COMPARED = 6;
/** What a fraud is counted under whose label names no kind. */
const NOT_STATED = 'not stated';

function filedJson({ filedAtMs, info, notes, ...rest }: FiledModel, sight: Sight) {
  const { heldOut, ...about } = info;
  return {
    ...rest,
    notes: textSeen(notes, sight) ?? '',
    filedAt: isoTime(filedAtMs),
    ...about,
    heldOut: heldOut ?? null,
  };
}

/** Kinds of fraud that a masked sight does not know are one to it. */
function segmentsSeen(segments: readonly SegmentOutcome[], sight: Sight): SegmentOutcome[] {
  const seen = new Map<string, SegmentOutcome>();
  for (const segment of segments) {
    const name =
      segment.kind === 'fraud type' && segment.name !== NOT_STATED
        ? (fraudTypeSeen(segment.name, sight) ?? segment.name)
        : segment.name;
    const key = `${segment.kind} ${name}`;
    const sum = seen.get(key);
    seen.set(
      key,
      sum === undefined
        ? { ...segment, name }
        : {
            ...sum,
            rows: sum.rows + segment.rows,
            labelled: sum.labelled + segment.labelled,
            frauds: sum.frauds + segment.frauds,
            flagged: sum.flagged + segment.flagged,
            caught: sum.caught + segment.caught,
            fraudMinor: sum.fraudMinor + segment.fraudMinor,
            caughtMinor: sum.caughtMinor + segment.caughtMinor,
          },
    );
  }
  return [...seen.values()];
}

export function modelRoutes(
  app: FastifyInstance,
  desk: Desk,
  scorerOf: ScorerOf,
  reviews: ModelReviews,
  trial: ModelTrial,
  retrainer: Retrainer,
  maturityMs: number,
): void {
  const { models, clock } = desk;
  const tags = ['Models'];
  const notFound = (reply: FastifyReply, version: string) =>
    sendProblem(reply, 404, 'Not found', `There is no model ${version}.`);
  /** Transactions that a model in service could not score or explain, in this process. */
  function failuresOf(version: string) {
    const { champion, challenger } = desk.inService().serving;
    const scorer = [champion, challenger?.scorer].find((one) => one?.info.version === version);
    return scorer ? { count: scorer.failures.count, last: scorer.failures.last ?? null } : null;
  }
  /** Moves a model as it was asked for, or keeps the move until a second person approves it. */
  async function moved(request: FastifyRequest, reply: FastifyReply, version: string, asked: AskedMove) {
    const found = await lookAtMove(desk, reviews, trial, version, asked);
    if ('status' in found) return sendProblem(reply, found.status, found.title, found.detail);
    if (decides(asked.state) && (await desk.office.settings.read()).fourEyesModels) {
      return propose(request, reply, desk, 'model', version, asked);
    }
    await moveModel(request, desk, version, asked, found.gate);
    const filed = await models.find(version);
    return filed && filedJson(filed, sightOf(request));
  }

  app.get(
    '/v1/models',
    { config: { permission: 'read' }, schema: { summary: 'Every model, and who moved it where', tags } },
    async (request) => {
      const sight = sightOf(request);
      const [filed, events] = await Promise.all([models.list(), models.events(EVENTS)]);
      return {
        models: filed.map((model) => ({ ...filedJson(model, sight), failures: failuresOf(model.version) })),
        events: events.map(({ atMs, from, gate, note, ...event }) => ({
          ...event,
          note: textSeen(note, sight) ?? '',
          at: isoTime(atMs),
          from: from ?? null,
          gate: gate ?? null,
        })),
        retraining: retrainer.status(),
      };
    },
  );

  app.get<{ Querystring: ReviewQuery }>(
    '/v1/models/review',
    {
      config: { permission: 'read', expensive: true },
      schema: {
        summary: 'Models side by side on the latest labelled transactions',
        description:
          `What each would have said of the same transactions, counted by ${SCORE_STEPS} steps of the score: ` +
          'enough to draw its curves and to weigh any threshold.',
        tags,
        querystring: ReviewQuery,
        response: { 400: ProblemSchema },
      },
    },
    async (request, reply) => {
      const { versions } = request.query;
      const wanted =
        versions === undefined
          ? [desk.inService().serving.champion.info.version]
          : [...new Set(versions.split(','))];
      if (wanted.length > MAX_COMPARED) {
        return sendProblem(reply, 400, 'Bad request', `At most ${MAX_COMPARED} models are compared at once.`);
      }
      const period = await reviews.period();
      const found = [];
      for (const version of wanted) {
        const review = await reviews.review(version);
        if (!review) return notFound(reply, version);
        const {
          auc,
          averagePrecision,
          precision,
          recall,
          brierScore,
          calibrationError,
          scoreMicros,
          ...rest
        } = review;
        found.push({
          ...rest,
          auc: known(auc),
          averagePrecision: known(averagePrecision),
          precision: known(precision),
          recall: known(recall),
          brierScore: known(brierScore),
          calibrationError: known(calibrationError),
          scoreMicros: known(scoreMicros),
          reliability: review.reliability.filter(({ rows }) => rows > 0),
          thresholds: (await scorerOf(version))?.info.thresholds,
        });
      }
      return {
        from: timeOrNull(period.fromMs),
        until: isoTime(period.untilMs),
        rows: period.rows.length,
        verdictShare: period.verdicts,
        stepStarts: Array.from({ length: SCORE_STEPS }, (_, step) => stepStart(step)),
        reviews: found,
      };
    },
  );

  app.get(
    '/v1/models/drift',
    {
      config: { permission: 'read', expensive: true },
      schema: {
        summary: 'The latest decisions beside what the champion was trained on',
        description:
          'For the score and each feature: population stability index, the probability of such a distance by chance ' +
          '(Kolmogorov–Smirnov), and the share of missing values before and now. For what comes in: volume, label delay and ' +
          'categories never seen, then and now. Null where too little is known.',
        tags,
      },
    },
    async () => {
      const [drift, shifts, period] = await Promise.all([
        reviews.drift(),
        reviews.shifts(),
        reviews.period(),
      ]);
      return {
        rows: period.rows.length,
        alarmFrom: DRIFT_ALARM,
        features: drift ?? null,
        input: shifts.map(({ before, now, probability, ...shift }) => ({
          ...shift,
          before: before ?? null,
          now: now ?? null,
          probability: probability ?? null,
        })),
      };
    },
  );

  app.get(
    '/v1/models/outcomes',
    {
      config: { permission: 'read', expensive: true },
      schema: {
        summary:
          'How decisions turned out, by fraud type, channel, type and country; where labels come from, and how late',
        description:
          `Of the newest ${OUTCOME_ROWS.toLocaleString('en')} decisions that are old enough for their labels; what has no label then is taken as genuine, ` +
          'and `labelled` says how many have one.',
        tags,
      },
    },
    async (request) => {
      const sight = sightOf(request);
      const untilMs = clock.nowMs() - maturityMs;
      const [segments, labels] = await Promise.all([
        desk.office.past.outcomes(untilMs, OUTCOME_ROWS),
        desk.office.past.labelSources(OUTCOME_ROWS),
      ]);
      return {
        until: isoTime(untilMs),
        segments: segmentsSeen(segments, sight),
        labels: labels.map(({ latestAtMs, medianDelayMs, p90DelayMs, ...source }) => ({
          ...source,
          medianDelayMs: medianDelayMs ?? null,
          p90DelayMs: p90DelayMs ?? null,
          latestAt: isoTime(latestAtMs),
        })),
      };
    },
  );

  app.get<{ Params: VersionParams }>(
    '/v1/models/:version',
    {
      config: { permission: 'read' },
      schema: {
        summary: 'A model, with its card',
        tags,
        params: VersionParams,
        response: { 404: ProblemSchema },
      },
    },
    async (request, reply) => {
      const { version } = request.params;
      const filed = await models.find(version);
      const model = filed && (await models.load(version));
      if (!filed || !model) return notFound(reply, version);
      return { ...filedJson(filed, sightOf(request)), card: modelCard(model, filed.sha256) };
    },
  );

  app.get<{ Params: VersionParams }>(
    '/v1/models/:version/artefact',
    {
      config: { permission: 'move_models' },
      schema: {
        summary: 'The artefact of a model',
        tags,
        params: VersionParams,
        response: { 404: ProblemSchema },
      },
    },
    async (request, reply) => {
      const { version } = request.params;
      const text = await models.artefact(version);
      if (text === undefined) return notFound(reply, version);
      return reply
        .type('application/octet-stream')
        .header('content-disposition', `attachment; filename="${version.replace(/[^\w.-]/g, '_')}.model"`)
        .send(text);
    },
  );

  app.get<{ Params: VersionParams }>(
    '/v1/models/:version/gate',
    {
      config: { permission: 'read' },
      schema: {
        summary: 'What a model shows beside the champion',
        tags,
        params: VersionParams,
        response: { 404: ProblemSchema },
      },
    },
    async (request, reply) => {
      const checks = await reviews.gate(request.params.version);
      return checks
        ? { passed: checks.every(({ passed }) => passed), checks }
        : notFound(reply, request.params.version);
    },
  );

  app.register(async (scope) => {
    takeBodiesWhole(scope, 'string', MAX_ARTEFACT_BYTES);
    scope.post<{ Querystring: FileModelQuery; Body: unknown }>(
      '/v1/models',
      {
        config: { permission: 'move_models' },
        bodyLimit: MAX_ARTEFACT_BYTES,
        schema: {
          summary: 'File a model as a candidate',
          description: 'The body is the file that `./goshawk train` or `./goshawk model import` wrote.',
          tags,
          querystring: FileModelQuery,
          consumes: ['application/octet-stream'],
          response: { 400: ProblemSchema },
        },
      },
      async (request, reply) => {
        const { notes = '' } = request.query;
        const who = nameOf(request, request.query.who);
        const text = String(request.body ?? '');
        // What is no model file needs no trial.
        modelBody(text, 'The model');
        // Read and asked elsewhere first: a file is believed once it did no harm there.
        const problem = await trial.ofArtefact(text);
        if (problem !== undefined) return sendProblem(reply, 400, 'Bad request', problem);
        const model = parseModel(text, 'The model');
        const { info, encoding } = model;
        const card = cardNumberIn({ info, encoding });
        if (card !== undefined)
          return sendProblem(reply, 400, 'Bad request', `The model ${CARD_REFUSED} (${card}).`);
        const filed = await models.file(model, who, notes, clock.nowMs());
        await desk.office.audit.append(
          entryOf(request, clock, 'filed a model', `model ${filed.version}`, { sha256: filed.sha256, who }),
        );
        return reply.code(201).send(filedJson(filed, sightOf(request)));
      },
    );
  });

  app.post<{ Params: VersionParams; Body: MoveBody }>(
    '/v1/models/:version/state',
    {
      config: { permission: 'move_models' },
      schema: {
        summary: 'Move a model to another state',
        description:
          'A champion or a challenger must pass the gate; `override` says why it is moved although it does not. ' +
          'It decides from the next batch on, without a restart. Answers 202 where a second person has to approve it first.',
        tags,
        params: VersionParams,
        body: MoveBody,
        response: { 400: ProblemSchema, 404: ProblemSchema, 409: ProblemSchema },
      },
    },
    async (request, reply) => {
      const { version } = request.params;
      const { state, share, note = '', override } = request.body;
      const who = nameOf(request, request.body.who);
      if (!isState(state)) return sendProblem(reply, 400, 'Bad request', `There is no state ${state}.`);
      return moved(request, reply, version, {
        state,
        who,
        note,
        ...(share !== undefined && { share }),
        ...(override !== undefined && { override }),
      });
    },
  );

  app.post<{ Body: WhoBody }>(
    '/v1/models/rollback',
    {
      config: { permission: 'move_models' },
      schema: {
        summary: 'Back to the champion before this one',
        tags,
        body: WhoBody,
        response: { 409: ProblemSchema },
      },
    },
    async (request, reply) => {
      const { note = '' } = request.body;
      const who = nameOf(request, request.body.who);
      const version = await models.previousChampion();
      if (version === undefined) {
        return sendProblem(reply, 409, 'Conflict', 'No model was champion before this one.');
      }
      return moved(request, reply, version, { state: 'champion', who, note, action: 'rolled back' });
    },
  );

  proposalRoutes(app, desk, {
    kind: 'model',
    details: moveDetails,
    async apply({ subject, change, proposedBy }, request) {
      const asked = askedMove(change);
      if (!asked) return 'This program cannot read what was proposed; withdraw it.';
      const found = await lookAtMove(desk, reviews, trial, subject, asked);
      if ('status' in found) return found.detail;
      await moveModel(request, desk, subject, asked, found.gate, proposedBy.name);
      return undefined;
    },
  });

  app.post<{ Body: WhoBody }>(
    '/v1/models/retrain',
    {
      config: { permission: 'move_models' },
      schema: {
        summary: 'Train a candidate on what was decided and labelled here',
        description: 'It is filed as a candidate; GET /v1/models tells how far it is.',
        tags,
        body: WhoBody,
        response: { 409: ProblemSchema },
      },
    },
    async (request, reply) => {
      const who = nameOf(request, request.body.who);
      const refused = retrainer.start(who, request.body.note ?? '');
      if (refused !== undefined) return sendProblem(reply, 409, 'Conflict', refused);
      await desk.office.audit.append(entryOf(request, clock, 'started a training', 'models', { who }));
      return reply.code(202).send(retrainer.status());
    },
  );
}
