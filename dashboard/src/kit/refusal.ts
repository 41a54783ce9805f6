// Where in a form a refusal belongs: to the fields that it names, or to the whole.

type Part = { readonly pointer: string; readonly message: string };

const isPart = (value: unknown): value is Part =>
  typeof value === 'object' &&
  value !== null &&
  'pointer' in value &&
  typeof value.pointer === 'string' &&
  'message' in value &&
  typeof value.message === 'string';

const partsOf = (error: unknown): readonly Part[] =>
  error instanceof Error && 'problems' in error && Array.isArray(error.problems)
    ? error.problems.filter(isPart)
    : [];

/** At a field nobody has to be told its name once more. */
function atField({ pointer, message }: Part): string {
  const named = message.indexOf(`${pointer} `);
  if (named < 0) return message;
  const rest = message.slice(named + pointer.length + 1);
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

/** Of what may be several levels deep, the innermost that the form has a field for. */
const fieldOf = (pointer: string, fields: readonly string[]): string | undefined =>
  pointer.split('/').findLast((step) => fields.includes(step));

export type Placed = { readonly fields: Readonly<Record<string, string>>; readonly whole?: string };

/** A refusal that names what it is about does so by JSON pointers (RFC 6901) in its `problems`. */
export function placed(error: unknown, names: readonly string[]): Placed {
  const parts = partsOf(error);
  if (parts.length === 0)
    return { fields: {}, whole: error instanceof Error ? error.message : String(error) };
  const fields: Record<string, string> = {};
  const others: string[] = [];
  for (const part of parts) {
    const name = fieldOf(part.pointer, names);
    if (name === undefined) others.push(part.message);
    else fields[name] ??= atField(part);
  }
  return others.length > 0 ? { fields, whole: others.join(' ') } : { fields };
}
