// Importing lists and sanctions names over HTTP, and looking at what is being imported.
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Desk } from '../../ports/desk.ts';
import {
  cancelImport,
  getImport,
  importEntries,
  importSanctionsList,
  listImports,
} from '../../protocol/lists.ts';
import { actorOf, entryOf } from '../access/access.ts';
import { sightOf } from '../access/sight.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { type RequestOf, serve } from '../edge/serve.ts';
import { importMessage } from './import-message.ts';
import { ImportEnded, type ImportStatus, MAX_IMPORT_BYTES, MAX_NAMES_BYTES } from './import-status.ts';
import { createImports, type Imports } from './imports.ts';
import { writeEntries } from './write-entries.ts';
import { writeNames } from './write-names.ts';

/** What an import that ended early is answered with. */
function ended(reply: FastifyReply, error: unknown, kept: string): FastifyReply {
  if (!(error instanceof ImportEnded)) throw error;
  const status = error.refusedWith ?? 409;
  const title = status === 409 ? 'Conflict' : status === 413 ? 'Too large' : 'Not valid';
  return sendProblem(reply, status, title, `${error.message} ${kept}`);
}

async function intoList(
  request: RequestOf<typeof importEntries>,
  reply: FastifyReply,
  desk: Desk,
  imports: Imports,
) {
  const { name } = request.params;
  const { lists, audit } = desk.office;
  const list = await lists.find(name);
  if (!list) return sendProblem(reply, 404, 'Not found', `There is no list ${name}.`);
  const about = { of: 'list', name, who: actorOf(request).name } as const;
  let status: ImportStatus | undefined;
  try {
    const work = { kind: 'entries', of: list.kind } as const;
    const { id, added, taken, refused, problems } = await imports.run(about, work, request.raw, (reading) => {
      status = reading.status;
      return writeEntries(request, list, reading, desk);
    });
    return { id, added, changed: taken - added, refused, problems };
  } catch (error) {
    return ended(reply, error, `${status?.taken ?? 0} entries were taken and stay.`);
  } finally {
    if (status && status.taken > 0) {
      const { id, taken, added, refused, state } = status;
      const detail = { import: id, entries: taken, added, refused, ended: state };
      await audit.append(entryOf(request, desk.clock, 'imported into a list', `list ${name}`, detail));
      await desk.refresh();
    }
  }
}

async function inPlaceOfNames(
  request: RequestOf<typeof importSanctionsList>,
  reply: FastifyReply,
  desk: Desk,
  imports: Imports,
) {
  const { name } = request.params;
  const about = { of: 'sanctions', name, who: actorOf(request).name } as const;
  try {
    const sources = await desk.office.lists.sources();
    const before = sources.find((source) => source.name === name)?.names ?? 0;
    const work = { kind: 'names' } as const;
    const { id, taken, refused, problems } = await imports.run(about, work, request.raw, (reading) =>
      writeNames(request, name, reading, desk),
    );
    return { id, name, names: taken, before, dropped: refused, problems };
  } catch (error) {
    return ended(reply, error, 'Nothing was changed.');
  }
}

const notFound = (reply: FastifyReply, id: string): FastifyReply =>
  sendProblem(reply, 404, 'Not found', `There is no import ${id}.`);

export function importRoutes(app: FastifyInstance, desk: Desk): void {
  const imports = createImports(desk.clock);
  app.addHook('onClose', () => imports.close());

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // The routes read their bodies themselves, as they come.
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null, undefined));
    // The time that a body may take goes by its limit; what is larger is refused while it comes.
    serve(scope, importEntries, (request, reply) => intoList(request, reply, desk, imports), {
      bodyLimit: MAX_IMPORT_BYTES,
      takesNoEncoding: true,
    });
    serve(scope, importSanctionsList, (request, reply) => inPlaceOfNames(request, reply, desk, imports), {
      bodyLimit: MAX_NAMES_BYTES,
      takesNoEncoding: true,
    });
  });

  serve(app, listImports, async (request) => ({
    imports: imports.all().map((status) => importMessage(status, sightOf(request))),
  }));

  serve(app, getImport, async (request, reply) => {
    const status = imports.find(request.params.id);
    return status ? importMessage(status, sightOf(request)) : notFound(reply, request.params.id);
  });

  serve(app, cancelImport, async (request, reply) => {
    const { id } = request.params;
    if (imports.cancel(id)) return { id, cancelled: true };
    return imports.find(id)
      ? sendProblem(reply, 409, 'Conflict', 'The import is over.')
      : notFound(reply, id);
  });
}
