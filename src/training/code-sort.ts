// Sorts the codes of a small node together with where they stood: by insertion where there are a handful, by radix else.

/** More are not sorted at once: a place has 16 bits. */
export const MAX_SORTED = 65_536;
const HANDFUL = 24;

export type CodeSort = {
  /** Each a code in its lower half, where it stood in its upper one. */
  readonly keys: Uint32Array;
  /** Sorts the first `count` keys by code; what is equal stays in its order. */
  sort(count: number): void;
};

export function createCodeSort(): CodeSort {
  const keys = new Uint32Array(MAX_SORTED);
  const spare = new Uint32Array(MAX_SORTED);
  const counts = new Uint32Array(256);
  return {
    keys,
    sort(count) {
      if (count <= HANDFUL) {
        sortByInsertion(keys, count);
        return;
      }
      sortByDigit(keys, spare, count, 0, counts);
      sortByDigit(spare, keys, count, 8, counts);
    },
  };
}

function sortByInsertion(keys: Uint32Array, count: number): void {
  for (let i = 1; i < count; i++) {
    const key = keys[i];
    const code = key & 0xffff;
    let j = i - 1;
    while (j >= 0 && (keys[j] & 0xffff) > code) {
      keys[j + 1] = keys[j];
      j--;
    }
    keys[j + 1] = key;
  }
}

/** One pass of a radix sort, over the 8 bits from `shift` on. */
function sortByDigit(
  from: Uint32Array,
  to: Uint32Array,
  count: number,
  shift: number,
  counts: Uint32Array,
): void {
  counts.fill(0);
  for (let i = 0; i < count; i++) counts[(from[i] >>> shift) & 255]++;
  let total = 0;
  for (let digit = 0; digit < 256; digit++) {
    const here = counts[digit];
    counts[digit] = total;
    total += here;
  }
  for (let i = 0; i < count; i++) to[counts[(from[i] >>> shift) & 255]++] = from[i];
}
