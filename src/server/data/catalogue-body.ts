// Bodies that hold a catalogue document. The document is read by the domain, which tells every problem with its place; what stands
// beside it is read here.
import type { FastifyReply } from 'fastify';
import { REFUSE_CARDS } from '../../domain/card-policy.ts';
import { MAX_DOCUMENT_BYTES } from '../../domain/catalogue-version.ts';
import { fieldReader, isObject, shown } from '../../domain/fields.ts';
import type { Problem } from '../../domain/problem.ts';
import { sendProblem } from '../edge/problem-details.ts';

const MAX_NOTE = 2000;
const MAX_VERSION = 2 ** 31 - 1;

/** How a route takes such a body. */
export const DOCUMENT_BODY = {
  bodyLimit: MAX_DOCUMENT_BYTES,
  validatorCompiler: () => () => true,
} as const;

export type DocumentBody = {
  readonly document: unknown;
  /** The version of the draft that was seen; undefined where none was there. */
  readonly seen: number | undefined;
  readonly note: string;
};

type Read =
  | { readonly ok: true; readonly value: DocumentBody }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** What a body has beside `document`: a draft says what was seen, and why it is written. */
export function readDocumentBody(body: unknown, isDraft: boolean): Read {
  if (!isObject(body))
    return {
      ok: false,
      problems: [{ pointer: '', message: `The body must be an object, not ${shown(body)}.` }],
    };
  const problems: Problem[] = [];
  const fields = fieldReader(body, '', problems, REFUSE_CARDS);
  fields.onlyKnown(new Set(isDraft ? ['document', 'seen', 'note'] : ['document']));
  if (body.document === undefined) fields.report('document', 'document is required.');
  if (isDraft && body.seen === undefined) {
    fields.report(
      'seen',
      'seen is required: the version of the draft that was seen, or null where none was there.',
    );
  }
  const seen =
    body.seen === null || body.seen === undefined
      ? undefined
      : fields.number('seen', true, 1, MAX_VERSION, true);
  const note =
    body.note === undefined || body.note === ''
      ? ''
      : fields.text('note', false, { kind: 'prose', maxLength: MAX_NOTE });
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, value: { document: body.document, seen, note: note ?? '' } };
}

export const within = (at: string, problems: readonly Problem[]): Problem[] =>
  problems.map(({ pointer, message }) => ({ pointer: `${at}${pointer}`, message }));

export const notValid = (reply: FastifyReply, problems: readonly Problem[]): FastifyReply =>
  sendProblem(
    reply,
    422,
    'Not valid',
    problems.length === 1 ? problems[0].message : `${problems.length} problems; see problems.`,
    problems,
  );
