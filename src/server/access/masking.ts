// Fields that name a person or a thing of theirs, hidden from those who need not know them.

const HIDDEN = new Set(['accountId', 'deviceId', 'ip', 'counterpartyId', 'counterpartyName']);
const PLACES = new Set(['lat', 'lon']);

/** The last characters of what is long enough stay, so that rows can be told apart. */
export function maskedText(text: string): string {
  return `••••${text.slice(-Math.min(4, Math.floor(text.length / 3)))}`;
}

/** A copy of a JSON value without identifiers; what needs no change is given back as it is. */
export function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      if (HIDDEN.has(name) && typeof inner === 'string') return [name, maskedText(inner)];
      // To a degree: the region stays, the house does not.
      if (PLACES.has(name) && typeof inner === 'number') return [name, Math.round(inner)];
      return [name, masked(inner)];
    }),
  );
}
