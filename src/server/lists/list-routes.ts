// Lists over HTTP: making them, filling them by hand or by a service, and asking imported sanctions lists.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { type Static, Type } from 'typebox';
import { isoTime } from '../../domain/iso-time.ts';
import {
  LIST_KINDS,
  LIST_NAME,
  LIST_PURPOSES,
  type ListPurpose,
  MAX_ENTRIES,
  MAX_NOTE,
  normalEntry,
} from '../../lists/entry.ts';
import { entryFrom, entryWithoutCards } from '../../lists/entry-lines.ts';
import { nameReason } from '../../lists/name-reason.ts';
import type { Desk } from '../../ports/desk.ts';
import type { NewEntry } from '../../ports/office/lists.ts';
import { Identifier, Line, Prose } from '../../protocol/fields.ts';
import { entryOf } from '../access/access.ts';
import { textSeen } from '../access/office-seen.ts';
import { sightOf } from '../access/sight.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { timeOrNull } from '../edge/unknown.ts';
import { listsOfTwo, rulesByList } from '../rules/lists-of-rules.ts';
import { ProblemSchema } from '../schemas.ts';
import { listProposals, proposeEntries } from './list-proposals.ts';

const MAX_AT_ONCE = 5000;

export const NameParams = Type.Object({ name: Identifier(60, { pattern: LIST_NAME.source }) });
const ListBody = Type.Object(
  {
    name: Identifier(60, { pattern: LIST_NAME.source, description: 'Small letters, digits and hyphens' }),
    kind: Type.String({ enum: [...LIST_KINDS] }),
    purpose: Type.Optional(Type.String({ enum: [...LIST_PURPOSES], default: 'watch' })),
    note: Type.Optional(Prose(MAX_NOTE)),
  },
  { additionalProperties: false, examples: [{ name: 'blocked-devices', kind: 'device', purpose: 'block' }] },
);
const EntriesQuery = Type.Object(
  {
    search: Type.Optional(Line(128, { minLength: 0 })),
    after: Type.Optional(Line(128, { minLength: 0, description: 'The last value of the page before' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  },
  { additionalProperties: false },
);
const EntriesBody = Type.Object(
  {
    entries: Type.Array(
      Type.Object(
        {
          value: Line(128, { minLength: 0 }),
          expiresAt: Type.Optional(
            Identifier(40, { minLength: 0, description: 'A day or a time; never where absent' }),
          ),
          note: Type.Optional(Prose(MAX_NOTE)),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: MAX_AT_ONCE },
    ),
  },
  { additionalProperties: false, examples: [{ entries: [{ value: 'dev-1', note: 'case 12' }] }] },
);
const ValuesBody = Type.Object(
  { values: Type.Array(Line(128), { minItems: 1, maxItems: MAX_AT_ONCE }) },
  { additionalProperties: false },
);
export const SourceParams = Type.Object({
  // A path cannot end in what means a folder.
  name: Identifier(60, { pattern: '^(?!\\.{1,2}$)[\\w .-]+$' }),
});
const ScreenBody = Type.Object({ name: Line(200) }, { additionalProperties: false });

/** The last word on a value that stands twice. */
export const lastOfEach = (entries: readonly NewEntry[]): NewEntry[] => [
  ...new Map(entries.map((one) => [one.value, one])).values(),
];

export function listRoutes(app: FastifyInstance, desk: Desk): void {
  const { clock } = desk;
  const { lists } = desk.office;
  const tags = ['Lists'];
  const problems = { 400: ProblemSchema, 404: ProblemSchema, 409: ProblemSchema, 422: ProblemSchema };
  const notFound = (reply: FastifyReply, name: string): FastifyReply =>
    sendProblem(reply, 404, 'Not found', `There is no list ${name}.`);

  app.get(
    '/v1/lists',
    { config: { permission: 'read' }, schema: { summary: 'Every list, and imported sanctions lists', tags } },
    async (request) => {
      const [all, sources, ofTwo] = await Promise.all([
        lists.lists(),
        lists.sources(),
        listsOfTwo(desk.office),
      ]);
      return {
        lists: all.map(({ name, kind, purpose, note, entries }) => ({
          name,
          kind,
          purpose,
          note: textSeen(note, sightOf(request)) ?? '',
          entries,
          needsTwo: ofTwo.has(name),
        })),
        sources: sources.map(({ importedAtMs, ...source }) => ({
          ...source,
          importedAt: isoTime(importedAtMs),
        })),
      };
    },
  );

  app.post<{ Body: Static<typeof ListBody> }>(
    '/v1/lists',
    {
      config: { permission: 'edit_lists' },
      schema: { summary: 'Make a list', tags, body: ListBody, response: problems },
    },
    async (request, reply) => {
      const { name, note = '' } = request.body;
      const kind = LIST_KINDS.find((one) => one === request.body.kind) ?? 'text';
      const purpose =
        LIST_PURPOSES.find((one) => one === request.body.purpose) ?? ('watch' satisfies ListPurpose);
      const entry = entryOf(request, clock, 'made a list', `list ${name}`, { kind, purpose });
      if (!(await lists.add({ name, kind, purpose, note }, entry))) {
        return sendProblem(reply, 409, 'Conflict', `There is a list ${name} already.`);
      }
      await desk.refresh();
      return reply.code(201).send(await lists.find(name));
    },
  );

  app.delete<{ Params: Static<typeof NameParams> }>(
    '/v1/lists/:name',
    {
      config: { permission: 'edit_lists' },
      schema: {
        summary: 'Remove a list that no rule in service reads',
        tags,
        params: NameParams,
        response: problems,
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const users = (await rulesByList(desk.office)).get(name) ?? [];
      if (users.length > 0) {
        const ids = users.map(({ id }) => id).join(', ');
        return sendProblem(reply, 409, 'Conflict', `Rules read it: ${ids}. Retire them first.`);
      }
      if (!(await lists.remove(name, entryOf(request, clock, 'removed a list', `list ${name}`)))) {
        return notFound(reply, name);
      }
      await desk.refresh();
      return { name, removed: true };
    },
  );

  app.get<{ Params: Static<typeof NameParams>; Querystring: Static<typeof EntriesQuery> }>(
    '/v1/lists/:name/entries',
    {
      config: { permission: 'read_identifiers', expensive: true },
      schema: {
        summary: 'Entries of a list, in order',
        tags,
        params: NameParams,
        querystring: EntriesQuery,
        response: problems,
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const { search = '', after = '', limit = 100 } = request.query;
      if (!(await lists.find(name))) return notFound(reply, name);
      const found = await lists.entries(name, search, after, limit);
      return {
        entries: found.entries.map(({ expiresAtMs, atMs, ...entry }) => ({
          ...entry,
          expiresAt: timeOrNull(expiresAtMs),
          at: isoTime(atMs),
        })),
        next: found.next ?? null,
      };
    },
  );

  app.post<{ Params: Static<typeof NameParams>; Body: Static<typeof EntriesBody> }>(
    '/v1/lists/:name/entries',
    {
      config: { permission: 'edit_lists' },
      schema: {
        summary: 'Put entries into a list, or change when they end',
        description:
          'All of them, or none where one is not valid. Rules see them at once here, within two seconds elsewhere. Answers 202 where a ' +
          'second person has to approve it first: live rules approve by the list, and two people are asked for.',
        tags,
        params: NameParams,
        body: EntriesBody,
        response: problems,
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const list = await lists.find(name);
      if (!list) return notFound(reply, name);
      const made = request.body.entries.map(({ value, expiresAt, note = '' }) => {
        const entry = entryFrom(list.kind, value, expiresAt, note);
        return typeof entry === 'string' ? entry : entryWithoutCards(list.kind, entry, desk.cards);
      });
      const wrong = made.flatMap((one, i) =>
        typeof one === 'string' ? [{ pointer: `/entries/${i}`, message: one }] : [],
      );
      if (wrong.length > 0) return sendProblem(reply, 422, 'Not valid', wrong[0].message, wrong);
      if (list.entries + made.length > MAX_ENTRIES) {
        return sendProblem(reply, 409, 'Conflict', `A list has at most ${MAX_ENTRIES} entries.`);
      }
      const entries = lastOfEach(made.flatMap((one) => (typeof one === 'string' ? [] : [one])));
      if ((await listsOfTwo(desk.office)).has(name)) {
        return proposeEntries(request, reply, desk, name, { put: entries });
      }
      const detail = {
        entries: entries.length,
        ...(entries.length <= 10 && { values: entries.map(({ value }) => value) }),
      };
      const entry = entryOf(request, clock, 'put into a list', `list ${name}`, detail);
      const added = await lists.put(name, entries, entry);
      await desk.refresh();
      return { added, changed: entries.length - added };
    },
  );

  app.delete<{ Params: Static<typeof NameParams>; Body: Static<typeof ValuesBody> }>(
    '/v1/lists/:name/entries',
    {
      config: { permission: 'edit_lists' },
      schema: {
        summary: 'Take entries out of a list',
        tags,
        params: NameParams,
        body: ValuesBody,
        response: problems,
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const list = await lists.find(name);
      if (!list) return notFound(reply, name);
      // As it was kept before entries had one form, too.
      const values = request.body.values.flatMap((text) => {
        const normal = normalEntry(list.kind, text);
        return 'value' in normal && normal.value !== text ? [normal.value, text] : [text];
      });
      if ((await listsOfTwo(desk.office)).has(name)) {
        return proposeEntries(request, reply, desk, name, { take: values });
      }
      const removed = await lists.take(
        name,
        values,
        entryOf(request, clock, 'took out of a list', `list ${name}`, { values: values.slice(0, 10) }),
      );
      await desk.refresh();
      return { removed };
    },
  );

  app.delete<{ Params: Static<typeof SourceParams> }>(
    '/v1/sanctions/:name',
    {
      config: { permission: 'edit_lists' },
      schema: {
        summary: 'Remove an imported sanctions list',
        tags,
        params: SourceParams,
        response: problems,
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const entry = entryOf(request, clock, 'removed names', `sanctions ${name}`);
      if (!(await lists.removeSource(name, entry))) {
        return sendProblem(reply, 404, 'Not found', `There is no sanctions list ${name}.`);
      }
      await desk.refresh();
      return { name, removed: true };
    },
  );

  app.post<{ Body: Static<typeof ScreenBody> }>(
    '/v1/sanctions/screen',
    {
      config: { permission: 'read_identifiers' },
      schema: {
        summary: 'How well a name fits the imported sanctions lists',
        description:
          'The best fit, which parts of the two names fit how, and the words that only one of them has; why says it in words. An alias ' +
          'that its list calls weak counts 0.9 at most, and isWeakAlias says so. isCut says that more names were ' +
          'like it than could be looked at in ten milliseconds: another may fit better.',
        tags,
        body: ScreenBody,
      },
    },
    async (request) => {
      const best = desk.lists.sanctionBest(request.body.name);
      await desk.office.audit.append(
        entryOf(request, clock, 'screened a name', 'sanctions', { name: request.body.name }),
      );
      if (!best)
        return {
          score: 0,
          uid: null,
          source: null,
          name: null,
          isWeakAlias: false,
          parts: [],
          askedOnly: [],
          listedOnly: [],
          isCut: false,
          why: 'Nothing comes near.',
        };
      const { score, match, fit, isCut } = best;
      const { parts, askedOnly, listedOnly } = fit;
      return {
        score,
        uid: match.uid,
        source: match.source ?? null,
        name: match.name,
        isWeakAlias: match.isWeak === true,
        parts,
        askedOnly,
        listedOnly,
        isCut,
        why: nameReason(best),
      };
    },
  );

  listProposals(app, desk);
}
