// What Redis answers, as what it has to be.

/** The answers of our own scripts and of Redis have these shapes; anything else is a fault worth a stack trace. */
export const text = (value: unknown): string => String(value);
export const bytesOr = (value: unknown): Uint8Array => (value instanceof Buffer ? value : new Uint8Array(0));
export const list = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value;
  throw new TypeError(`Redis answered ${typeof value} where a list was expected`);
};
