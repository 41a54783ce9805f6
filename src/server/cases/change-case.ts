// Changes of a case: what a body asks for, by whom, and what stands in its way.
import type { FastifyReply } from 'fastify';
import { personBehind } from '../../domain/access.ts';
import type { Case, CaseChange } from '../../domain/case.ts';
import type { Desk } from '../../ports/desk.ts';
import type { changeCase } from '../../protocol/cases.ts';
import { actorOf, entryOf } from '../access/access.ts';
import { sightOf } from '../access/sight.ts';
import { worksAlerts } from '../alerts/alert-messages.ts';
import { sendProblem } from '../edge/problem-details.ts';
import type { RequestOf } from '../edge/serve.ts';
import { notSecond } from '../proposals/proposals.ts';
import { caseMessage } from './case-messages.ts';
import { noCase } from './no-case.ts';

type ChangeRequest = RequestOf<typeof changeCase>;

const CHANGE_WORDS: Readonly<Record<CaseChange['kind'], (typeof changeCase)['audits'][number]>> = {
  edit: 'edited a case',
  assign: 'assigned a case',
  propose: 'proposed to close a case',
  close: 'closed a case',
  reopen: 'reopened a case',
};

async function assignment(request: ChangeRequest, { people }: Desk['office']): Promise<CaseChange | string> {
  const { assignee } = request.body;
  const actor = actorOf(request);
  if (assignee === undefined) return { kind: 'assign', to: undefined };
  if (assignee === actor.id) return { kind: 'assign', to: { id: actor.id, name: actor.name } };
  const person = await people.user(assignee);
  return person && worksAlerts(person)
    ? { kind: 'assign', to: { id: person.id, name: person.name } }
    : `${assignee} does not work cases.`;
}

async function closing(
  found: Case,
  request: ChangeRequest,
  { settings }: Desk['office'],
): Promise<CaseChange | string> {
  const { name } = actorOf(request);
  const ended = request.body.outcome ?? found.outcome;
  if (!ended) return 'Say how it ended, in "outcome".';
  if (found.tasksOpen > 0) return `${found.tasksOpen} tasks are not done.`;
  const { fourEyesCases } = await settings.read();
  if (!fourEyesCases) return { kind: 'close', outcome: ended, by: name };
  if (found.status !== 'proposed') return 'Two people close a case here: propose it first.';
  const refused = notSecond(request, found.proposedBy?.id ?? '');
  if (refused) return refused;
  return { kind: 'close', outcome: found.outcome ?? ended, by: name };
}

/** The change that a body asks for, or what stands in its way. */
async function changeOf(
  found: Case,
  request: ChangeRequest,
  office: Desk['office'],
): Promise<CaseChange | string> {
  const { action, title, narrative, outcome } = request.body;
  switch (action) {
    case 'edit':
      return {
        kind: 'edit',
        title: (title ?? found.title).trim(),
        narrative: narrative ?? found.narrative,
      };
    case 'assign':
      return assignment(request, office);
    case 'propose': {
      const actor = actorOf(request);
      return outcome
        ? { kind: 'propose', outcome, by: { id: personBehind(actor), name: actor.name } }
        : 'Say how it ended, in "outcome".';
    }
    case 'close':
      return closing(found, request, office);
    case 'reopen':
      return { kind: 'reopen' };
  }
}

export async function change(request: ChangeRequest, reply: FastifyReply, { office, clock }: Desk) {
  const { cases } = office;
  const { id } = request.params;
  const found = await cases.find(id);
  if (!found) return noCase(reply, id);
  const asked = await changeOf(found, request, office);
  if (typeof asked === 'string') return sendProblem(reply, 409, 'Conflict', asked);
  const detail = asked.kind === 'assign' ? { to: asked.to?.name ?? 'nobody' } : { ...asked, kind: undefined };
  const entry = entryOf(request, clock, CHANGE_WORDS[asked.kind], `case ${id}`, detail);
  if (!(await cases.change(id, request.body.version, asked, entry))) {
    return sendProblem(reply, 409, 'Conflict', 'The case changed meanwhile. Look at it again.');
  }
  const now = await cases.find(id);
  return now ? caseMessage(now, sightOf(request)) : noCase(reply, id);
}
