/** What a search found before its time was up. */
export type Searched<T> = {
  readonly items: readonly T[];
  /** Where the next page goes on; undefined when everything was looked at. */
  readonly next: number | undefined;
  /** About how many were looked at. */
  readonly looked: number;
  /** When that was, where it is known: not everything was looked at. */
  readonly backToMs?: number | undefined;
};
