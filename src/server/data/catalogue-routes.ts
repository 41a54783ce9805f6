// The catalogue over HTTP: what serves, its versions, the draft, and putting it into service.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { STANDARD_DOCUMENT } from '../../features/checked-catalogue.ts';
import type { Desk } from '../../ports/desk.ts';
import type { FeaturePreviewer } from '../../ports/feature-preview.ts';
import {
  adoptField,
  beginCatalogueDraft,
  cancelCatalogueFilling,
  checkCatalogue,
  discardCatalogueDraft,
  getCatalogue,
  getCatalogueFilling,
  getCatalogueVersion,
  moveCatalogue,
  switchFeature,
  writeCatalogueDraft,
} from '../../protocol/catalogue.ts';
import { getFeatureValues, listFeatureShares, previewFeature } from '../../protocol/feature-values.ts';
import { sightOf } from '../access/sight.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { type RequestOf, serve } from '../edge/serve.ts';
import { DOCUMENT_BODY, notValid, readDocumentBody } from './catalogue-body.ts';
import { featureMessages, STANDARD_MESSAGE, versionMessage } from './catalogue-message.ts';
import { usesOf } from './catalogue-uses.ts';
import { checkMessage } from './check-document.ts';
import { knownShares, previewedValues, storedValues } from './feature-values.ts';
import { cancel, fillingNow, move, switchOne } from './move-catalogue.ts';
import { adopt, begin, discard, write } from './write-draft.ts';

const VERSIONS_SHOWN = 50;

async function book(request: FastifyRequest, desk: Desk) {
  const { catalogue, settings } = desk.office;
  const sight = sightOf(request);
  const [filed, live, draft, filling, uses, { fourEyesRules }] = await Promise.all([
    catalogue.versions(VERSIONS_SHOWN),
    catalogue.inState('live'),
    catalogue.inState('draft'),
    catalogue.inState('filling'),
    usesOf(desk),
    settings.read(),
  ]);
  return {
    live: live ? versionMessage(live, sight) : STANDARD_MESSAGE,
    draft: draft ? versionMessage(draft, sight) : null,
    filling: filling ? versionMessage(filling, sight) : null,
    versions: filed.map((one) => versionMessage(one, sight)),
    features: featureMessages(desk.catalogue.current(), uses, desk.catalogue.costs(), sight),
    fourEyes: fourEyesRules,
  };
}

async function version(request: RequestOf<typeof getCatalogueVersion>, reply: FastifyReply, desk: Desk) {
  const sight = sightOf(request);
  const { version: number } = request.params;
  const isLive = (await desk.office.catalogue.inState('live')) === undefined;
  if (number === 0)
    return {
      ...STANDARD_MESSAGE,
      state: isLive ? ('live' as const) : ('retired' as const),
      document: STANDARD_DOCUMENT,
    };
  const filed = await desk.office.catalogue.find(number);
  if (!filed) return sendProblem(reply, 404, 'Not found', `There is no version ${number} of the catalogue.`);
  return { ...versionMessage(filed, sight), document: JSON.parse(filed.document) };
}

async function check(request: FastifyRequest, reply: FastifyReply, desk: Desk) {
  const read = readDocumentBody(request.body, false);
  return read.ok ? checkMessage(desk, read.value.document) : notValid(reply, read.problems);
}

export function catalogueRoutes(app: FastifyInstance, desk: Desk, previewer: FeaturePreviewer): void {
  const sharesOfNow = knownShares(desk);
  serve(app, getCatalogue, (request) => book(request, desk));
  serve(app, getCatalogueVersion, (request, reply) => version(request, reply, desk));
  serve(app, checkCatalogue, (request, reply) => check(request, reply, desk), DOCUMENT_BODY);
  serve(app, writeCatalogueDraft, (request, reply) => write(request, reply, desk), DOCUMENT_BODY);
  serve(app, discardCatalogueDraft, (request, reply) => discard(request, reply, desk));
  serve(app, beginCatalogueDraft, (request, reply) => begin(request, reply, desk));
  serve(app, adoptField, (request, reply) => adopt(request, reply, desk));
  serve(app, moveCatalogue, (request, reply) => move(request, reply, desk));
  serve(app, listFeatureShares, () => sharesOfNow());
  serve(app, getFeatureValues, (request, reply) => storedValues(request, reply, desk));
  serve(
    app,
    previewFeature,
    (request, reply) => previewedValues(request, reply, desk, previewer),
    DOCUMENT_BODY,
  );
  serve(app, getCatalogueFilling, async () => fillingNow(desk));
  serve(app, cancelCatalogueFilling, (request, reply) => cancel(request, reply, desk));
  serve(app, switchFeature, (request, reply) => switchOne(request, reply, desk));
}
