// Own fields that arrive and that nobody declared, as whoever asks may see them.
import type { FastifyInstance } from 'fastify';
import { isoTime } from '../../domain/iso-time.ts';
import { absentShare, adviceOf, guessOf, joined, type Observed } from '../../domain/observed-fields.ts';
import { ownDataOf } from '../../domain/own-data.ts';
import type { Sight } from '../../domain/sight.ts';
import type { Desk } from '../../ports/desk.ts';
import {
  listObservedFields,
  type ObservedField,
  type ObservedFields,
} from '../../protocol/observed-fields.ts';
import { sightOf } from '../access/sight.ts';
import { serve } from '../edge/serve.ts';

async function observedFields(desk: Desk, sight: Sight): Promise<ObservedFields> {
  const book = desk.office.observedFields;
  const [transactions, events] = await Promise.all([book.read('transaction'), book.read('event')]);
  const declared = ownDataOf(desk.dataModel()).fields;
  const names = new Set([...transactions.fields.keys(), ...events.fields.keys()]);
  return {
    transactions: transactions.records,
    events: events.records,
    fields: [...names]
      // What was declared meanwhile is known.
      .filter((name) => !declared.has(name))
      .flatMap((name) => rowOf(name, transactions, events, sight))
      .sort((a, b) => b.seen - a.seen || (a.name < b.name ? -1 : 1)),
  };
}

function rowOf(name: string, transactions: Observed, events: Observed, sight: Sight): ObservedField[] {
  const [first, ...others] = [transactions, events].flatMap(({ records, fields }) => {
    const field = fields.get(name);
    return field ? [{ field, records }] : [];
  });
  if (!first) return [];
  const field = joined([first.field, ...others.map((other) => other.field)]);
  const advice = adviceOf(field);
  const inEvents = events.fields.get(name)?.seen;
  return [
    {
      name,
      type: guessOf(field),
      ...(advice !== undefined && { advice }),
      seen: field.seen,
      ...(inEvents !== undefined && { events: inEvents }),
      absent: absentShare([first, ...others]),
      firstSeen: isoTime(field.firstSeenMs),
      lastSeen: isoTime(field.lastSeenMs),
      samples: sight.kind === 'whole' ? field.examples : [],
    },
  ];
}

export function observedFieldRoutes(app: FastifyInstance, desk: Desk): void {
  serve(app, listObservedFields, (request) => observedFields(desk, sightOf(request)));
}
