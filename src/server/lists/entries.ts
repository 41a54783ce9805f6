// Entries of lists: looked at page by page, put in, taken out; where two people are asked for, kept until the second has approved.
import type { FastifyReply } from 'fastify';
import { isoTime } from '../../domain/iso-time.ts';
import { MAX_ENTRIES, normalEntry } from '../../lists/entry.ts';
import { entryFrom, entryWithoutCards } from '../../lists/entry-lines.ts';
import type { Desk } from '../../ports/desk.ts';
import type { NewEntry } from '../../ports/office/lists.ts';
import type { listEntries, putEntries, takeEntries } from '../../protocol/lists.ts';
import { entryOf } from '../access/access.ts';
import { sendProblem } from '../edge/problem-details.ts';
import type { RequestOf } from '../edge/serve.ts';
import { timeOrNull } from '../edge/unknown.ts';
import { listsOfTwo } from '../rules/lists-of-rules.ts';
import { proposeEntries } from './list-proposals.ts';

const PAGE = 100;
/** As many values as the audit trail keeps of a change. */
const VALUES_TOLD = 10;

/** The last word on a value that stands twice. */
export const lastOfEach = (entries: readonly NewEntry[]): NewEntry[] => [
  ...new Map(entries.map((one) => [one.value, one])).values(),
];

const notFound = (reply: FastifyReply, name: string): FastifyReply =>
  sendProblem(reply, 404, 'Not found', `There is no list ${name}.`);

export async function entriesOf(
  request: RequestOf<typeof listEntries>,
  reply: FastifyReply,
  { office: { lists } }: Desk,
) {
  const { name } = request.params;
  const { search = '', after = '', limit = PAGE } = request.query;
  if (!(await lists.find(name))) return notFound(reply, name);
  const found = await lists.entries(name, search, after, limit);
  return {
    entries: found.entries.map(({ expiresAtMs, atMs, ...entry }) => ({
      ...entry,
      expiresAt: timeOrNull(expiresAtMs),
      at: isoTime(atMs),
    })),
    next: found.next ?? null,
  };
}

export async function put(request: RequestOf<typeof putEntries>, reply: FastifyReply, desk: Desk) {
  const { name } = request.params;
  const { lists } = desk.office;
  const list = await lists.find(name);
  if (!list) return notFound(reply, name);
  const made = request.body.entries.map(({ value, expiresAt, note = '' }) => {
    const entry = entryFrom(list.kind, value, expiresAt, note);
    return typeof entry === 'string' ? entry : entryWithoutCards(list.kind, entry, desk.cards);
  });
  const wrong = made.flatMap((one, i) =>
    typeof one === 'string' ? [{ pointer: `/entries/${i}`, message: one }] : [],
  );
  if (wrong.length > 0) return sendProblem(reply, 422, 'Not valid', wrong[0].message, wrong);
  if (list.entries + made.length > MAX_ENTRIES) {
    return sendProblem(reply, 409, 'Conflict', `A list has at most ${MAX_ENTRIES} entries.`);
  }
  const entries = lastOfEach(made.flatMap((one) => (typeof one === 'string' ? [] : [one])));
  if ((await listsOfTwo(desk.office)).has(name))
    return proposeEntries(request, reply, desk, name, { put: entries });
  const detail = {
    entries: entries.length,
    ...(entries.length <= VALUES_TOLD && { values: entries.map(({ value }) => value) }),
  };
  const entry = entryOf(request, desk.clock, 'put into a list', `list ${name}`, detail);
  const added = await lists.put(name, entries, entry);
  await desk.refresh();
  return { added, changed: entries.length - added };
}

export async function take(request: RequestOf<typeof takeEntries>, reply: FastifyReply, desk: Desk) {
  const { name } = request.params;
  const { lists } = desk.office;
  const list = await lists.find(name);
  if (!list) return notFound(reply, name);
  // As it was kept before entries had one form, too.
  const values = request.body.values.flatMap((text) => {
    const normal = normalEntry(list.kind, text);
    return 'value' in normal && normal.value !== text ? [normal.value, text] : [text];
  });
  if ((await listsOfTwo(desk.office)).has(name))
    return proposeEntries(request, reply, desk, name, { take: values });
  const detail = { values: values.slice(0, VALUES_TOLD) };
  const entry = entryOf(request, desk.clock, 'took out of a list', `list ${name}`, detail);
  const removed = await lists.take(name, values, entry);
  await desk.refresh();
  return { removed };
}
