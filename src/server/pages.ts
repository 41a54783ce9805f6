// What the server shows besides the API: its documents, and the dashboard.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../domain/access.ts';
import type { DataModel } from '../domain/data-model.ts';
import { type Json, openApiDocument } from '../protocol/document.ts';
import { messageDocument } from '../protocol/message-document.ts';
import { OPERATIONS } from '../protocol/operations.ts';
import { withOwnData } from '../protocol/own-fields-document.ts';
import { docsPage } from './docs-page.ts';
import { sendProblem } from './edge/problem-details.ts';

const DASHBOARD = fileURLToPath(new URL('../../dashboard/dist/', import.meta.url));

/** Made when it is first asked for: a desk that starts, or a tenant's, has nobody who reads it yet. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** The document with the data that a desk declares: drawn anew when another catalogue serves. */
function drawn(document: () => Json): (model: DataModel) => Json {
  let last: { readonly model: DataModel; readonly document: Json } | undefined;
  return (model) => {
    if (last?.model !== model) last = { model, document: withOwnData(document(), model) };
    return last.document;
  };
}

export type DocumentOptions = {
  readonly version: string;
  readonly dataModel: () => DataModel;
  /** Who is asking: fields of a bank's own are told to whoever sends them, or sees what they hold. */
  whoIs(request: FastifyRequest): Promise<Actor | undefined>;
};

/** Serves the API's description, for machines and for people. */
export async function addDocuments(
  app: FastifyInstance,
  { version, dataModel, whoIs }: DocumentOptions,
): Promise<void> {
  const document = once(() => openApiDocument(OPERATIONS, version));
  const withModel = drawn(document);
  const messages = once(() => messageDocument(version));
  const page = once(() => docsPage(OPERATIONS, version));
  await app.register(async (scope) => {
    scope.get('/openapi.json', async (request) => {
      const permissions = (await whoIs(request))?.permissions;
      const knows = permissions?.has('decide') || permissions?.has('read_identifiers');
      return knows ? withModel(dataModel()) : document();
    });
    scope.get('/asyncapi.json', async () => messages());
    scope.get('/docs', async (_request, reply) => reply.type('text/html').send(page()));
  });
}

const nothingThere = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  sendProblem(reply, 404, 'Not found', `There is nothing at ${request.url.slice(0, 200)}.`);

/** Serves the dashboard where it has been built, its page at every address that is none of the API's. */
export async function addDashboard(app: FastifyInstance): Promise<void> {
  if (!existsSync(DASHBOARD)) {
    app.setNotFoundHandler(nothingThere);
    return;
  }
  await app.register(fastifyStatic, { root: DASHBOARD, maxAge: '1h', immutable: false });
  app.setNotFoundHandler((request, reply) => {
    const wantsPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
    if (wantsPage && !request.url.startsWith('/v1/')) return reply.sendFile('index.html', { maxAge: 0 });
    return nothingThere(request, reply);
  });
}
