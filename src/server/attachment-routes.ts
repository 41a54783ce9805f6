// Files that people attach to alerts.
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { type Static, Type } from 'typebox';
import { maskCardNumbers } from '../domain/card-number.ts';
import type { Desk } from '../ports/desk.ts';
import { entryOf } from './access/access.ts';
import type { Feed } from './feed.ts';
import { Line, SafeInteger } from './field-schema.ts';
import { sendProblem } from './problem-details.ts';
import { ProblemSchema } from './schemas.ts';
import { takeBodiesWhole } from './whole-bodies.ts';

const MAX_ATTACHMENT_BYTES = 5 << 20;
const MAX_ATTACHMENTS = 20;
/** Whatever somebody attached comes back as bytes to be saved. */
const SAVED_AS = 'application/octet-stream';
const MEDIA_TYPE = /^[\w.+-]{1,50}\/[\w.+-]{1,49}/;

const AlertParams = Type.Object({ id: SafeInteger({ minimum: 1 }) });
const AttachmentParams = Type.Object({
  id: SafeInteger({ minimum: 1 }),
  attachment: SafeInteger({ minimum: 1 }),
});
const AttachmentQuery = Type.Object({ name: Line(200) }, { additionalProperties: false });

export function attachmentRoutes(app: FastifyInstance, desk: Desk, feed: Feed): void {
  const { clock } = desk;
  const { alerts, audit, notes } = desk.office;
  const tags = ['Alert queue'];
  const notFound = (reply: FastifyReply, id: number): FastifyReply =>
    sendProblem(reply, 404, 'Not found', `There is no alert ${id}.`);

  app.register(async (scope) => {
    takeBodiesWhole(scope, 'buffer', MAX_ATTACHMENT_BYTES);
    scope.post<{
      Params: Static<typeof AlertParams>;
      Querystring: Static<typeof AttachmentQuery>;
      Body: Buffer;
    }>(
      '/v1/queue/:id/attachments',
      {
        bodyLimit: MAX_ATTACHMENT_BYTES,
        config: { permission: 'work_alerts' },
        schema: {
          summary: 'Attach a file to an alert',
          description: `The body is the file, up to ${MAX_ATTACHMENT_BYTES >> 20} MB; at most ${MAX_ATTACHMENTS} an alert.`,
          tags,
          params: AlertParams,
          querystring: AttachmentQuery,
          consumes: [SAVED_AS],
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        if (!(await alerts.find(id))) return notFound(reply, id);
        const content = request.body;
        if (!Buffer.isBuffer(content) || content.length === 0) {
          return sendProblem(reply, 400, 'Bad request', 'The body must be the file.');
        }
        const sha256 = createHash('sha256').update(content).digest('hex');
        const name = request.query.name.replaceAll(/[/\\]/g, '_');
        const [mediaType] = MEDIA_TYPE.exec(maskCardNumbers(request.headers['content-type'] ?? '')) ?? [
          SAVED_AS,
        ];
        const entry = entryOf(request, clock, 'attached a file', `alert ${id}`, { name, sha256 });
        const added = await notes.attach(
          `alert ${id}`,
          { name, mediaType, content, sha256 },
          MAX_ATTACHMENTS,
          entry,
        );
        if (!added) {
          return sendProblem(reply, 409, 'Conflict', `Alert ${id} has ${MAX_ATTACHMENTS} files already.`);
        }
        feed.queueChanged();
        return reply.code(201).send({ name, sha256 });
      },
    );
  });

  app.get<{ Params: Static<typeof AttachmentParams> }>(
    '/v1/queue/:id/attachments/:attachment',
    {
      config: { permission: 'read_identifiers' },
      schema: {
        summary: 'An attached file',
        tags,
        params: AttachmentParams,
        response: { 404: ProblemSchema },
      },
    },
    async (request, reply) => {
      const { id, attachment } = request.params;
      const file = await notes.attachment(`alert ${id}`, attachment);
      if (!file) return sendProblem(reply, 404, 'Not found', `Alert ${id} has no file ${attachment}.`);
      await audit.append(entryOf(request, clock, 'opened a file', `alert ${id}`, { name: file.name }));
      // Never shown as a page of this desk: what somebody attached may be made to act as one.
      return reply
        .type(SAVED_AS)
        .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`)
        .send(file.content);
    },
  );
}
