// Look-ups of rules on the hot path: lists of a million entries, names against a sanctions list of usual size.
import { createListSet } from '../src/lists/list-set.ts';
import { createNameIndex } from '../src/lists/name-match.ts';
import { count, median, percentile, type Row } from './report.ts';

const ENTRIES = 1_000_000;
const LOOK_UPS = 1_000_000;
const NAMES = 20_000;
const SCREENED = 3000;
const ROUNDS = 5;
const NOW = Date.UTC(2026, 0, 1);

const SYLLABLES =
  'ka mu ra ti so be li no fa de gu zi har man ov ski ben al ko ter van dos san che wu li yun ab del'.split(
    ' ',
  );

/** The same names every time. */
function nameOf(seed: number): string {
  let state = seed * 2_654_435_761;
  const next = (limit: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % limit;
  };
  const word = (): string =>
    Array.from({ length: 2 + next(3) }, () => SYLLABLES[next(SYLLABLES.length)]).join('');
  return Array.from({ length: 2 + next(3) }, word).join(' ');
}

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
  const index = createNameIndex(
    Array.from({ length: NAMES }, (_, i) => ({ uid: String(i), name: nameOf(i + 1) })),
  );
  const micros: number[] = [];
  for (let i = 0; i < SCREENED; i++) {
    const name = nameOf(i % 2 === 0 ? i + 1 : NAMES + i);
    const started = performance.now();
    index.best(name);
    if (i >= 100) micros.push((performance.now() - started) * 1000);
  }
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
    {
      what: `a name against ${count(NAMES)} names (names asked for lately are remembered)`,
      figure: `p50 ${median(micros).toFixed(0)} µs, p99 ${percentile(micros, 0.99).toFixed(0)} µs`,
    },
  ];
}
