// Names of an import on their way in: beside those of before, and in their place once all of them are there.
import type { FastifyRequest } from 'fastify';
import { maskCardNumbers } from '../../domain/card-number.ts';
import { CARD_REFUSED, type CardPolicy, withoutCards } from '../../domain/card-policy.ts';
import type { ListedName } from '../../lists/name-index.ts';
import type { Desk } from '../../ports/desk.ts';
import { entryOf } from '../access/access.ts';
import { ImportEnded, refuse } from './import-status.ts';
import type { Reading } from './run-import.ts';

/** Throws ImportEnded where card numbers are refused. */
function namesWithoutCards(names: readonly ListedName[], before: number, cards: CardPolicy): ListedName[] {
  return names.map((listed, i) => {
    const { uid, name } = listed;
    const keptUid = withoutCards(uid, 'line', cards);
    const keptName = withoutCards(name, 'line', cards);
    if (keptUid === undefined || keptName === undefined) {
      throw new ImportEnded('failed', `Name ${before + i + 1} ${CARD_REFUSED}.`, 422);
    }
    return { ...listed, uid: keptUid, name: keptName };
  });
}

/** Writes all names of an import and puts them in place. Throws ImportEnded where it must end before; nothing has changed then. */
export async function writeNames(
  request: FastifyRequest,
  name: string,
  reading: Reading,
  desk: Desk,
): Promise<void> {
  const { status } = reading;
  const { lists } = desk.office;
  const edition = await lists.beginNames(name);
  try {
    for (let last = false; !last; ) {
      const message = await reading.next();
      if (message.kind !== 'names') continue;
      last = message.last;
      status.ofDone = message.of;
      // What is wrong with a line may quote it.
      for (const { line, problem } of message.dropped)
        refuse(status, { line, problem: maskCardNumbers(problem) });
      await lists.addNames(name, edition, namesWithoutCards(message.names, status.done, desk.cards));
      status.done += message.names.length;
    }
    reading.check();
    const entry = entryOf(request, desk.clock, 'imported names', `sanctions ${name}`, { names: status.done });
    if (!(await lists.putNames(name, edition, status.done, entry))) {
      throw new ImportEnded('failed', 'A later import is in place by now.', 409);
    }
  } catch (error) {
    lists.dropNames(name, edition).catch((failed: Error) => request.log.error(failed));
    throw error;
  }
  status.taken = status.done;
  await desk.refresh();
  await desk.lists.namesServe();
  lists.sweepNames(name).catch((failed: Error) => request.log.error(failed));
}
