// Divides the rows of a node between its children. Every row is written to both sides, and counted on one.

/** Rows from `start` to `end` of an order of rows. */
export type Stretch = { readonly rows: Uint32Array; readonly start: number; readonly end: number };

/**
 * Puts the rows of a stretch whose code goes left before the others, both in their order; gives where the others begin.
 * Codes go left up to `limit`, once `shift` is taken off them: with 1, missing values come last of all codes. `spare` has
 * room for the rows.
 */
export function divideByLimit(
  { rows, start, end }: Stretch,
  spare: Uint32Array,
  codes: Uint16Array,
  shift: 0 | 1,
  limit: number,
): number {
  let left = start;
  let right = 0;
  for (let r = start; r < end; r++) {
    const row = rows[r];
    const goesRight = +(((codes[row] - shift) & 0xffff) > limit);
    rows[left] = row;
    spare[right] = row;
    right += goesRight;
    left += 1 - goesRight;
  }
  rows.set(spare.subarray(0, right), left);
  return left;
}

/** The same, where those codes go left that have 1 in `inLeft`. */
export function divideBySet(
  { rows, start, end }: Stretch,
  spare: Uint32Array,
  codes: Uint16Array,
  inLeft: Uint8Array,
): number {
  let left = start;
  let right = 0;
  for (let r = start; r < end; r++) {
    const row = rows[r];
    const goesLeft = inLeft[codes[row]];
    rows[left] = row;
    spare[right] = row;
    right += 1 - goesLeft;
    left += goesLeft;
  }
  rows.set(spare.subarray(0, right), left);
  return left;
}
