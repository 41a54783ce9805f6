// Events over HTTP: taken in as transactions are, and found again for the story of an account.
import type { FastifyInstance } from 'fastify';
import { customerEventToJson } from '../../domain/customer-event.ts';
import { identifierForm } from '../../domain/identifier-form.ts';
import { isoTime } from '../../domain/iso-time.ts';
import { customerEventSeen } from '../../domain/sight.ts';
import type { Boundary } from '../../ports/boundary.ts';
import type { Desk } from '../../ports/desk.ts';
import { addEvents, listEvents } from '../../protocol/events.ts';
import { refuseHidden, sightOf } from '../access/sight.ts';
import { createBulkIntake } from '../decisions/bulk-intake.ts';
import { refuseOtherTypes, takeBody } from '../decisions/bulk-route.ts';
import { searchedMessage } from '../edge/searched.ts';
import { serve } from '../edge/serve.ts';
import { eventsOf } from './take-events.ts';

const PAGE = 50;

/** Intake reads its own stream, so it lives in a scope without body parsers. */
export function eventIntake(app: FastifyInstance, desk: Desk, boundary: Boundary): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  serve(
    app,
    addEvents,
    (request, reply) => takeBody(request, reply, createBulkIntake(desk, eventsOf(desk)), boundary),
    { onRequest: refuseOtherTypes('Events'), streams: true },
  );
}

export function eventRoutes(app: FastifyInstance, desk: Desk): void {
  serve(app, listEvents, async (request, reply) => {
    const { accountId, kind, cursor, limit = PAGE } = request.query;
    const refused = refuseHidden(request, reply, { accountId });
    if (refused) return refused;
    const found = await desk.store.events(
      {
        ...(accountId !== undefined && { accountId: identifierForm(accountId) }),
        ...(kind !== undefined && { kind }),
        ...(cursor !== undefined && { before: cursor }),
      },
      limit,
    );
    const sight = sightOf(request);
    return {
      items: found.items.map(({ offset, event, receivedAtMs }) => ({
        ...customerEventToJson(customerEventSeen(event, sight)),
        offset,
        receivedAt: isoTime(receivedAtMs),
      })),
      nextCursor: found.next ?? null,
      searched: searchedMessage(found),
    };
  });
}
