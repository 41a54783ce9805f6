// Own fields that arrive and that nobody declared, as whoever asks may see them.
import type { FastifyInstance } from 'fastify';
import { isoTime } from '../../domain/iso-time.ts';
import { absentShare, guessOf } from '../../domain/observed-fields.ts';
import { ownDataOf } from '../../domain/own-data.ts';
import type { Sight } from '../../domain/sight.ts';
import type { Desk } from '../../ports/desk.ts';
import { listObservedFields, type ObservedFields } from '../../protocol/observed-fields.ts';
import { sightOf } from '../access/sight.ts';
import { serve } from '../edge/serve.ts';

async function observedFields(desk: Desk, sight: Sight): Promise<ObservedFields> {
  const { transactions, fields } = await desk.office.observedFields.read();
  const declared = ownDataOf(desk.dataModel()).fields;
  return {
    transactions,
    fields: [...fields.values()]
      // What was declared meanwhile is known.
      .filter(({ name }) => !declared.has(name))
      .sort((a, b) => b.seen - a.seen || (a.name < b.name ? -1 : 1))
      .map((field) => ({
        name: field.name,
        type: guessOf(field),
        seen: field.seen,
        absent: absentShare(field, transactions),
        firstSeen: isoTime(field.firstSeenMs),
        lastSeen: isoTime(field.lastSeenMs),
        samples: sight.kind === 'whole' ? field.examples : [],
      })),
  };
}

export function observedFieldRoutes(app: FastifyInstance, desk: Desk): void {
  serve(app, listObservedFields, (request) => observedFields(desk, sightOf(request)));
}
