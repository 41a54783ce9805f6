// How far an import is, and how it ends.
import { randomUUID } from 'node:crypto';

export const MAX_IMPORT_BYTES = 100 << 20;
/** Lists of names as XML are larger than what is taken of them: OFAC's with all its papers is above 100 MB. */
export const MAX_NAMES_BYTES = 300 << 20;
const MAX_PROBLEMS = 100;

export type RefusedLine = { readonly line: number; readonly problem: string };

/** What is imported, and by whom. */
export type AboutImport = {
  readonly of: 'list' | 'sanctions';
  readonly name: string;
  readonly who: string;
};

export type ImportState = 'running' | 'done' | 'cancelled' | 'abandoned' | 'failed';
export type ImportStatus = AboutImport & {
  readonly id: string;
  readonly startedAtMs: number;
  endedAtMs: number | undefined;
  state: ImportState;
  /** What came in so far, and how much of it was read; of how much, where the sender says so. */
  bytes: number;
  readBytes: number;
  readonly ofBytes: number | undefined;
  /** Lines or names that were worked off, of how many where that is known. */
  done: number;
  ofDone: number | undefined;
  taken: number;
  added: number;
  refused: number;
  readonly problems: RefusedLine[];
  problem: string | undefined;
};

export const beginning = (
  about: AboutImport,
  startedAtMs: number,
  ofBytes: number | undefined,
): ImportStatus => ({
  ...about,
  id: randomUUID(),
  startedAtMs,
  endedAtMs: undefined,
  state: 'running',
  bytes: 0,
  readBytes: 0,
  ofBytes,
  done: 0,
  ofDone: undefined,
  taken: 0,
  added: 0,
  refused: 0,
  problems: [],
  problem: undefined,
});

/** Keeps a line that was refused, as far as there is room. */
export function refuse(status: ImportStatus, line: RefusedLine): void {
  status.refused++;
  if (status.problems.length < MAX_PROBLEMS) status.problems.push(line);
}

/** Why an import ended before its end. */
export class ImportEnded extends Error {
  readonly state: Exclude<ImportState, 'running' | 'done'>;
  /** The caller's mistake, as opposed to somebody's wish. */
  readonly refusedWith: 409 | 413 | 422 | undefined;
  constructor(state: ImportEnded['state'], message: string, refusedWith?: ImportEnded['refusedWith']) {
    super(message);
    this.state = state;
    this.refusedWith = refusedWith;
  }
}

/** Throws ImportEnded where it is more than a file may be. */
export function checkBytes({ of }: AboutImport, bytes: number): void {
  const most = of === 'sanctions' ? MAX_NAMES_BYTES : MAX_IMPORT_BYTES;
  if (bytes > most) {
    throw new ImportEnded(
      'failed',
      `A file has at most ${most >> 20} MB. Cut it in several, or leave out what is not needed.`,
      413,
    );
  }
}
