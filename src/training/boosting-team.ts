// Threads that grow one tree together: each counts the columns that are its own, and all take the best split that any of
// them found, so that a tree is the same however many grow it.

import type { Split } from './split-search.ts';

/** Who of how many; memory that all of them share. */
export type Team = { readonly member: number; readonly size: number; readonly memory: TeamMemory };
export type TeamMemory = {
  /** Arrived at the meeting, meetings held. */
  readonly meeting: Int32Array;
  /** What each found: two places in turn, so that nobody writes what another still reads. */
  readonly found: Float64Array;
};

const FIELDS = 9;
/** The children of one node are judged together. */
const AT_ONCE = 2;
/** Others are about to arrive: looking again is cheaper than sleeping. */
const LOOKS = 20_000;

export function createTeamMemory(size: number): TeamMemory {
  return {
    meeting: new Int32Array(new SharedArrayBuffer(8)),
    found: new Float64Array(new SharedArrayBuffer(8 * 2 * size * AT_ONCE * FIELDS)),
  };
}

export const ALONE: Team = { member: 0, size: 1, memory: createTeamMemory(1) };

/** Waits until every member has come this far; what they wrote before can be read after. */
export function meet({ size, memory: { meeting } }: Team): void {
  if (size === 1) return;
  const held = Atomics.load(meeting, 1);
  if (Atomics.add(meeting, 0, 1) === size - 1) {
    Atomics.store(meeting, 0, 0);
    Atomics.add(meeting, 1, 1);
    Atomics.notify(meeting, 1);
    return;
  }
  for (let look = 0; look < LOOKS; look++) {
    if (Atomics.load(meeting, 1) !== held) return;
  }
  while (Atomics.load(meeting, 1) === held) Atomics.wait(meeting, 1, held);
}

/** Makes each split the best that any member found for it; of equal ones that of the first column. */
export function takeBest(team: Team, splits: readonly Split[]): void {
  const { member, size, memory } = team;
  if (size === 1) return;
  const half = (Atomics.load(memory.meeting, 1) & 1) * size * AT_ONCE * FIELDS;
  const { found } = memory;
  splits.forEach((split, i) => {
    const at = half + (member * AT_ONCE + i) * FIELDS;
    found[at] = split.gain;
    found[at + 1] = split.feature;
    found[at + 2] = split.code;
    found[at + 3] = split.missingLeft ? 1 : 0;
    found[at + 4] = split.leftG;
    found[at + 5] = split.leftH;
    found[at + 6] = split.bySet ? 1 : 0;
    found[at + 7] = split.low;
    found[at + 8] = split.high;
  });
  meet(team);
  splits.forEach((split, i) => {
    for (let other = 0; other < size; other++) {
      const at = half + (other * AT_ONCE + i) * FIELDS;
      const feature = found[at + 1];
      if (feature < 0) continue;
      const better =
        split.feature < 0 || found[at] > split.gain || (found[at] === split.gain && feature < split.feature);
      if (!better) continue;
      split.gain = found[at];
      split.feature = feature;
      split.code = found[at + 2];
      split.missingLeft = found[at + 3] === 1;
      split.leftG = found[at + 4];
      split.leftH = found[at + 5];
      split.bySet = found[at + 6] === 1;
      split.low = found[at + 7];
      split.high = found[at + 8];
    }
  });
}

/** The part of `count` things that is this member's, from (inclusive) to (exclusive). */
export function shareOf({ member, size }: Team, count: number): readonly [number, number] {
  return [Math.floor((member * count) / size), Math.floor(((member + 1) * count) / size)];
}

/** Who takes what, by cost: the most expensive first, each to whoever has least so far. */
export function shareOut(costs: readonly number[], members: number): Int32Array {
  const owners = new Int32Array(costs.length);
  const loads = new Float64Array(members);
  const order = costs.map((_, i) => i).sort((a, b) => costs[b] - costs[a] || a - b);
  for (const item of order) {
    const least = loads.indexOf(Math.min(...loads));
    owners[item] = least;
    loads[least] += costs[item];
  }
  return owners;
}
