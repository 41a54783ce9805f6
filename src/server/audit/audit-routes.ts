// Reading the audit trail.
import type { FastifyInstance } from 'fastify';
import type { AuditTrail } from '../../ports/office/audit.ts';
import { listAuditLines } from '../../protocol/audit.ts';
import { auditHeadSeen, auditLineSeen, subjectSeen } from '../access/office-seen.ts';
import { refuseHidden, sightOf } from '../access/sight.ts';
import { searchedMessage } from '../edge/searched.ts';
import { serve } from '../edge/serve.ts';

const PAGE = 100;

export function auditRoutes(app: FastifyInstance, audit: AuditTrail): void {
  serve(app, listAuditLines, async (request, reply) => {
    const { who, action, subject, cursor, limit = PAGE } = request.query;
    const sight = sightOf(request);
    const hidden = subject !== undefined && subjectSeen(subject, sight) !== subject;
    const refused = refuseHidden(request, reply, { subject: hidden ? subject : undefined });
    if (refused) return refused;
    const found = await audit.search(
      {
        ...(who !== undefined && { who }),
        ...(action !== undefined && { action }),
        ...(subject !== undefined && { subject }),
        ...(cursor !== undefined && { before: cursor }),
      },
      limit,
    );
    return {
      items: found.items.map((line) => auditLineSeen(line, sight)),
      nextCursor: found.next ?? null,
      searched: searchedMessage(found),
      head: auditHeadSeen(await audit.head(), sight),
    };
  });
}
