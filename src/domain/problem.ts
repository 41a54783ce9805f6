// What is wrong with an input: one sentence, and where, as a JSON pointer (RFC 6901).

export type Problem = { readonly pointer: string; readonly message: string };

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** All problems in one line, for logs and dead letters. */
export function problemsToText(problems: readonly Problem[]): string {
  return problems.map((problem) => `${problem.pointer || '/'}: ${problem.message}`).join(' ');
}
