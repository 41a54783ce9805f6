// Look-ups of rules on the hot path: lists of a million entries, names against a sanctions list of usual size.

import { createRandom } from '../src/domain/random.ts';
import { createListSet } from '../src/lists/list-set.ts';
import { createNameIndex } from '../src/lists/name-index.ts';
import { createParties } from '../test/names/parties.ts';
import { count, median, percentile, type Row } from './report.ts';

const ENTRIES = 1_000_000;
const LOOK_UPS = 1_000_000;
const SIZES = [
  { names: 20_000, goalMs: 3 },
  { names: 500_000, goalMs: 15 },
];
const SCREENED = 3000;
const ROUNDS = 5;
const NOW = Date.UTC(2026, 0, 1);

function nanosEach(look: (i: number) => boolean, keys: number): number {
  const rates: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const started = performance.now();
    let found = 0;
    for (let i = 0; i < LOOK_UPS; i++) if (look((i * 7919) % keys)) found++;
    if (found === 0) throw new Error('nothing was found');
    if (round > 0) rates.push(((performance.now() - started) * 1e6) / LOOK_UPS);
  }
  return median(rates);
}

export function benchLists(): Row[] {
  const devices = createListSet('device');
  const deviceIds = Array.from({ length: 2 * ENTRIES }, (_, i) => `device-${i.toString(36)}`);
  for (let i = 0; i < ENTRIES; i++) devices.add(deviceIds[2 * i], i % 10 === 0 ? NOW + 1000 : undefined);
  const ranges = createListSet('ip');
  for (let i = 0; i < ENTRIES; i++) {
    ranges.add(
      `${11 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}.0/${i % 3 === 0 ? 24 : i % 3 === 1 ? 25 : 32}`,
      undefined,
    );
  }
  const addresses = Array.from(
    { length: 100_000 },
    (_, i) => `${11 + (i % 30)}.${(i >> 5) & 255}.${i & 255}.${i % 200}`,
  );
  const screened = SIZES.map(({ names, goalMs }): Row => {
    const parties = createParties(createRandom(names));
    // As lists have it: one in ten has a name that many have.
    const nobodyInParticular = (i: number): string => (i % 10 === 0 ? parties.anybody() : parties.madeUp());
    const listed = Array.from({ length: names }, (_, i) => ({ uid: String(i), name: nobodyInParticular(i) }));
    const index = createNameIndex(listed, { elapsedMs: () => performance.now() });
    const millis: number[] = [];
    let cut = 0;
    for (let i = 0; i < SCREENED; i++) {
      const name = i % 2 === 0 ? listed[(i * 7919) % names].name : nobodyInParticular(i >> 1);
      const started = performance.now();
      if (index.best(name)?.isCut) cut++;
      if (i >= 100) millis.push(performance.now() - started);
    }
    return {
      what: `a name against ${count(names)} names, half of them listed; ${cut} of ${count(SCREENED)} met the bound in time`,
      figure: `p50 ${median(millis).toFixed(2)} ms, p99 ${percentile(millis, 0.99).toFixed(2)} ms`,
      goal: `p99 ≤ ${goalMs} ms`,
    };
  });
  return [
    {
      what: `a look-up in a list of ${count(ENTRIES)} devices, half of them found`,
      figure: `${count(nanosEach((i) => devices.has(deviceIds[i], NOW), deviceIds.length))} ns`,
      goal: '≤ 1 µs',
    },
    {
      what: `an address in a list of ${count(ENTRIES)} ranges of three lengths`,
      figure: `${count(nanosEach((i) => ranges.has(addresses[i], NOW), addresses.length))} ns`,
      goal: '≤ 1 µs',
    },
    ...screened,
  ];
}
