// What went wrong in an evaluation, in words that hold nothing of the transaction: whoever may read rules may not read
// everybody's identifiers.
import { BudgetExceeded } from './budget.ts';

/** Said of types and names alone; others name the values that they were about. */
const ABOUT_TYPES = new Set(['no_matching_overload', 'no_such_overload', 'unknown_variable']);

export function problemWords(error: unknown): string {
  if (error instanceof BudgetExceeded) return error.message;
  if (error instanceof RangeError) return 'It is nested too deeply.';
  const { code, summary, range } = (error ?? {}) as {
    code?: string;
    summary?: string;
    range?: { start: number; end: number };
  };
  if (code === undefined) return 'It could not be evaluated.';
  const words =
    ABOUT_TYPES.has(code) && summary !== undefined ? summary.slice(0, 200) : code.replaceAll('_', ' ');
  return range ? `${words}, characters ${range.start} to ${range.end}` : words;
}
