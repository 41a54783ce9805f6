// Entries of lists that approve, kept until a second person has looked at them.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isoTime } from '../../domain/iso-time.ts';
import { MAX_ENTRIES } from '../../lists/entry.ts';
import type { Desk } from '../../ports/desk.ts';
import type { NewEntry } from '../../ports/office/lists.ts';
import { entryOf } from '../access/access.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { proposalRoutes, propose } from '../proposals/proposals.ts';

/** As many as somebody can look at. */
const MAX_PROPOSED = 500;
export const NO_IMPORT = `Live rules approve by this list, and two people are asked for: a file is too much to look at. Put at most ${MAX_PROPOSED} entries at a time; somebody else approves them.`;

type Change = { readonly put: readonly NewEntry[] } | { readonly take: readonly string[] };

/** What a proposal asks for: it was looked at when it was made. */
function changeOf(change: unknown): Change | undefined {
  if (typeof change !== 'object' || change === null) return undefined;
  if ('put' in change && Array.isArray(change.put)) {
    return {
      put: change.put.map(({ value, expiresAtMs, note }) => ({
        value: String(value),
        expiresAtMs: typeof expiresAtMs === 'number' ? expiresAtMs : undefined,
        note: String(note),
      })),
    };
  }
  return 'take' in change && Array.isArray(change.take) ? { take: change.take.map(String) } : undefined;
}

/** Keeps a change of entries until somebody else approves it. */
export async function proposeEntries(
  request: FastifyRequest,
  reply: FastifyReply,
  desk: Desk,
  list: string,
  change: Change,
): Promise<FastifyReply> {
  const entries = 'put' in change ? change.put.length : change.take.length;
  if (entries > MAX_PROPOSED) return sendProblem(reply, 409, 'Conflict', NO_IMPORT);
  return propose(request, reply, desk, 'list', list, change);
}

export function listProposals(app: FastifyInstance, desk: Desk): void {
  const { clock } = desk;
  const { lists } = desk.office;
  proposalRoutes(app, desk, {
    kind: 'list',
    details(proposal) {
      const change = changeOf(proposal.change);
      if (!change) return [];
      if ('take' in change) return change.take.map((value) => `− ${value}`);
      return change.put.map(({ value, expiresAtMs, note }) =>
        [`+ ${value}`, expiresAtMs === undefined ? '' : `until ${isoTime(expiresAtMs)}`, note]
          .filter((part) => part !== '')
          .join(', '),
      );
    },
    async apply({ subject: name, change: asked, proposedBy }, request) {
      const change = changeOf(asked);
      const list = await lists.find(name);
      if (!change) return 'This program cannot read what was proposed; withdraw it.';
      if (!list) return `There is no list ${name} any more.`;
      const said = { proposedBy: proposedBy.name };
      if ('take' in change) {
        const values = change.take.slice(0, 10);
        const entry = entryOf(request, clock, 'took out of a list', `list ${name}`, { values, ...said });
        await lists.take(name, change.take, entry);
      } else {
        if (list.entries + change.put.length > MAX_ENTRIES)
          return `A list has at most ${MAX_ENTRIES} entries.`;
        const detail = {
          entries: change.put.length,
          values: change.put.slice(0, 10).map(({ value }) => value),
        };
        const entry = entryOf(request, clock, 'put into a list', `list ${name}`, { ...detail, ...said });
        await lists.put(name, change.put, entry);
      }
      await desk.refresh();
      return undefined;
    },
  });
}
