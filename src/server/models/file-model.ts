// A model file that somebody sends: read and asked elsewhere before it is believed, then filed as a candidate.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { CARD_REFUSED, cardNumberIn } from '../../domain/card-policy.ts';
import { modelBody, parseModel } from '../../models/model.ts';
import type { Desk } from '../../ports/desk.ts';
import type { ModelTrial } from '../../ports/model-trial.ts';
import { fileModel, MAX_ARTEFACT_BYTES } from '../../protocol/models.ts';
import { entryOf, nameOf } from '../access/access.ts';
import { sightOf } from '../access/sight.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { type RequestOf, serve } from '../edge/serve.ts';
import { takeBodiesWhole } from '../edge/whole-bodies.ts';
import { filedMessage } from './model-messages.ts';

async function file(
  request: RequestOf<typeof fileModel>,
  reply: FastifyReply,
  { models, office, clock }: Desk,
  trial: ModelTrial,
) {
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
  await office.audit.append(
    entryOf(request, clock, 'filed a model', `model ${filed.version}`, { sha256: filed.sha256, who }),
  );
  return filedMessage(filed, sightOf(request));
}

/** The body is a file, so the route lives in a scope that reads bodies whole. */
export function fileModelRoute(app: FastifyInstance, desk: Desk, trial: ModelTrial): void {
  takeBodiesWhole(app, 'string', MAX_ARTEFACT_BYTES);
  serve(app, fileModel, (request, reply) => file(request, reply, desk, trial), {
    bodyLimit: MAX_ARTEFACT_BYTES,
  });
}
