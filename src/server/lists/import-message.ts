// An import as it is told to whoever asks how far it is.
import { isoTime } from '../../domain/iso-time.ts';
import type { Sight } from '../../domain/sight.ts';
import type { ImportStatus as ImportMessage } from '../../protocol/lists.ts';
import { textSeen } from '../access/office-seen.ts';
import { timeOrNull } from '../edge/unknown.ts';
import type { ImportStatus } from './import-status.ts';

/** Which share is done, where it is known of how much. */
function progressOf({ state, done, ofDone, readBytes, ofBytes }: ImportStatus): number | null {
  if (state === 'done') return 1;
  if (ofDone !== undefined) return ofDone === 0 ? 0 : done / ofDone;
  return ofBytes ? Math.min(1, readBytes / ofBytes) : null;
}

export const importMessage = (status: ImportStatus, sight: Sight): ImportMessage => ({
  id: status.id,
  of: status.of,
  name: status.name,
  who: status.who,
  state: status.state,
  startedAt: isoTime(status.startedAtMs),
  endedAt: timeOrNull(status.endedAtMs),
  progress: progressOf(status),
  bytes: status.bytes,
  done: status.done,
  taken: status.taken,
  added: status.added,
  changed: status.of === 'list' ? status.taken - status.added : 0,
  refused: status.refused,
  // They may quote what is in a line.
  problems: status.problems.map(({ line, problem }) => ({ line, problem: textSeen(problem, sight) })),
  problem: status.problem === undefined ? null : textSeen(status.problem, sight),
});
