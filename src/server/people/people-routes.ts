// Managing people and API keys, and reading the audit trail.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { type Static, Type } from 'typebox';
import {
  isPermission,
  isRole,
  KEY_PERMISSIONS,
  personBehind,
  ROLES,
  type Role,
} from '../../domain/access.ts';
import { isoTime } from '../../domain/iso-time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Office } from '../../ports/office/office.ts';
import type { ApiKey, User } from '../../ports/office/people.ts';
import { Identifier, Line, SafeInteger } from '../../protocol/fields.ts';
import { SEARCH_WORDS } from '../../protocol/pages.ts';
import { type Access, actorOf, entryOf } from '../access/access.ts';
import { auditHeadSeen, auditLineSeen, subjectSeen } from '../access/office-seen.ts';
import { newKeyId, newToken, tokenHash } from '../access/secrets.ts';
import { refuseHidden, sightOf } from '../access/sight.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { searchedMessage } from '../edge/searched.ts';
import { timeOrNull } from '../edge/unknown.ts';
import { ProblemSchema } from '../schemas.ts';
import { nameProblem, normalId } from '../sign-in/names.ts';

const LINK_MS = 72 * 3_600_000;
const DAY_MS = 86_400_000;
const AUDIT_PAGE = 100;

const roles = Type.Array(Type.String({ enum: [...ROLES] }), {
  minItems: 1,
  maxItems: ROLES.length,
  uniqueItems: true,
});
const IdParams = Type.Object({ id: Identifier(200) });
const PersonBody = Type.Object(
  { id: Identifier(200), name: Line(100), roles },
  { additionalProperties: false },
);
const RolesBody = Type.Object({ roles }, { additionalProperties: false });
const DisabledBody = Type.Object({ disabled: Type.Boolean() }, { additionalProperties: false });
const KeyBody = Type.Object(
  {
    name: Line(100),
    permissions: Type.Array(Type.String({ enum: [...KEY_PERMISSIONS] }), {
      minItems: 1,
      maxItems: KEY_PERMISSIONS.length,
      uniqueItems: true,
    }),
    expiresInDays: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 3650, description: 'Never where absent' }),
    ),
  },
  { additionalProperties: false },
);
const AuditQuery = Type.Object(
  {
    who: Type.Optional(Line(200)),
    action: Type.Optional(Line(200)),
    subject: Type.Optional(Line(300)),
    cursor: Type.Optional(SafeInteger()),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: AUDIT_PAGE })),
  },
  { additionalProperties: false },
);

function personJson({ createdAtMs, lastSignInAtMs, ...user }: User) {
  return { ...user, createdAt: isoTime(createdAtMs), lastSignInAt: timeOrNull(lastSignInAtMs) };
}

function keyJson({ createdAtMs, expiresAtMs, lastUsedAtMs, ...key }: ApiKey) {
  return {
    ...key,
    createdAt: isoTime(createdAtMs),
    expiresAt: timeOrNull(expiresAtMs),
    lastUsedAt: timeOrNull(lastUsedAtMs),
  };
}

export function peopleRoutes(app: FastifyInstance, office: Office, clock: Clock, access: Access): void {
  const { people, audit } = office;
  const config = { permission: 'administer' } as const;
  const tags = ['People and keys'];
  const problems = { 400: ProblemSchema, 404: ProblemSchema, 409: ProblemSchema };
  const nobody = (reply: FastifyReply, id: string): FastifyReply =>
    sendProblem(reply, 404, 'Not found', `There is nobody called ${id}.`);

  async function linkFor(userId: string): Promise<{ path: string; expiresAt: string }> {
    const token = newToken();
    const expiresAtMs = clock.nowMs() + LINK_MS;
    await people.addLink(tokenHash(token), userId, expiresAtMs);
    return { path: `/welcome?token=${token}`, expiresAt: isoTime(expiresAtMs) };
  }

  const isLast = (reply: FastifyReply, id: string): FastifyReply =>
    sendProblem(
      reply,
      409,
      'Conflict',
      `${id} is the last administrator who can sign in. Make another one first, and let them come in once.`,
    );

  app.get('/v1/people', { config, schema: { summary: 'Everybody who has an account', tags } }, async () => ({
    people: (await people.users()).map(personJson),
  }));

  app.post<{ Body: Static<typeof PersonBody> }>(
    '/v1/people',
    {
      config,
      schema: {
        summary: 'Invite somebody',
        description: 'Answers with a one-time link, valid for three days, by which they set a password.',
        tags,
        body: PersonBody,
        response: problems,
      },
    },
    async (request, reply) => {
      const id = normalId(request.body.id);
      const name = request.body.name.trim();
      const all = await people.users();
      if (all.some((user) => user.id === id)) {
        return sendProblem(reply, 409, 'Conflict', `${id} has an account already.`);
      }
      const problem = nameProblem(id, name, all);
      if (problem) return sendProblem(reply, 400, 'Bad request', problem);
      const entry = entryOf(request, clock, 'invited', `person ${id}`, { roles: request.body.roles });
      const given = request.body.roles.filter(isRole);
      const added = await people.addUser({ id, name, roles: given }, entry);
      if (!added) {
        return sendProblem(
          reply,
          409,
          'Conflict',
          (await people.user(id))
            ? `${id} has an account already.`
            : 'The first account must be an administrator’s: from then on everybody signs in, and somebody has to let the others in.',
        );
      }
      access.forget();
      return reply.code(201).send({ id, link: await linkFor(id) });
    },
  );

  app.post<{ Params: Static<typeof IdParams> }>(
    '/v1/people/:id/link',
    {
      config,
      schema: {
        summary: 'A new one-time link, to set a password anew',
        tags,
        params: IdParams,
        response: problems,
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      if (!(await people.user(id))) return nobody(reply, id);
      const link = await linkFor(id);
      await audit.append(entryOf(request, clock, 'made a link', `person ${id}`));
      return { id, link };
    },
  );

  app.put<{ Params: Static<typeof IdParams>; Body: Static<typeof RolesBody> }>(
    '/v1/people/:id/roles',
    {
      config,
      schema: {
        summary: 'Change what somebody may do',
        tags,
        params: IdParams,
        body: RolesBody,
        response: problems,
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const user = await people.user(id);
      if (!user) return nobody(reply, id);
      const next: readonly Role[] = request.body.roles.filter(isRole);
      const entry = entryOf(request, clock, 'changed roles', `person ${id}`, { from: user.roles, to: next });
      if (!(await people.setRoles(id, next, entry))) return isLast(reply, id);
      access.forget();
      return { id, roles: next };
    },
  );

  app.put<{ Params: Static<typeof IdParams>; Body: Static<typeof DisabledBody> }>(
    '/v1/people/:id/disabled',
    {
      config,
      schema: {
        summary: 'Shut somebody out, or let them in again',
        tags,
        params: IdParams,
        body: DisabledBody,
        response: problems,
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { disabled } = request.body;
      if (!(await people.user(id))) return nobody(reply, id);
      const entry = entryOf(request, clock, disabled ? 'shut out' : 'let in again', `person ${id}`);
      if (!(await people.setDisabled(id, disabled, entry))) return isLast(reply, id);
      access.forget();
      return { id, disabled };
    },
  );

  app.get('/v1/keys', { config, schema: { summary: 'API keys, without their secrets', tags } }, async () => ({
    keys: (await people.keys()).map(keyJson),
  }));

  app.post<{ Body: Static<typeof KeyBody> }>(
    '/v1/keys',
    {
      config,
      schema: {
        summary: 'Make an API key for a service',
        description: 'The key is shown this once; only its hash is kept.',
        tags,
        body: KeyBody,
        response: problems,
      },
    },
    async (request, reply) => {
      const { name, permissions, expiresInDays } = request.body;
      const id = newKeyId();
      const secret = newToken().replaceAll('_', '-');
      const now = clock.nowMs();
      const key = {
        id,
        name: name.trim(),
        permissions: permissions.filter(isPermission),
        createdBy: actorOf(request).name,
        ownerId: personBehind(actorOf(request)),
        createdAtMs: now,
        expiresAtMs: expiresInDays === undefined ? undefined : now + expiresInDays * DAY_MS,
      };
      await people.addKey(
        key,
        tokenHash(secret),
        entryOf(request, clock, 'made a key', `key ${id}`, { name: key.name, permissions }),
      );
      return reply.code(201).send({ id, key: `gk_${id}_${secret}`, expiresAt: timeOrNull(key.expiresAtMs) });
    },
  );

  app.delete<{ Params: Static<typeof IdParams> }>(
    '/v1/keys/:id',
    {
      config,
      schema: { summary: 'Make a key worthless', tags, params: IdParams, response: problems },
    },
    async (request, reply) => {
      const { id } = request.params;
      const revoked = await people.revokeKey(id, entryOf(request, clock, 'revoked a key', `key ${id}`));
      if (!revoked) return sendProblem(reply, 404, 'Not found', `There is no key ${id} that still works.`);
      access.forget();
      return { id, revoked };
    },
  );

  app.get<{ Querystring: Static<typeof AuditQuery> }>(
    '/v1/audit',
    {
      config: { permission: 'read_audit', expensive: true },
      schema: {
        summary: 'The audit trail, newest first',
        description:
          'Each line carries the hash of the chain up to it; ./goshawk audit verify computes it again. Without permission to see ' +
          `identifiers (read_identifiers) details that may name somebody, and hashes, are left out. ${SEARCH_WORDS}`,
        tags: ['Audit'],
        querystring: AuditQuery,
      },
    },
    async (request, reply) => {
      const { who, action, subject, cursor, limit = AUDIT_PAGE } = request.query;
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
    },
  );
}
