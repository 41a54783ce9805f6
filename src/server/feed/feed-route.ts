// The live feed's route: whoever may read opens a WebSocket.
import type { FastifyInstance } from 'fastify';
import { openFeed } from '../../protocol/feed.ts';
import type { Access } from '../access/access.ts';
import { sightOf } from '../access/sight.ts';
import { sendProblem } from '../edge/problem-details.ts';
import type { Feed } from './feed.ts';
import { LOCAL_READER } from './feed-places.ts';

export function feedRoute(app: FastifyInstance, feed: Feed, access: Access): void {
  app.get(
    openFeed.path,
    {
      websocket: true,
      config: { operation: openFeed, permission: openFeed.permission },
      onRequest: async (request, reply) => {
        if (!request.ws) return sendProblem(reply, 426, 'Upgrade required', 'The feed is a WebSocket.');
      },
    },
    (socket, request) => {
      const { kind = 'local', id = '' } = request.actor ?? {};
      feed.join(socket, {
        who: kind === 'local' ? LOCAL_READER : `${kind} ${id}`,
        name: request.actor?.name ?? 'local',
        sight: sightOf(request),
        sameRights: () => access.sameRights(request),
      });
    },
  );
}
