// What looks through much is answered a few at a time to each person and key: the others of theirs wait, and beyond a number are
// told to come again.
import type { FastifyInstance } from 'fastify';
import { sendProblem } from './problem-details.ts';

const AT_ONCE = 2;
const WAITING = 20;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Looks through much: a person or key has few of these at once. */
    expensive?: boolean;
  }
}

type Queue = { busy: number; readonly waiting: (() => void)[] };

export type ReadingPlaces = {
  /** Resolves when there is a place, with what gives it back; undefined where too many wait, or who waited has gone. */
  take(who: string, gone: AbortSignal): Promise<(() => void) | undefined>;
};

export function readingPlaces(atOnce = AT_ONCE, mostWaiting = WAITING): ReadingPlaces {
  const queues = new Map<string, Queue>();
  return {
    async take(who, gone) {
      const queue: Queue = queues.get(who) ?? { busy: 0, waiting: [] };
      queues.set(who, queue);
      if (queue.busy < atOnce) queue.busy++;
      else {
        if (queue.waiting.length >= mostWaiting) return undefined;
        const turn = Promise.withResolvers<boolean>();
        const go = (): void => turn.resolve(true);
        queue.waiting.push(go);
        gone.addEventListener(
          'abort',
          () => {
            const at = queue.waiting.indexOf(go);
            if (at < 0) return;
            queue.waiting.splice(at, 1);
            turn.resolve(false);
          },
          { once: true },
        );
        if (!(await turn.promise)) return undefined;
      }
      return () => {
        const next = queue.waiting.shift();
        if (next) return next();
        queue.busy--;
        if (queue.busy === 0) queues.delete(who);
      };
    },
  };
}

/** To be called after the routes' callers are found, and before any route is added. */
export function limitReading(app: FastifyInstance): void {
  const places = readingPlaces();
  app.addHook('preHandler', async (request, reply) => {
    const { actor, routeOptions } = request;
    if (routeOptions.config.expensive !== true || !actor) return;
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const release = await places.take(`${actor.kind} ${actor.id}`, gone.signal);
    if (!release) {
      reply.header('Retry-After', '2');
      return sendProblem(
        reply,
        429,
        'Too many requests',
        `${actor.name} has ${AT_ONCE} searches under way, and ${WAITING} waiting. Wait for them, then ask again.`,
      );
    }
    // Also where the answer never leaves.
    if (gone.signal.aborted) release();
    else gone.signal.addEventListener('abort', release, { once: true });
  });
}
