// Files that people attach to alerts.
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { maskCardNumbers } from '../../domain/card-number.ts';
import type { Desk } from '../../ports/desk.ts';
import {
  attachToAlert,
  getAttachment,
  MAX_ATTACHMENT_BYTES,
  MAX_ATTACHMENTS,
} from '../../protocol/alerts.ts';
import { entryOf } from '../access/access.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { serve } from '../edge/serve.ts';
import { takeBodiesWhole } from '../edge/whole-bodies.ts';
import type { Feed } from '../feed/feed.ts';

/** Whatever somebody attached comes back as bytes to be saved. */
const SAVED_AS = 'application/octet-stream';
const MEDIA_TYPE = /^[\w.+-]{1,50}\/[\w.+-]{1,49}/;

export function attachmentRoutes(app: FastifyInstance, desk: Desk, feed: Feed): void {
  const { clock } = desk;
  const { alerts, audit, notes } = desk.office;
  const notFound = (reply: FastifyReply, id: number): FastifyReply =>
    sendProblem(reply, 404, 'Not found', `There is no alert ${id}.`);

  app.register(async (scope) => {
    takeBodiesWhole(scope, 'buffer', MAX_ATTACHMENT_BYTES);
    serve(
      scope,
      attachToAlert,
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
        return { name, sha256 };
      },
      { bodyLimit: MAX_ATTACHMENT_BYTES },
    );
  });

  serve(app, getAttachment, async (request, reply) => {
    const { id, attachment } = request.params;
    const file = await notes.attachment(`alert ${id}`, attachment);
    if (!file) return sendProblem(reply, 404, 'Not found', `Alert ${id} has no file ${attachment}.`);
    await audit.append(entryOf(request, clock, 'opened a file', `alert ${id}`, { name: file.name }));
    // Never shown as a page of this desk: what somebody attached may be made to act as one.
    return reply
      .type(SAVED_AS)
      .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`)
      .send(file.content);
  });
}
