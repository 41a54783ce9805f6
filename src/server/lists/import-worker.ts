// The thread that reads an import: bytes go in as they come, entries or names are given out a few at a time, when asked.
import { parentPort, workerData } from 'node:worker_threads';
import { InputError } from '../../domain/input-error.ts';
import type { ListKind } from '../../domain/list.ts';
import { type EntryLine, type EntryLines, entryLines } from '../../lists/entry-lines.ts';
import type { ListedName } from '../../lists/name-index.ts';
import type { DroppedName } from '../../lists/sanctions-files/names-taken.ts';
import { createNamesReader } from '../../lists/sanctions-files/read-names.ts';

/** What is imported: entries of a list of this kind, or names. */
export type ImportWork = { readonly kind: 'names' } | { readonly kind: 'entries'; readonly of: ListKind };

export type ToImport =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' }
  /** Answered by one message, as soon as there is something to give. */
  | { readonly kind: 'next' };

export type FromImport =
  | { readonly kind: 'lines'; readonly lines: readonly EntryLine[]; readonly last: boolean }
  | {
      readonly kind: 'names';
      readonly names: readonly ListedName[];
      /** With the first names, all that was dropped. */
      readonly dropped: readonly DroppedName[];
      readonly of: number;
      readonly last: boolean;
    }
  /** The caller's mistake, as a sentence. */
  | { readonly kind: 'problem'; readonly problem: string };

const LINES_AT_ONCE = 250;
const NAMES_AT_ONCE = 250;

type Source = {
  bytes(bytes: Uint8Array): void;
  end(): void;
  /** Undefined while more bytes are needed. */
  next(): FromImport | undefined;
};

function entrySource(lines: EntryLines): Source {
  let ready: EntryLine[] = [];
  let from = 0;
  let ended = false;
  return {
    bytes(bytes) {
      for (const line of lines.add(bytes)) ready.push(line);
    },
    end() {
      for (const line of lines.end()) ready.push(line);
      ended = true;
    },
    next() {
      const left = ready.length - from;
      if (!ended && left < LINES_AT_ONCE) return undefined;
      const some = ready.slice(from, from + LINES_AT_ONCE);
      from += some.length;
      if (from > 10_000) {
        ready = ready.slice(from);
        from = 0;
      }
      return { kind: 'lines', lines: some, last: ended && from >= ready.length };
    },
  };
}

function nameSource(): Source {
  const reader = createNamesReader();
  let names: readonly ListedName[] | undefined;
  let dropped: readonly DroppedName[] = [];
  let given = 0;
  return {
    bytes: (bytes) => reader.add(bytes),
    end() {
      ({ names, dropped } = reader.end());
    },
    next() {
      if (!names) return undefined;
      const some = names.slice(given, given + NAMES_AT_ONCE);
      const told = given === 0 ? dropped : [];
      given += some.length;
      return { kind: 'names', names: some, dropped: told, of: names.length, last: given >= names.length };
    },
  };
}

const port = parentPort;
if (!port) throw new Error('import-worker runs as a worker thread');
const work = workerData as ImportWork;
const source = work.kind === 'names' ? nameSource() : entrySource(entryLines(work.of));
let asked = 0;
let problem: string | undefined;

function answer(): void {
  while (asked > 0) {
    const message: FromImport | undefined =
      problem === undefined ? source.next() : { kind: 'problem', problem };
    if (!message) return;
    asked--;
    port?.postMessage(message);
  }
}

port.on('message', (message: ToImport) => {
  try {
    if (message.kind === 'next') asked++;
    // What comes after a mistake is not read.
    else if (problem !== undefined) return;
    else if (message.kind === 'bytes') source.bytes(message.bytes);
    else source.end();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    problem = error.message;
  }
  answer();
});
