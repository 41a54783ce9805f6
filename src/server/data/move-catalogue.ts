// Putting the draft of the catalogue into service, and switching features of the one that serves.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { changesBetween, changeText } from '../../features/catalogue-changes.ts';
import type { Desk } from '../../ports/desk.ts';
import type { FiledCatalogue } from '../../ports/office/catalogue.ts';
import type { cancelCatalogueFilling, moveCatalogue, switchFeature } from '../../protocol/catalogue.ts';
import { entryOf } from '../access/access.ts';
import { sendProblem } from '../edge/problem-details.ts';
import type { RequestOf } from '../edge/serve.ts';
import { notSecond } from '../proposals/proposals.ts';
import { filledMessage, fillingMessage } from './catalogue-message.ts';
import { touchedBy, usesOf } from './catalogue-uses.ts';
import { SUBJECT } from './write-draft.ts';

const MAX_TOLD = 200;

type Judged = { readonly problem: string } | { readonly changes: readonly string[] };

/** Whether a draft may go live: what stands in the way, or what it changes. */
async function judged(request: FastifyRequest, draft: FiledCatalogue, desk: Desk): Promise<Judged> {
  if (draft.state !== 'draft')
    return {
      problem: `Version ${draft.version} is ${draft.state} and cannot go live. Make a draft of it: POST /v1/catalogue/versions/${draft.version}/draft.`,
    };
  const { fourEyesRules } = await desk.office.settings.read();
  const refused = fourEyesRules ? notSecond(request, draft.authorId) : undefined;
  if (refused !== undefined) return { problem: refused };
  if (await desk.office.catalogue.inState('filling'))
    return { problem: 'Another version is being filled. Wait until it is live, or end it.' };
  const checked = await desk.catalogue.check(JSON.parse(draft.document));
  if (!checked.ok) return { problem: `It cannot be used as it is: ${checked.problems[0].message}` };
  const serves = desk.catalogue.current();
  const touched = touchedBy(await usesOf(desk), desk.catalogue, checked.catalogue);
  if (touched.length > 0) return { problem: touched.map(({ problem }) => problem).join(' ') };
  return { changes: changesBetween(serves, checked).map(changeText) };
}

export async function move(request: RequestOf<typeof moveCatalogue>, reply: FastifyReply, desk: Desk) {
  const { version, note } = request.body;
  const draft = await desk.office.catalogue.find(version);
  if (!draft) {
    const detail = `There is no version ${version} of the catalogue: a draft that is written anew is another version.`;
    return sendProblem(reply, 404, 'Not found', detail);
  }
  const found = await judged(request, draft, desk);
  if ('problem' in found) return sendProblem(reply, 409, 'Conflict', found.problem);
  const { changes } = found;
  const entry = entryOf(request, desk.clock, 'moved a catalogue', SUBJECT, {
    version,
    from: 'draft',
    to: 'live',
    author: draft.author,
    ...(note !== undefined && { note }),
    changes: changes.slice(0, MAX_TOLD),
    ...(changes.length > MAX_TOLD && { more: changes.length - MAX_TOLD }),
  });
  const done = await desk.catalogue.goLive(version, entry);
  if ('problem' in done) return sendProblem(reply, 409, 'Conflict', done.problem);
  const catalogueHash = desk.catalogue.current().catalogue.hash;
  if ('filling' in done)
    return {
      version,
      state: 'filling' as const,
      catalogueHash,
      filledFrom: [],
      filling: fillingMessage(done.filling),
    };
  return {
    version,
    state: 'live' as const,
    catalogueHash,
    filledFrom: done.filledFrom.map(filledMessage),
    filling: null,
  };
}

export function fillingNow({ catalogue }: Pick<Desk, 'catalogue'>) {
  const filling = catalogue.filling();
  return { filling: filling ? fillingMessage(filling) : null, live: catalogue.current().version };
}

export async function cancel(
  request: RequestOf<typeof cancelCatalogueFilling>,
  reply: FastifyReply,
  desk: Desk,
) {
  const { version } = request.query;
  const entry = entryOf(request, desk.clock, 'ended the filling of a catalogue', SUBJECT, { version });
  if (await desk.catalogue.cancelFilling(version, entry)) return { version };
  const detail = `Version ${version} is not being filled: it is live by now, or somebody ended it.`;
  return sendProblem(reply, 409, 'Conflict', detail);
}

export async function switchOne(request: RequestOf<typeof switchFeature>, reply: FastifyReply, desk: Desk) {
  const { name } = request.params;
  const { on, note } = request.body;
  const { version, catalogue, disabled } = desk.catalogue.current();
  if (catalogue.place(name) === undefined)
    return sendProblem(reply, 404, 'Not found', `The catalogue in service has no feature ${name}.`);
  if (version === 0) {
    const detail =
      'The catalogue of the program serves. Put a version of your own into service first: its features can be switched.';
    return sendProblem(reply, 409, 'Conflict', detail);
  }
  const entry = entryOf(request, desk.clock, 'switched a feature', SUBJECT, {
    version,
    feature: name,
    on,
    ...(note !== undefined && { note }),
  });
  const isOff = disabled.includes(name);
  if (isOff === !on) return { name, on };
  if (!(await desk.office.catalogue.switchFeature(version, name, !on, entry)))
    return sendProblem(reply, 409, 'Conflict', 'Somebody changed it meanwhile. Look at it again.');
  await desk.refresh();
  return { name, on };
}
