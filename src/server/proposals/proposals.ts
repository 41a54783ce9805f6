// Four eyes: a change that needs a second person is kept as it was asked for, and carried out when somebody else approves it. A
// key counts as the person who made it, and only a person approves.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { type Permission, personBehind } from '../../domain/access.ts';
import { isoTime } from '../../domain/iso-time.ts';
import type { Desk } from '../../ports/desk.ts';
import type { Proposal, ProposalKind } from '../../ports/office/proposals.ts';
import { SafeInteger } from '../../protocol/fields.ts';
import type { ProposalMessage } from '../../protocol/proposals.ts';
import { actorOf, entryOf } from '../access/access.ts';
import { sightOf } from '../access/sight.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { ProblemSchema } from '../schemas.ts';

const MAX_WAITING = 100;
const Params = Type.Object({ id: SafeInteger({ minimum: 1 }) });

/** Where the proposals of a kind are in the API. */
const PATHS = { settings: 'settings', list: 'lists', model: 'models' } as const satisfies Record<
  ProposalKind,
  string
>;

export type ProposalOptions = {
  readonly kind: ProposalKind;
  readonly permission: Permission;
  readonly tag: string;
  /** What a proposal would change, in words. */
  readonly details: (proposal: Proposal) => readonly string[];
  /** Carries it out; gives what stands in the way. */
  readonly apply: (proposal: Proposal, request: FastifyRequest) => Promise<string | undefined>;
};

/** Why whoever asks cannot be the second person for what somebody did, or undefined. */
export function notSecond(request: FastifyRequest, firstPerson: string): string | undefined {
  const actor = actorOf(request);
  if (actor.kind === 'key') return 'A person has to approve it: a key cannot be the second one.';
  return personBehind(actor) === firstPerson
    ? 'Somebody else has to approve it: whoever proposed it may not.'
    : undefined;
}

/** Keeps a change until somebody else approves it; answers 202. */
export async function propose(
  request: FastifyRequest,
  reply: FastifyReply,
  { office, clock }: Pick<Desk, 'office' | 'clock'>,
  kind: ProposalKind,
  subject: string,
  change: unknown,
): Promise<FastifyReply> {
  const actor = actorOf(request);
  const id = await office.proposals.add(
    { kind, subject, change, proposedBy: { id: personBehind(actor), name: actor.name } },
    MAX_WAITING,
    entryOf(
      request,
      clock,
      `proposed to change ${kind === 'settings' ? 'settings' : `a ${kind}`}`,
      subjectOf(kind, subject),
      {
        proposal: '{proposal}',
      },
    ),
  );
  if (id === undefined) {
    return sendProblem(
      reply,
      409,
      'Conflict',
      `${MAX_WAITING} changes wait for a second person already; approve or withdraw some first.`,
    );
  }
  return reply.code(202).send({
    proposal: id,
    detail: 'It needs a second person: it takes effect when somebody else approves it.',
  });
}

const subjectOf = (kind: ProposalKind, subject: string): string =>
  kind === 'settings' ? 'settings' : `${kind} ${subject}`;

export function proposalRoutes(
  app: FastifyInstance,
  { office, clock }: Pick<Desk, 'office' | 'clock'>,
  { kind, permission, tag, details, apply }: ProposalOptions,
): void {
  const { proposals } = office;
  const path = `/v1/proposals/${PATHS[kind]}`;
  const tags = [tag];
  const problems = { 400: ProblemSchema, 403: ProblemSchema, 404: ProblemSchema, 409: ProblemSchema };
  const notFound = (reply: FastifyReply, id: number): FastifyReply =>
    sendProblem(reply, 404, 'Not found', `No change ${id} waits for a second person here (any more).`);

  app.get(
    path,
    { config: { permission }, schema: { summary: 'Changes that wait for a second person', tags } },
    async (request): Promise<{ proposals: ProposalMessage[] }> => {
      const actor = actorOf(request);
      const sees = sightOf(request).kind === 'whole';
      return {
        proposals: (await proposals.waiting(kind)).map((proposal) => ({
          id: proposal.id,
          subject: proposal.subject,
          details: sees ? details(proposal) : [],
          proposedBy: proposal.proposedBy.name,
          proposedAt: isoTime(proposal.proposedAtMs),
          own: proposal.proposedBy.id === personBehind(actor),
        })),
      };
    },
  );

  app.post<{ Params: Static<typeof Params> }>(
    `${path}/:id/approve`,
    {
      config: { permission },
      schema: {
        summary: 'Approve a change that somebody else proposed; it takes effect',
        tags,
        params: Params,
        response: problems,
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const proposal = await proposals.find(kind, id);
      if (!proposal) return notFound(reply, id);
      const refused = notSecond(request, proposal.proposedBy.id);
      if (refused) return sendProblem(reply, 403, 'Forbidden', refused);
      const person = personBehind(actorOf(request));
      const subject = subjectOf(kind, proposal.subject);
      const said = { proposal: id, proposedBy: proposal.proposedBy.name };
      const entry = entryOf(request, clock, 'approved a change', subject, said);
      if (!(await proposals.decide(id, 'approved', person, entry))) return notFound(reply, id);
      const again = (why: string) =>
        proposals.reopen(
          id,
          entryOf(request, clock, 'could not carry out a change', subject, { ...said, why }),
        );
      let stands: string | undefined;
      try {
        stands = await apply(proposal, request);
      } catch (error) {
        await again('an error of the desk');
        throw error;
      }
      if (stands === undefined) return { id, approved: true };
      await again(stands);
      return sendProblem(reply, 409, 'Conflict', stands);
    },
  );

  app.delete<{ Params: Static<typeof Params> }>(
    `${path}/:id`,
    {
      config: { permission },
      schema: { summary: 'Withdraw or refuse a change that waits', tags, params: Params, response: problems },
    },
    async (request, reply) => {
      const { id } = request.params;
      const proposal = await proposals.find(kind, id);
      if (!proposal) return notFound(reply, id);
      const person = personBehind(actorOf(request));
      const own = proposal.proposedBy.id === person;
      const entry = entryOf(
        request,
        clock,
        own ? 'withdrew a change' : 'refused a change',
        subjectOf(kind, proposal.subject),
        { proposal: id, proposedBy: proposal.proposedBy.name },
      );
      if (!(await proposals.decide(id, 'withdrawn', person, entry))) return notFound(reply, id);
      return { id, withdrawn: true };
    },
  );
}
