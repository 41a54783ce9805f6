/**
 * What a search found before its time was up.
 *
 * **Contract**
 * - FOUND1 A search that meets its bound says how far it looked, and the next goes on from there; without a next all was looked at.
 */
export type Searched<T> = {
  readonly items: readonly T[];
  /** Where the next page goes on; undefined when everything was looked at. */
  readonly next: number | undefined;
  /** About how many were looked at. */
  readonly looked: number;
  /** When that was, where it is known: not everything was looked at. */
  readonly backToMs?: number | undefined;
};
