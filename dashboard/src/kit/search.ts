// Search parameters of addresses: plain texts, each read by what it may be; what is not understood is left out.

type Given = Readonly<Record<string, unknown>>;

/** As an address has them, the first of each name. */
export function parseSearch(address: string): Record<string, string> {
  const search: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(address)) {
    if (!Object.hasOwn(search, name)) search[name] = value;
  }
  return search;
}

/** As they stand in an address: nothing is quoted, and what is empty is left out. */
export function stringifySearch(search: Given): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return text && `?${text}`;
}

/** The parameters of a screen, by what reads each. None is ever needed. */
export const searchOf =
  <Search>(read: (given: Given) => Search) =>
  (given: Given): Partial<Search> =>
    read(given);

export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

export const oneOf = <Choice extends string>(
  choices: readonly Choice[],
  value: unknown,
): Choice | undefined => choices.find((choice) => choice === value);

export function amount(value: unknown): number | undefined {
  const number = Number(value);
  return Number.isFinite(number) && number > 0 ? number : undefined;
}

/** The number of something that is counted from one. */
export const ordinal = (value: unknown): number | undefined =>
  Number.isSafeInteger(Number(value)) ? amount(value) : undefined;
