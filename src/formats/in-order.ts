// Rows in the order of time: a file is mostly in it but for a stretch here and there, and what is not in order at all is told.

/** Rows that are held to be put in order. */
export const MOST_OUT_OF_ORDER = 100_000;

/** Where the order cannot be mended any more: `row` is earlier than what was given already. */
export class OutOfOrderError<T> extends Error {
  readonly row: T;
  readonly givenUntilMs: number;
  constructor(row: T, givenUntilMs: number) {
    super('a row is out of the order of time by more rows than are held');
    this.row = row;
    this.givenUntilMs = givenUntilMs;
  }
}

/**
 * Gives rows by ascending time, those of the same time as they came; a row may come up to `most` rows too late. `timeOf` gives
 * undefined for rows that have no time: they are given at once. Throws OutOfOrderError.
 */
export async function* inOrder<T>(
  batches: AsyncIterable<readonly T[]>,
  timeOf: (row: T) => number | undefined,
  most = MOST_OUT_OF_ORDER,
): AsyncGenerator<T[]> {
  let held: T[] = [];
  let isSorted = true;
  let newest = Number.NEGATIVE_INFINITY;
  let givenUntil = Number.NEGATIVE_INFINITY;
  const time = (row: T): number => timeOf(row) ?? 0;
  const sort = (): void => {
    if (!isSorted) held.sort((a, b) => time(a) - time(b));
    isSorted = true;
  };
  for await (const batch of batches) {
    const untimed: T[] = [];
    for (const row of batch) {
      const at = timeOf(row);
      if (at === undefined) untimed.push(row);
      else if (at < givenUntil) throw new OutOfOrderError(row, givenUntil);
      else {
        if (at < newest) isSorted = false;
        else newest = at;
        held.push(row);
      }
    }
    if (untimed.length > 0) yield untimed;
    if (held.length < 2 * most) continue;
    sort();
    const given = held.slice(0, held.length - most);
    held = held.slice(held.length - most);
    givenUntil = time(given[given.length - 1]);
    yield given;
  }
  sort();
  if (held.length > 0) yield held;
}
