// Importing lists and sanctions names over HTTP, and looking at what is being imported.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { maskCardNumbers } from '../../domain/card-number.ts';
import { CARD_REFUSED, type CardPolicy, withoutCards } from '../../domain/card-policy.ts';
import { isoTime } from '../../domain/iso-time.ts';
import type { Sight } from '../../domain/sight.ts';
import { MAX_ENTRIES } from '../../lists/entry.ts';
import { type EntryOfList, entryWithoutCards } from '../../lists/entry-lines.ts';
import type { ListedName } from '../../lists/name-index.ts';
import type { Desk } from '../../ports/desk.ts';
import type { FiledList } from '../../ports/office/lists.ts';
import { Identifier } from '../../protocol/fields.ts';
import { actorOf, entryOf } from '../access/access.ts';
import { textSeen } from '../access/office-seen.ts';
import { sightOf } from '../access/sight.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { timeOrNull } from '../edge/unknown.ts';
import { listsOfTwo } from '../rules/lists-of-rules.ts';
import { ProblemSchema } from '../schemas.ts';
import {
  createImports,
  ImportEnded,
  type ImportStatus,
  type Imports,
  MAX_IMPORT_BYTES,
  MAX_NAMES_BYTES,
  type Reading,
  refuse,
} from './imports.ts';
import { NO_IMPORT } from './list-proposals.ts';
import { lastOfEach, NameParams, SourceParams } from './list-routes.ts';

/** Rules see what came in this often. */
const REFRESH_LINES = 5000;

const ImportParams = Type.Object({ id: Identifier(36) });

/** Which share is done, where it is known of how much. */
function progressOf({ state, done, ofDone, readBytes, ofBytes }: ImportStatus): number | null {
  if (state === 'done') return 1;
  if (ofDone !== undefined) return ofDone === 0 ? 0 : done / ofDone;
  return ofBytes ? Math.min(1, readBytes / ofBytes) : null;
}

const statusMessage = (status: ImportStatus, sight: Sight) => ({
  id: status.id,
  of: status.of,
  name: status.name,
  who: status.who,
  state: status.state,
  startedAt: isoTime(status.startedAtMs),
  endedAt: timeOrNull(status.endedAtMs),
  progress: progressOf(status),
  bytes: status.bytes,
  done: status.done,
  taken: status.taken,
  added: status.added,
  changed: status.of === 'list' ? status.taken - status.added : 0,
  refused: status.refused,
  // They may quote what is in a line.
  problems: status.problems.map(({ line, problem }) => ({ line, problem: textSeen(problem, sight) })),
  problem: status.problem === undefined ? null : textSeen(status.problem, sight),
});

/** Throws ImportEnded where card numbers are refused. */
function namesWithoutCards(names: readonly ListedName[], before: number, cards: CardPolicy): ListedName[] {
  return names.map((listed, i) => {
    const { uid, name } = listed;
    const keptUid = withoutCards(uid, 'line', cards);
    const keptName = withoutCards(name, 'line', cards);
    if (keptUid === undefined || keptName === undefined) {
      throw new ImportEnded('failed', `Name ${before + i + 1} ${CARD_REFUSED}.`, 422);
    }
    return { ...listed, uid: keptUid, name: keptName };
  });
}

export function importRoutes(app: FastifyInstance, desk: Desk): void {
  const { clock } = desk;
  const { lists, audit } = desk.office;
  const imports: Imports = createImports(clock);
  const tags = ['Lists'];
  const problems = {
    400: ProblemSchema,
    404: ProblemSchema,
    409: ProblemSchema,
    413: ProblemSchema,
    422: ProblemSchema,
  };
  app.addHook('onClose', () => imports.close());

  /** What an import that ended early is answered with. */
  function ended(reply: FastifyReply, error: unknown, kept: string): FastifyReply {
    if (!(error instanceof ImportEnded)) throw error;
    const status = error.refusedWith ?? 409;
    const title = status === 409 ? 'Conflict' : status === 413 ? 'Too large' : 'Not valid';
    return sendProblem(reply, status, title, `${error.message} ${kept}`);
  }

  /** Throws ImportEnded where what is put into a list needs two people. */
  async function checkAllowed(name: string): Promise<void> {
    if ((await listsOfTwo(desk.office)).has(name)) throw new ImportEnded('failed', NO_IMPORT, 409);
  }

  async function writeEntries(
    request: FastifyRequest,
    list: Pick<FiledList, 'name' | 'kind' | 'entries'>,
    reading: Reading,
  ) {
    const { name } = list;
    const { status } = reading;
    let refreshed = 0;
    for (let last = false; !last; ) {
      const message = await reading.next();
      if (message.kind !== 'lines') continue;
      last = message.last;
      const entries: EntryOfList[] = [];
      for (const line of message.lines) {
        const made = 'entry' in line ? entryWithoutCards(list.kind, line.entry, desk.cards) : line.problem;
        if (typeof made !== 'string') entries.push(made);
        // What is wrong with a line may quote it.
        else refuse(status, { line: line.line, problem: maskCardNumbers(made) });
      }
      if (entries.length > 0) {
        const entry = entryOf(request, clock, 'began an import', `list ${name}`, { import: status.id });
        const told = status.taken > 0 ? 'told' : undefined;
        status.added += await lists.put(name, lastOfEach(entries), entry, told);
        status.taken += entries.length;
      }
      const end = message.lines.at(-1);
      if (end) {
        status.done = end.line;
        status.readBytes = end.bytes;
      }
      if (list.entries + status.added > MAX_ENTRIES) {
        throw new ImportEnded(
          'failed',
          `A list has at most ${MAX_ENTRIES} entries; it is full at line ${status.done}.`,
          409,
        );
      }
      if (status.done - refreshed < REFRESH_LINES) continue;
      refreshed = status.done;
      await desk.refresh();
      await checkAllowed(name);
    }
  }

  async function writeNames(request: FastifyRequest, name: string, reading: Reading): Promise<void> {
    const { status } = reading;
    const edition = await lists.beginNames(name);
    try {
      for (let last = false; !last; ) {
        const message = await reading.next();
        if (message.kind !== 'names') continue;
        last = message.last;
        status.ofDone = message.of;
        // What is wrong with a line may quote it.
        for (const { line, problem } of message.dropped)
          refuse(status, { line, problem: maskCardNumbers(problem) });
        await lists.addNames(name, edition, namesWithoutCards(message.names, status.done, desk.cards));
        status.done += message.names.length;
      }
      reading.check();
      const entry = entryOf(request, clock, 'imported names', `sanctions ${name}`, { names: status.done });
      if (!(await lists.putNames(name, edition, status.done, entry))) {
        throw new ImportEnded('failed', 'A later import is in place by now.', 409);
      }
    } catch (error) {
      lists.dropNames(name, edition).catch((failed: Error) => request.log.error(failed));
      throw error;
    }
    status.taken = status.done;
    await desk.refresh();
    await desk.lists.namesServe();
    lists.sweepNames(name).catch((failed: Error) => request.log.error(failed));
  }

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // The routes read their bodies themselves, as they come.
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null, undefined));

    scope.post<{ Params: Static<typeof NameParams> }>(
      '/v1/lists/:name/import',
      {
        // The time that a body may take goes by it; what is larger is refused while it comes.
        bodyLimit: MAX_IMPORT_BYTES,
        config: { takesNoEncoding: true, permission: 'edit_lists' },
        schema: {
          summary: 'Import entries from a CSV',
          description:
            'A line an entry: value, when it ends (or nothing), note. Lines that are not valid, or longer than 64 KB, are told; ' +
            'the others go in, bit by bit, while decisions go on. GET /v1/imports tells how far it is, DELETE /v1/imports/{id} ' +
            'cancels it; it ends when the connection does. What was taken until then stays.',
          tags,
          params: NameParams,
          consumes: ['text/csv'],
          response: problems,
        },
      },
      async (request, reply) => {
        const { name } = request.params;
        const list = await lists.find(name);
        if (!list) return sendProblem(reply, 404, 'Not found', `There is no list ${name}.`);
        const about = { of: 'list', name, who: actorOf(request).name } as const;
        let status: ImportStatus | undefined;
        try {
          const {
            id,
            added,
            taken,
            refused,
            problems: told,
          } = await imports.run(about, { kind: 'entries', of: list.kind }, request.raw, async (reading) => {
            status = reading.status;
            await checkAllowed(name);
            await writeEntries(request, list, reading);
          });
          return { id, added, changed: taken - added, refused, problems: told };
        } catch (error) {
          return ended(reply, error, `${status?.taken ?? 0} entries were taken and stay.`);
        } finally {
          if (status && status.taken > 0) {
            const { id, taken, added, refused, state } = status;
            const detail = { import: id, entries: taken, added, refused, ended: state };
            await audit.append(entryOf(request, clock, 'imported into a list', `list ${name}`, detail));
            await desk.refresh();
          }
        }
      },
    );

    scope.put<{ Params: Static<typeof SourceParams> }>(
      '/v1/sanctions/:name',
      {
        bodyLimit: MAX_NAMES_BYTES,
        config: { takesNoEncoding: true, permission: 'edit_lists' },
        schema: {
          summary: 'Import a sanctions list, in place of the one of that name',
          description:
            'OFAC’s SDN.CSV, ALT.CSV, SDN.XML or SDN_ADVANCED.XML, the EU’s XML or CSV, the United Nations’ XML, or a CSV with the ' +
            'columns uid and name; which it is is seen from the content. The one of before serves until all of it is there; an import that is cancelled, or whose sender goes, changes nothing. The answer says how many names there were ' +
            'before, and which lines were dropped and why.',
          tags,
          params: SourceParams,
          consumes: ['text/csv', 'application/xml'],
          response: problems,
        },
      },
      async (request, reply) => {
        const { name } = request.params;
        const about = { of: 'sanctions', name, who: actorOf(request).name } as const;
        try {
          const before = (await lists.sources()).find((source) => source.name === name)?.names ?? 0;
          const {
            id,
            taken,
            refused,
            problems: told,
          } = await imports.run(about, { kind: 'names' }, request.raw, (reading) =>
            writeNames(request, name, reading),
          );
          return { id, name, names: taken, before, dropped: refused, problems: told };
        } catch (error) {
          return ended(reply, error, 'Nothing was changed.');
        }
      },
    );
  });

  app.get(
    '/v1/imports',
    {
      config: { permission: 'edit_lists' },
      schema: { summary: 'Imports that are under way, and the latest that are over', tags },
    },
    async (request) => ({
      imports: imports.all().map((status) => statusMessage(status, sightOf(request))),
    }),
  );

  app.get<{ Params: Static<typeof ImportParams> }>(
    '/v1/imports/:id',
    {
      config: { permission: 'edit_lists' },
      schema: { summary: 'How far an import is', tags, params: ImportParams, response: problems },
    },
    async (request, reply) => {
      const status = imports.find(request.params.id);
      return status
        ? statusMessage(status, sightOf(request))
        : sendProblem(reply, 404, 'Not found', `There is no import ${request.params.id}.`);
    },
  );

  app.delete<{ Params: Static<typeof ImportParams> }>(
    '/v1/imports/:id',
    {
      config: { permission: 'edit_lists' },
      schema: {
        summary: 'Cancel an import',
        description: 'Entries that were taken stay; of names none counts before all are there.',
        tags,
        params: ImportParams,
        response: problems,
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      if (imports.cancel(id)) return { id, cancelled: true };
      return imports.find(id)
        ? sendProblem(reply, 409, 'Conflict', 'The import is over.')
        : sendProblem(reply, 404, 'Not found', `There is no import ${id}.`);
    },
  );
}
