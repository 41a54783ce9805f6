// Routes whose body is a file, not JSON.
import type { FastifyInstance } from 'fastify';
import { fileText } from '../../domain/utf8.ts';

/**
 * Within this scope every body, whatever its kind, is read whole up to a limit: as bytes, or as text, which must be UTF-8.
 */
export function takeBodiesWhole(scope: FastifyInstance, as: 'string' | 'buffer', bodyLimit: number): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit },
    async (_request: unknown, body: Buffer) => (as === 'buffer' ? body : fileText(body, 'The body')),
  );
}
