// How many decisions were made in each of the last sixty seconds.

const SECONDS = 60;

export type LastMinute = {
  add(atMs: number): void;
  /** In the last 60 seconds, without the one that is under way. */
  count(nowMs: number): number;
};

export function createLastMinute(): LastMinute {
  // One slot more than is counted: that of the second under way.
  const counts = new Float64Array(SECONDS + 1);
  const numbers = new Float64Array(SECONDS + 1).fill(-1);
  return {
    add(atMs) {
      const second = Math.floor(atMs / 1000);
      const slot = second % counts.length;
      if (numbers[slot] !== second) {
        numbers[slot] = second;
        counts[slot] = 0;
      }
      counts[slot]++;
    },
    count(nowMs) {
      const now = Math.floor(nowMs / 1000);
      let sum = 0;
      for (let slot = 0; slot < counts.length; slot++) {
        if (numbers[slot] >= now - SECONDS && numbers[slot] < now) sum += counts[slot];
      }
      return sum;
    },
  };
}
