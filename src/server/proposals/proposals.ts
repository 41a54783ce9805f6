// Four eyes: a change that needs a second person is kept as it was asked for, and carried out when somebody else approves it. A
// key counts as the person who made it, and only a person approves.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { personBehind } from '../../domain/access.ts';
import { isoTime } from '../../domain/iso-time.ts';
import type { Desk } from '../../ports/desk.ts';
import type { Proposal, ProposalKind } from '../../ports/office/proposals.ts';
import {
  approveListProposal,
  approveModelProposal,
  approveSettingsProposal,
  type ChangeProposed,
  listListProposals,
  listModelProposals,
  listSettingsProposals,
  type ProposalList,
  withdrawListProposal,
  withdrawModelProposal,
  withdrawSettingsProposal,
} from '../../protocol/proposals.ts';
import { actorOf, entryOf } from '../access/access.ts';
import { sightOf } from '../access/sight.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { type RequestOf, serve } from '../edge/serve.ts';

const MAX_WAITING = 100;

const OPERATIONS = {
  settings: {
    list: listSettingsProposals,
    approve: approveSettingsProposal,
    withdraw: withdrawSettingsProposal,
  },
  list: { list: listListProposals, approve: approveListProposal, withdraw: withdrawListProposal },
  model: { list: listModelProposals, approve: approveModelProposal, withdraw: withdrawModelProposal },
} as const satisfies Record<ProposalKind, unknown>;
type Operations = (typeof OPERATIONS)[ProposalKind];

export type ProposalOptions = {
  readonly kind: ProposalKind;
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
  const proposed: ChangeProposed = {
    proposal: id,
    detail: 'It needs a second person: it takes effect when somebody else approves it.',
  };
  return reply.code(202).send(proposed);
}

const subjectOf = (kind: ProposalKind, subject: string): string =>
  kind === 'settings' ? 'settings' : `${kind} ${subject}`;

const notFound = (reply: FastifyReply, id: number): FastifyReply =>
  sendProblem(reply, 404, 'Not found', `No change ${id} waits for a second person here (any more).`);

async function waiting(
  request: FastifyRequest,
  { office }: Pick<Desk, 'office'>,
  { kind, details }: ProposalOptions,
): Promise<ProposalList> {
  const person = personBehind(actorOf(request));
  const sees = sightOf(request).kind === 'whole';
  return {
    proposals: (await office.proposals.waiting(kind)).map((proposal) => ({
      id: proposal.id,
      subject: proposal.subject,
      details: sees ? details(proposal) : [],
      proposedBy: proposal.proposedBy.name,
      proposedAt: isoTime(proposal.proposedAtMs),
      own: proposal.proposedBy.id === person,
    })),
  };
}

async function approve(
  request: RequestOf<Operations['approve']>,
  reply: FastifyReply,
  { office, clock }: Pick<Desk, 'office' | 'clock'>,
  { kind, apply }: ProposalOptions,
) {
  const { proposals } = office;
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
    proposals.reopen(id, entryOf(request, clock, 'could not carry out a change', subject, { ...said, why }));
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
}

async function withdraw(
  request: RequestOf<Operations['withdraw']>,
  reply: FastifyReply,
  { office, clock }: Pick<Desk, 'office' | 'clock'>,
  { kind }: ProposalOptions,
) {
  const { proposals } = office;
  const { id } = request.params;
  const proposal = await proposals.find(kind, id);
  if (!proposal) return notFound(reply, id);
  const person = personBehind(actorOf(request));
  const entry = entryOf(
    request,
    clock,
    proposal.proposedBy.id === person ? 'withdrew a change' : 'refused a change',
    subjectOf(kind, proposal.subject),
    { proposal: id, proposedBy: proposal.proposedBy.name },
  );
  if (!(await proposals.decide(id, 'withdrawn', person, entry))) return notFound(reply, id);
  return { id, withdrawn: true };
}

export function proposalRoutes(
  app: FastifyInstance,
  desk: Pick<Desk, 'office' | 'clock'>,
  options: ProposalOptions,
): void {
  const operations: Operations = OPERATIONS[options.kind];
  serve(app, operations.list, (request) => waiting(request, desk, options));
  serve(app, operations.approve, (request, reply) => approve(request, reply, desk, options));
  serve(app, operations.withdraw, (request, reply) => withdraw(request, reply, desk, options));
}
