// Files over HTTP: taken in as they come, looked at, tried and imported.
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { InputError } from '../../domain/input-error.ts';
import { readJson } from '../../domain/json-text.ts';
import type { Boundary } from '../../ports/boundary.ts';
import type { Desk } from '../../ports/desk.ts';
import type { FileImporter } from '../../ports/file-importer.ts';
import {
  cancelFileImport,
  dropFile,
  getFile,
  getFileImport,
  importFile,
  listFileImports,
  MAX_MAPPING,
  previewFile,
  takeFile,
} from '../../protocol/file-imports.ts';
import { actorOf, entryOf } from '../access/access.ts';
import { watchPace } from '../edge/connection-bounds.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { type RequestOf, serve } from '../edge/serve.ts';
import { fileMessage, importMessage, rowMessage } from './file-import-messages.ts';

/** A character of a mapping takes up to six bytes of JSON (an escape): one that is too long is told so, and not that its request is. */
const MAPPING_BODY = 6 * (MAX_MAPPING + 1) + 16_384;
const DEFAULT_DELAY_DAYS = 7;

const noFile = (reply: FastifyReply, id: string): FastifyReply =>
  sendProblem(reply, 404, 'Not found', `There is no file ${id}. Bring it again: files are kept for a day.`);
const noImport = (reply: FastifyReply, id: string): FastifyReply =>
  sendProblem(reply, 404, 'Not found', `There is no import ${id}.`);

/** What is wrong with a file or a mapping is the caller's to mend. */
async function orRefused<T>(reply: FastifyReply, work: () => Promise<T>): Promise<T | FastifyReply> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return sendProblem(reply, 422, 'Not valid', error.message);
  }
}

/** The mapping of a body; undefined where none is said. Throws InputError. */
function mappingOf(text: string | undefined): unknown {
  if (text === undefined || text.trim() === '') return undefined;
  const read = readJson(text);
  if (!read.ok) throw new InputError(`The mapping: ${read.problems[0].message}`);
  return read.value;
}

/** The bytes of a body as they come; each piece is a sign of life. */
async function* piecesOf(body: Readable, came: () => void): AsyncGenerator<Uint8Array> {
  for await (const piece of body as AsyncIterable<Buffer>) {
    came();
    yield piece;
  }
}

async function take(
  request: RequestOf<typeof takeFile>,
  reply: FastifyReply,
  importer: FileImporter,
  boundary: Boundary,
) {
  const pace = watchPace(request, reply, boundary, () => 'Nothing of the file was kept.');
  try {
    return await orRefused(reply, async () => {
      const bytes = piecesOf(request.body as Readable, pace.came);
      return fileMessage(await importer.take(request.query.name, actorOf(request).name, bytes));
    });
  } finally {
    pace.stop();
  }
}

const mayLabel = (request: FastifyRequest): boolean => actorOf(request).permissions.has('label');

async function begin(
  request: RequestOf<typeof importFile>,
  reply: FastifyReply,
  { clock, office }: Desk,
  importer: FileImporter,
) {
  const { id } = request.params;
  const { mapping, trial = false, delayDays = DEFAULT_DELAY_DAYS } = request.body;
  const file = importer.file(id);
  if (!file) return noFile(reply, id);
  if (!trial && !mayLabel(request))
    return sendProblem(
      reply,
      403,
      'Forbidden',
      'A file says what payments turned out to be: to import one needs permission to label (label).',
    );
  return orRefused(reply, async () => {
    const order = { mapping: mappingOf(mapping), isTrial: trial, delayDays };
    const begun = await importer.start(id, order, actorOf(request).name);
    if (!trial) {
      const detail = { import: begun.id, bytes: file.bytes, sha256: file.sha256, delayDays };
      await office.audit.append(
        entryOf(request, clock, 'began to import a file', `file ${file.name}`, detail),
      );
    }
    return importMessage(begun);
  });
}

async function end(
  request: RequestOf<typeof cancelFileImport>,
  reply: FastifyReply,
  { clock, office }: Desk,
  importer: FileImporter,
) {
  const { id } = request.params;
  const found = await importer.find(id);
  if (!found) return noImport(reply, id);
  if (!importer.cancel(id)) return sendProblem(reply, 409, 'Conflict', 'The import is over.');
  if (!found.isTrial)
    await office.audit.append(
      entryOf(request, clock, 'ended an import of a file', `file ${found.fileName}`, { import: id }),
    );
  return { id, cancelled: true };
}

export function fileImportRoutes(
  app: FastifyInstance,
  desk: Desk,
  importer: FileImporter,
  boundary: Boundary,
): void {
  app.addHook('onClose', () => importer.close());
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    serve(scope, takeFile, (request, reply) => take(request, reply, importer, boundary), { streams: true });
  });
  serve(app, getFile, async (request, reply) => {
    const file = importer.file(request.params.id);
    return file ? fileMessage(file) : noFile(reply, request.params.id);
  });
  serve(app, dropFile, async (request, reply) => {
    const { id } = request.params;
    return (await importer.drop(id)) ? { id, dropped: true } : noFile(reply, id);
  });
  serve(
    app,
    previewFile,
    async (request, reply) => {
      const { id } = request.params;
      if (!importer.file(id)) return noFile(reply, id);
      return orRefused(reply, async () => {
        const rows = await importer.preview(id, mappingOf(request.body.mapping));
        return { rows: rows.map(rowMessage) };
      });
    },
    { bodyLimit: MAPPING_BODY },
  );
  serve(app, importFile, (request, reply) => begin(request, reply, desk, importer), {
    bodyLimit: MAPPING_BODY,
  });
  serve(app, listFileImports, async () => ({ imports: (await importer.imports()).map(importMessage) }));
  serve(app, getFileImport, async (request, reply) => {
    const found = await importer.find(request.params.id);
    return found ? importMessage(found) : noImport(reply, request.params.id);
  });
  serve(app, cancelFileImport, (request, reply) => end(request, reply, desk, importer));
}
