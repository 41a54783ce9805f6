// A place in a JSON document by its pointer (RFC 6901), as far as objects go: what stands there, and the document with something else there.
type Document = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Document =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const stepsOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));

/** A step of a pointer. */
export const stepText = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** What stands at a place; undefined where nothing does. */
export function valueAt(document: unknown, pointer: string): unknown {
  let at = document;
  for (const step of stepsOf(pointer)) at = isObject(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  return at;
}

/** The document with a value at a place, or without what stands there where the value is undefined. */
export function withValueAt(document: Document, pointer: string, value: unknown): Document {
  const [step, ...rest] = stepsOf(pointer);
  if (step === undefined) return isObject(value) ? value : document;
  if (rest.length > 0) {
    const within = Object.hasOwn(document, step) && isObject(document[step]) ? document[step] : {};
    return { ...document, [step]: withValueAt(within, `/${rest.map(stepText).join('/')}`, value) };
  }
  if (value !== undefined) return { ...document, [step]: value };
  return Object.fromEntries(Object.entries(document).filter(([name]) => name !== step));
}
