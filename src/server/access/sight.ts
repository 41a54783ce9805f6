// Who sees whom: the sight of a request, tokens in the place of identifiers, and the answer to whoever asks by what is hidden.
import { createHmac } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PERMISSION_WORDS, type Permission } from '../../domain/access.ts';
import type { DataModel } from '../../domain/data-model.ts';
import { attributeSeenAs, ownDataOf } from '../../domain/own-data.ts';
import { type Sight, WHOLE } from '../../domain/sight.ts';
import { sendProblem } from '../edge/problem-details.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What whoever asks may see; set together with the actor. */
    sight: Sight | undefined;
  }
}

/** Digits and letters that nobody takes for one another. */
const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';
/** Thirty-five bits: among a million accounts some fifteen pairs look alike. */
const TOKEN_LETTERS = 7;

/**
 * A sight with tokens by a key of the desk: rows can be told apart and found again after a restart, and without the key nobody
 * can try out what stands behind one. Kinds are kept apart, so that an account is not found again as somebody's payee.
 */
export function maskedSight(key: Buffer, dataModel: () => DataModel): Sight {
  return {
    kind: 'masked',
    attributeSeenAs: (name) => attributeSeenAs(name, ownDataOf(dataModel())),
    token(kind, identifier) {
      const bytes = createHmac('sha256', key).update(`${kind}\0${identifier}`).digest();
      return `••••${Array.from({ length: TOKEN_LETTERS }, (_, i) => LETTERS[bytes[i] & 31]).join('')}`;
    },
  };
}

export const sightFor = (permissions: ReadonlySet<Permission>, masked: Sight): Sight =>
  permissions.has('read_identifiers') ? WHOLE : masked;

/** The sight of a request that passed a permission. */
export function sightOf(request: FastifyRequest): Sight {
  if (!request.sight)
    throw new Error(
      `${request.method} ${request.url} shows something to whom nobody has asked for a permission`,
    );
  return request.sight;
}

/**
 * Refuses a request of a masked sight that asks by what is hidden from it: an answer would tell whether a guess is right.
 * `asked` are the parameters that name somebody; gives the answer where one of them is there, undefined where it may go on.
 */
export function refuseHidden(
  request: FastifyRequest,
  reply: FastifyReply,
  asked: Readonly<Record<string, unknown>>,
): FastifyReply | undefined {
  if (sightOf(request).kind === 'whole') return undefined;
  const names = Object.keys(asked).filter((name) => asked[name] !== undefined);
  if (names.length === 0) return undefined;
  return sendProblem(
    reply,
    403,
    'Forbidden',
    `Asking by ${names.join(' and ')} would tell whom a row belongs to, which is hidden here: it needs permission to ${PERMISSION_WORDS.read_identifiers} (read_identifiers).`,
  );
}
