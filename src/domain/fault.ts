// Whose fault an error is: the machine's (then waiting helps) or that of the record at hand (then it never will).

import { maskCardNumbers } from './card-number.ts';

/**
 * Classes of SQLSTATE that speak of the statement and its values: cardinality, data exceptions, integrity, limits of a
 * program. https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const RECORD_CLASSES: ReadonlySet<string> = new Set(['21', '22', '23', '54']);
const SQLSTATE = /^[0-9A-Z]{5}$/;
/** What the language throws where a value is not what the program takes it for. */
const LANGUAGE_ERRORS: ReadonlySet<string> = new Set(['TypeError', 'RangeError', 'SyntaxError', 'URIError']);
/** V8's words where there is no room: a RangeError, and yet not the record's fault. */
const NO_MEMORY = /allocation failed|out of memory/i;

/**
 * True where the same record would fail again on a machine that is in order. Everything that is not known to be so counts
 * as the machine's fault: what was accepted waits rather than be set aside for a network that is away.
 */
export function isRecordFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as Error & { code?: unknown };
  if (typeof code === 'string' && SQLSTATE.test(code)) return RECORD_CLASSES.has(code.slice(0, 2));
  // Errors of the system and of sockets have codes of other forms.
  if (code !== undefined && !(typeof code === 'string' && code.startsWith('ERR_'))) return false;
  if (error instanceof RecordError) return true;
  return LANGUAGE_ERRORS.has(error.name) && !lacksMemory(error);
}

/** In code that asks nobody for anything, memory is all that a machine can lack: every other error is the record's. */
export function lacksMemory(error: unknown): boolean {
  return error instanceof Error && NO_MEMORY.test(error.message);
}

/** Thrown by code that knows that the record at hand cannot be dealt with. */
export class RecordError extends Error {
  override readonly name = 'RecordError';
}

const MAX_REASON = 300;

/** What is said of a record that failed: the error in a line, without anything that a database adds for its log. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return maskCardNumbers(text.replace(/[\p{Cc}\p{Cs}]+/gu, ' '), MAX_REASON);
}
