// Entries of an import on their way into a list, a few at a time while decisions go on.
import type { FastifyRequest } from 'fastify';
import { maskCardNumbers } from '../../domain/card-number.ts';
import { MAX_ENTRIES } from '../../lists/entry.ts';
import { type EntryOfList, entryWithoutCards } from '../../lists/entry-lines.ts';
import type { Desk } from '../../ports/desk.ts';
import type { FiledList } from '../../ports/office/lists.ts';
import { entryOf } from '../access/access.ts';
import { listsOfTwo } from '../rules/lists-of-rules.ts';
import { lastOfEach } from './entries.ts';
import { ImportEnded, type ImportStatus, refuse } from './import-status.ts';
import type { FromImport } from './import-worker.ts';
import { NO_IMPORT } from './list-proposals.ts';
import type { Reading } from './run-import.ts';

/** Rules see what came in this often. */
const REFRESH_LINES = 5000;

/** Throws ImportEnded where what is put into a list needs two people. */
async function checkAllowed(name: string, { office }: Desk): Promise<void> {
  if ((await listsOfTwo(office)).has(name)) throw new ImportEnded('failed', NO_IMPORT, 409);
}

/** Lines that are entries, as they are kept; the others are refused. */
function entriesAmong(
  { lines }: Extract<FromImport, { kind: 'lines' }>,
  kind: FiledList['kind'],
  status: ImportStatus,
  { cards }: Desk,
): EntryOfList[] {
  return lines.flatMap((line) => {
    const made = 'entry' in line ? entryWithoutCards(kind, line.entry, cards) : line.problem;
    if (typeof made !== 'string') return [made];
    // What is wrong with a line may quote it.
    refuse(status, { line: line.line, problem: maskCardNumbers(made) });
    return [];
  });
}

/** Writes all entries of an import. Throws ImportEnded where it must end before. */
export async function writeEntries(
  request: FastifyRequest,
  { name, kind, entries: before }: Pick<FiledList, 'name' | 'kind' | 'entries'>,
  reading: Reading,
  desk: Desk,
): Promise<void> {
  const { status } = reading;
  await checkAllowed(name, desk);
  let refreshed = 0;
  for (let last = false; !last; ) {
    const message = await reading.next();
    if (message.kind !== 'lines') continue;
    last = message.last;
    const entries = entriesAmong(message, kind, status, desk);
    if (entries.length > 0) {
      const entry = entryOf(request, desk.clock, 'began an import', `list ${name}`, { import: status.id });
      const told = status.taken > 0 ? 'told' : undefined;
      status.added += await desk.office.lists.put(name, lastOfEach(entries), entry, told);
      status.taken += entries.length;
    }
    const end = message.lines.at(-1);
    if (end) {
      status.done = end.line;
      status.readBytes = end.bytes;
    }
    if (before + status.added > MAX_ENTRIES) {
      const full = `A list has at most ${MAX_ENTRIES} entries; it is full at line ${status.done}.`;
      throw new ImportEnded('failed', full, 409);
    }
    if (status.done - refreshed < REFRESH_LINES) continue;
    refreshed = status.done;
    await desk.refresh();
    await checkAllowed(name, desk);
  }
}
