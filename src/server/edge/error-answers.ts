// What a caller is told when a request fails: errors of the caller's making as such, whoever finds them; all else as ours.
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { shown } from '../../domain/fields.ts';
import { InputError } from '../../domain/input-error.ts';
import { OverCapacityError } from '../../ports/desk.ts';
import { isTextFormat, TEXT_FORMATS } from '../../protocol/fields.ts';
import { isNotDecodable, notDecodable } from './content-encoding.ts';
import { sendProblem } from './problem-details.ts';

type Invalid = NonNullable<FastifyError['validation']>[number] & { readonly data?: unknown };

/** As people call the parts of a request. */
const PARTS: Readonly<Record<string, string>> = { body: 'body', querystring: 'query', params: 'path' };

/** What is wrong with a field, where the words of the schema do not say it. */
function reasonOf({ keyword, params, message, data }: Invalid): string {
  if (keyword === 'format' && typeof data === 'string' && isTextFormat(params.format)) {
    return TEXT_FORMATS[params.format](data) ?? 'is not valid';
  }
  if (keyword === 'additionalProperties') return `must not have a field ${shown(params.additionalProperty)}`;
  if (keyword === 'enum' && Array.isArray(params.allowedValues)) {
    return `must be one of ${params.allowedValues.slice(0, 40).join(', ')}`;
  }
  return message ?? 'is not valid';
}

/** SQLSTATE, https://www.postgresql.org/docs/current/errcodes-appendix.html: what a value of a request can bring about. */
function databaseRefusal(code: unknown): [status: number, detail: string] | undefined {
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code)) return undefined;
  if (code.startsWith('22')) {
    return [400, 'A value of this request cannot be stored: it is too large, too long, or not valid.'];
  }
  if (code === '23505') return [409, 'There is one of that name already. Look at it again.'];
  if (code === '23503') return [409, 'What this request names is not there (any more). Look at it again.'];
  if (code.startsWith('23')) return [400, 'A value of this request is not allowed, or one is missing.'];
  if (code.startsWith('21')) return [400, 'The request names the same thing twice.'];
  if (code.startsWith('54')) return [413, 'A value of this request is too large to be stored.'];
  return undefined;
}

const NO_PARSER = 'FST_ERR_CTP_INVALID_MEDIA_TYPE';
const TITLES: Readonly<Record<number, string>> = {
  404: 'Not found',
  413: 'Too large',
  414: 'Too long',
  415: 'Cannot be read',
  429: 'Too many requests',
};

const isAborted = (error: Error & { code?: string }, request: FastifyRequest): boolean =>
  request.raw.destroyed &&
  !request.raw.complete &&
  (error.code === 'ECONNRESET' || error.message === 'aborted');

export function answerError(
  error: FastifyError | OverCapacityError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (error instanceof OverCapacityError) {
    reply.header('Retry-After', String(error.retryAfterSeconds));
    return sendProblem(reply, 503, 'Over capacity', error.message);
  }
  if (isAborted(error, request)) {
    // Nobody is there to read the answer, and nothing is wrong with the desk.
    request.log.debug('%s %s was aborted by the caller', request.method, request.routeOptions.url ?? '');
    return sendProblem(reply, 400, 'Bad request', 'The request ended too early.');
  }
  const [refusedStatus, refusal] = databaseRefusal(error.code) ?? [];
  if (refusedStatus !== undefined && refusal !== undefined) {
    // Schemas should have seen it: the log says which route has a gap.
    request.log.warn(
      { code: error.code },
      `${request.method} ${request.routeOptions.url ?? ''}: refused by the database`,
    );
    return sendProblem(reply, refusedStatus, refusedStatus === 409 ? 'Conflict' : 'Not valid', refusal);
  }
  if (isNotDecodable(error)) return sendProblem(reply, 400, 'Bad request', notDecodable(error));
  if (error instanceof InputError) return sendProblem(reply, 400, 'Bad request', error.message);
  const status = error.statusCode ?? 500;
  if (status >= 500) {
    request.log.error(error);
    return sendProblem(
      reply,
      500,
      'Internal error',
      'Something went wrong here; the log of the desk says what.',
    );
  }
  if (error.validation) {
    const part = PARTS[error.validationContext ?? ''] ?? 'request';
    const problems = error.validation.map((item) => ({
      pointer: item.instancePath,
      message: `${part}${item.instancePath} ${reasonOf(item)}.`,
    }));
    return sendProblem(reply, 400, 'Bad request', problems[0]?.message ?? error.message, problems);
  }
  const detail =
    error.code === NO_PARSER
      ? 'The Content-Type names nothing that is read here; JSON is application/json.'
      : error.message;
  return sendProblem(reply, status, TITLES[status] ?? 'Bad request', detail);
}
