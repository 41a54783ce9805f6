// Bodies that come compressed: read as what they hold, within bounds, or refused with what is read here.
import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { hasBody } from './connection-bounds.ts';

/** Content codings by their registered names (RFC 9110, 8.4.1; RFC 8878 for zstd). */
const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};
const OFFERED = 'gzip, deflate, br, zstd';
/** Transactions compress twenty to forty times; a stream that grows more than this, after so much of it, was made to harm. */
const MAX_GROWTH = 200;
const GROWTH_FROM_BYTES = 8 * 1024 * 1024;

type HttpError = Error & { statusCode: number };
const httpError = (statusCode: number, message: string): HttpError =>
  Object.assign(new Error(message), { statusCode });

/** A stream for Fastify, which holds what was received against the Content-Length. */
type Counted = Readable & { receivedEncodedLength: number };

function decoded(payload: Readable, name: string): Counted {
  const decoder = Object.assign(DECODERS[name](), { receivedEncodedLength: 0 });
  let grown = 0;
  payload.on('data', (chunk: Buffer) => {
    decoder.receivedEncodedLength += chunk.length;
  });
  decoder.on('data', (chunk: Buffer) => {
    grown += chunk.length;
    if (grown > GROWTH_FROM_BYTES && grown > MAX_GROWTH * decoder.receivedEncodedLength)
      decoder.destroy(
        httpError(413, `The body grows more than ${MAX_GROWTH} times when it is decoded; send it as it is.`),
      );
  });
  // Whoever reads decides when; a listener for data alone would let it flow.
  decoder.pause();
  // Whoever reads it hears of an error; a request may be answered without that anybody does.
  decoder.on('error', () => undefined);
  payload.on('error', (error) => decoder.destroy(error));
  payload.on('close', () => {
    if (!payload.readableEnded) decoder.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }));
  });
  payload.pipe(decoder);
  return decoder;
}

/** Whether an error says that a body is not what its Content-Encoding says, or ends too early. */
export const isNotDecodable = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  /^(Z_|ZSTD_|ERR__ERROR_|ERR_(ZLIB|BROTLI|ZSTD))/.test(String(error.code));

export const notDecodable = (error: unknown): string =>
  `The body is not what its Content-Encoding says, or not all of it came: ${error instanceof Error ? error.message : 'unknown'}.`;

/**
 * Honours Content-Encoding on every route, and refuses what it does not know, several at once, a charset that is not UTF-8, and
 * any encoding where a route says that it takes none.
 */
export function decodeBodies(app: FastifyInstance): void {
  app.addHook('preParsing', async (request, reply, payload) => {
    const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
    if (charset !== undefined && !/^(utf-?8|us-ascii)$/i.test(charset))
      throw httpError(415, `The Content-Type says charset ${charset.slice(0, 40)}; send UTF-8.`);
    const said = request.headers['content-encoding']?.trim().toLowerCase();
    if (said === undefined || said === '' || said === 'identity' || !hasBody(request.raw)) return payload;
    // RFC 9110, 12.5.3: so a sender learns what it may send.
    reply.header('accept-encoding', request.routeOptions.config.takesNoEncoding ? 'identity' : OFFERED);
    if (request.routeOptions.config.takesNoEncoding)
      throw httpError(415, 'Here a body is taken as it is, without a Content-Encoding.');
    if (!Object.hasOwn(DECODERS, said))
      throw httpError(
        415,
        `Content-Encoding ${said.slice(0, 40)} is not read here; ${OFFERED} are, one at a time.`,
      );
    return decoded(payload as Readable, said);
  });
}
