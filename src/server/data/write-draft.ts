// The draft of the catalogue: written whole, by whoever has seen the one that is there; from what serves, from a version that was, or
// with one field more.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { STANDARD_VERSION } from '../../domain/catalogue-version.ts';
import { changesBetween, changeText } from '../../features/catalogue-changes.ts';
import { documentHash, documentText, STANDARD_DOCUMENT } from '../../features/checked-catalogue.ts';
import type { Desk } from '../../ports/desk.ts';
import type { adoptField, beginCatalogueDraft, discardCatalogueDraft } from '../../protocol/catalogue.ts';
import { entryOf } from '../access/access.ts';
import { sendProblem } from '../edge/problem-details.ts';
import type { RequestOf } from '../edge/serve.ts';
import { notValid, readDocumentBody, within } from './catalogue-body.ts';
import { changeMessage } from './check-document.ts';

/** Changes that a line of the audit trail names; the others are counted. */
const MAX_TOLD = 200;
export const SUBJECT = 'catalogue';

type Draft = {
  readonly document: unknown;
  readonly seen: number | undefined;
  readonly note: string;
  /** What the audit trail says was done, and of what. */
  readonly action: string;
  readonly detail?: Readonly<Record<string, unknown>>;
  /** Where in the body the document stands. */
  readonly at: string;
};

const seenBefore = async (
  reply: FastifyReply,
  desk: Desk,
  seen: number | undefined,
): Promise<FastifyReply> => {
  const now = await desk.office.catalogue.inState('draft');
  const there = now ? `The draft is version ${now.version} by ${now.author}` : 'There is no draft (any more)';
  const asked = seen === undefined ? 'where none was seen' : `where version ${seen} was seen`;
  return sendProblem(reply, 409, 'Conflict', `${there}, ${asked}. Look at it again.`);
};

/** Files a draft that is in order; answers with every problem where it is not, and nothing is changed. */
async function file(request: FastifyRequest, reply: FastifyReply, desk: Desk, draft: Draft) {
  const { seen, note, action, at } = draft;
  const checked = await desk.catalogue.check(draft.document);
  if (!checked.ok) return notValid(reply, within(at, checked.problems));
  const document = documentText(checked.document);
  const changes = changesBetween(desk.catalogue.current(), checked).map(changeText);
  const entry = entryOf(request, desk.clock, action, SUBJECT, {
    version: '{version}',
    ...draft.detail,
    ...(note !== '' && { note }),
    changes: changes.slice(0, MAX_TOLD),
    ...(changes.length > MAX_TOLD && { more: changes.length - MAX_TOLD }),
  });
  const { hash: catalogueHash } = checked.catalogue;
  const version = await desk.office.catalogue.file(
    { document, documentHash: documentHash(document), catalogueHash, note },
    seen,
    entry,
  );
  if (version === undefined) return seenBefore(reply, desk, seen);
  return { version, check: await changeMessage(desk, checked) };
}

export async function write(request: FastifyRequest, reply: FastifyReply, desk: Desk) {
  const read = readDocumentBody(request.body, true);
  if (!read.ok) return notValid(reply, read.problems);
  return file(request, reply, desk, { ...read.value, action: 'wrote a catalogue draft', at: '/document' });
}

/** The document of a version; undefined where there is none. */
export async function documentOf(desk: Desk, version: number): Promise<unknown> {
  if (version === STANDARD_VERSION) return STANDARD_DOCUMENT;
  const filed = await desk.office.catalogue.find(version);
  return filed && (JSON.parse(filed.document) as unknown);
}

export async function begin(request: RequestOf<typeof beginCatalogueDraft>, reply: FastifyReply, desk: Desk) {
  const { version } = request.params;
  const document = await documentOf(desk, version);
  if (document === undefined)
    return sendProblem(reply, 404, 'Not found', `There is no version ${version} of the catalogue.`);
  const { seen, note = '' } = request.body;
  const action = 'wrote a catalogue draft';
  return file(request, reply, desk, {
    document,
    seen: seen ?? undefined,
    note,
    action,
    detail: { from: `version ${version}` },
    at: '',
  });
}

/** The draft, or what serves where there is none, with one field more. */
export async function adopt(request: RequestOf<typeof adoptField>, reply: FastifyReply, desk: Desk) {
  const { field, seen } = request.body;
  const draft = await desk.office.catalogue.inState('draft');
  if (draft?.version !== (seen ?? undefined)) return seenBefore(reply, desk, seen ?? undefined);
  const text = draft?.document ?? documentText(desk.catalogue.current().document);
  const checked = await desk.catalogue.check(JSON.parse(text));
  if (!checked.ok) return notValid(reply, checked.problems);
  const { document } = checked;
  if (document.data.fields.some(({ name }) => name === field.name)) {
    return sendProblem(reply, 409, 'Conflict', `${field.name} is declared already. Change it in the draft.`);
  }
  const fields = [...document.data.fields, field];
  return file(request, reply, desk, {
    document: { ...document, data: { ...document.data, fields } },
    seen: draft?.version,
    note: draft?.note ?? '',
    action: 'declared a field',
    detail: { field: field.name },
    at: '',
  });
}

export async function discard(
  request: RequestOf<typeof discardCatalogueDraft>,
  reply: FastifyReply,
  desk: Desk,
) {
  const { seen: version } = request.query;
  const entry = entryOf(request, desk.clock, 'discarded a catalogue draft', SUBJECT, { version });
  if (!(await desk.office.catalogue.discard(version, entry))) return seenBefore(reply, desk, version);
  return { version, discarded: true };
}
