// Lists over HTTP: making them, filling them by hand, by file or by a service, and importing sanctions lists.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { type Static, Type } from 'typebox';
import { CARD_REFUSED, type CardPolicy, withoutCards } from '../domain/card-policy.ts';
import { shown } from '../domain/fields.ts';
import { InputError } from '../domain/input-error.ts';
import { isoTime, parseIsoTime } from '../domain/iso-time.ts';
import {
  LIST_KINDS,
  LIST_NAME,
  LIST_PURPOSES,
  type ListKind,
  type ListPurpose,
  MAX_ENTRIES,
  MAX_NOTE,
  normalEntry,
  noteProblem,
} from '../lists/entry.ts';
import type { ListedName } from '../lists/name-match.ts';
import { readNames } from '../lists/sdn.ts';
import type { Desk } from '../ports/desk.ts';
import type { NewEntry } from '../ports/list-store.ts';
import { entryOf } from './access/access.ts';
import { sightOf } from './access/sight.ts';
import { Identifier, Line, Prose } from './field-schema.ts';
import { listProposals, NO_IMPORT, proposeEntries } from './list-proposals.ts';
import { listsOfTwo, rulesByList } from './lists-of-rules.ts';
import { textSeen } from './office-seen.ts';
import { sendProblem } from './problem-details.ts';
import { ProblemSchema } from './schemas.ts';
import { timeOrNull } from './unknown.ts';
import { takeBodiesWhole } from './whole-bodies.ts';

const MAX_AT_ONCE = 5000;
const MAX_CSV_BYTES = 100 << 20;
const MAX_NAMES_BYTES = 100 << 20;
const CHUNK = 5000;
const MAX_PROBLEMS = 100;

const NameParams = Type.Object({ name: Identifier(60, { pattern: LIST_NAME.source }) });
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
const SourceParams = Type.Object({
  // A path cannot end in what means a folder.
  name: Identifier(60, { pattern: '^(?!\\.{1,2}$)[\\w .-]+$' }),
});
const ScreenBody = Type.Object({ name: Line(200) }, { additionalProperties: false });

type Refused = { readonly line: number; readonly problem: string };

/** An entry as it is kept, or what is wrong with it. */
function entryFrom(
  kind: ListKind,
  value: string,
  expiresAt: string | undefined,
  note: string,
  cards: CardPolicy,
): NewEntry | string {
  const kept = withoutCards(value, 'identifier', cards);
  const keptNote = withoutCards(note, 'prose', cards);
  if (kept === undefined || keptNote === undefined) return `The entry ${CARD_REFUSED}.`;
  const normal = normalEntry(kind, kept);
  if ('problem' in normal) return normal.problem;
  const expiresAtMs = expiresAt
    ? parseIsoTime(/^\d{4}-\d\d-\d\d$/.test(expiresAt) ? `${expiresAt}T00:00:00Z` : expiresAt)
    : undefined;
  if (expiresAt && expiresAtMs === undefined)
    return `${shown(expiresAt)} is no time such as 2027-01-31T00:00:00Z.`;
  const wrongNote = noteProblem(note);
  if (wrongNote !== undefined) return wrongNote;
  return { value: normal.value, expiresAtMs, note: keptNote };
}

/** The last word on a value that stands twice. */
const lastOfEach = (entries: readonly NewEntry[]): NewEntry[] => [
  ...new Map(entries.map((one) => [one.value, one])).values(),
];

/** A line of a CSV: value, when it ends, a note; quotes around what holds commas. */
function csvCells(line: string): string[] {
  const cells: string[] = [];
  for (const [, quoted, bare] of line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)) {
    cells.push((quoted?.replaceAll('""', '"') ?? bare ?? '').trim());
  }
  return cells;
}

/** Throws InputError where card numbers are refused. */
function namesWithoutCards(names: readonly ListedName[], cards: CardPolicy): ListedName[] {
  return names.map(({ uid, name }, i) => {
    const keptUid = withoutCards(uid, 'line', cards);
    const keptName = withoutCards(name, 'line', cards);
    if (keptUid === undefined || keptName === undefined)
      throw new InputError(`Name ${i + 1} ${CARD_REFUSED}.`);
    return { uid: keptUid, name: keptName };
  });
}

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
      config: { permission: 'read_identifiers' },
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
        entries: found.map(({ expiresAtMs, atMs, ...entry }) => ({
          ...entry,
          expiresAt: timeOrNull(expiresAtMs),
          at: isoTime(atMs),
        })),
        next: found.length === limit ? (found.at(-1)?.value ?? null) : null,
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
      const made = request.body.entries.map(({ value, expiresAt, note = '' }) =>
        entryFrom(list.kind, value, expiresAt, note, desk.cards),
      );
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
      const added = await lists.put(
        name,
        entries,
        entryOf(request, clock, 'put into a list', `list ${name}`, detail),
      );
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
      const values = request.body.values.map((text) => {
        const normal = normalEntry(list.kind, text);
        return 'value' in normal ? normal.value : text;
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

  app.register(async (scope) => {
    takeBodiesWhole(scope, 'string', MAX_CSV_BYTES);
    scope.post<{ Params: Static<typeof NameParams>; Body: unknown }>(
      '/v1/lists/:name/import',
      {
        bodyLimit: MAX_CSV_BYTES,
        config: { permission: 'edit_lists' },
        schema: {
          summary: 'Import entries from a CSV',
          description:
            'A line an entry: value, when it ends (or nothing), note. Lines that are not valid are told; the others go in.',
          tags,
          params: NameParams,
          consumes: ['text/csv'],
          response: problems,
        },
      },
      async (request, reply) => {
        const { name } = request.params;
        const list = await lists.find(name);
        if (!list) return notFound(reply, name);
        if ((await listsOfTwo(desk.office)).has(name)) return sendProblem(reply, 409, 'Conflict', NO_IMPORT);
        const refused: Refused[] = [];
        let refusedCount = 0;
        let chunk: NewEntry[] = [];
        let added = 0;
        let taken = 0;
        const flush = async (): Promise<void> => {
          if (chunk.length === 0) return;
          const entry = entryOf(request, clock, 'imported into a list', `list ${name}`, {
            entries: chunk.length,
          });
          added += await lists.put(name, lastOfEach(chunk), entry);
          taken += chunk.length;
          chunk = [];
        };
        let line = 0;
        for (const text of String(request.body ?? '').split(/\r?\n/)) {
          line++;
          if (text.trim() === '' || (line === 1 && /^"?value"?(,|$)/i.test(text))) continue;
          const [value = '', expiresAt = '', note = ''] = csvCells(text);
          const made = entryFrom(list.kind, value, expiresAt || undefined, note, desk.cards);
          if (typeof made === 'string') {
            refusedCount++;
            if (refused.length < MAX_PROBLEMS) refused.push({ line, problem: made });
            continue;
          }
          if (list.entries + taken + chunk.length >= MAX_ENTRIES) {
            return sendProblem(
              reply,
              409,
              'Conflict',
              `A list has at most ${MAX_ENTRIES} entries; line ${line} is beyond.`,
            );
          }
          chunk.push(made);
          if (chunk.length === CHUNK) await flush();
        }
        await flush();
        await desk.refresh();
        return { added, changed: taken - added, refused: refusedCount, problems: refused };
      },
    );
  });

  app.register(async (scope) => {
    takeBodiesWhole(scope, 'string', MAX_NAMES_BYTES);
    scope.put<{ Params: Static<typeof SourceParams>; Body: unknown }>(
      '/v1/sanctions/:name',
      {
        bodyLimit: MAX_NAMES_BYTES,
        config: { permission: 'edit_lists' },
        schema: {
          summary: 'Import a sanctions list, in place of the one of that name',
          description: 'OFAC’s SDN.CSV, ALT.CSV or SDN.XML, or a CSV with the columns uid and name.',
          tags,
          params: SourceParams,
          consumes: ['text/csv', 'application/xml'],
          response: problems,
        },
      },
      async (request, reply) => {
        const { name } = request.params;
        try {
          const names = namesWithoutCards(readNames(String(request.body ?? '')), desk.cards);
          await lists.importNames(
            name,
            names,
            entryOf(request, clock, 'imported names', `sanctions ${name}`, { names: names.length }),
          );
          await desk.refresh();
          return { name, names: names.length };
        } catch (error) {
          if (error instanceof InputError) return sendProblem(reply, 422, 'Not valid', error.message);
          throw error;
        }
      },
    );
  });

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
      schema: { summary: 'How well a name fits the imported sanctions lists', tags, body: ScreenBody },
    },
    async (request) => {
      const best = desk.lists.sanctionBest(request.body.name);
      await desk.office.audit.append(
        entryOf(request, clock, 'screened a name', 'sanctions', { name: request.body.name }),
      );
      return best
        ? { score: best.score, uid: best.match.uid, name: best.match.name }
        : { score: 0, uid: null, name: null };
    },
  );

  listProposals(app, desk);
}
