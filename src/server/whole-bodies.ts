// Routes whose body is a file, not JSON.
import type { FastifyInstance } from 'fastify';

/** Within this scope every body, whatever its kind, is read whole up to a limit and handed on as it came. */
export function takeBodiesWhole(scope: FastifyInstance, as: 'string' | 'buffer', bodyLimit: number): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: as, bodyLimit }, (_, body, done) => done(null, body));
}
