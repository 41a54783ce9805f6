// Whole numbers in a typed array that grows: millions of them without an object each.

export type GrowingInts = {
  readonly length: number;
  get(index: number): number;
  set(index: number, value: number): void;
  /** Gives its index. */
  push(value: number): number;
};

export function growingInts(capacity = 1024): GrowingInts {
  let values = new Int32Array(capacity);
  let length = 0;
  return {
    get length() {
      return length;
    },
    get: (index) => values[index],
    set(index, value) {
      values[index] = value;
    },
    push(value) {
      if (length === values.length) {
        const larger = new Int32Array(length * 2);
        larger.set(values);
        values = larger;
      }
      values[length] = value;
      return length++;
    },
  };
}
