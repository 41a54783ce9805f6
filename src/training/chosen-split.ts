// Where to divide a labelled table into training and test, for whoever says no dates: in the order of time, with both kinds on both
// sides, and the label delay between them.
import { createRandom } from '../domain/random.ts';

const DAY_MS = 86_400_000;
/** So many times are kept of each kind; of more, a sample. */
const MOST_TIMES = 1 << 18;
/** Shares, of the rows and then of the frauds, that are trained on: the first that leaves enough of both kinds on both sides. */
const SHARES = [0.7, 0.6, 0.8, 0.5];
/** With several folds the first training is shorter. */
const SHARES_OF_FOLDS = [0.5, 0.4, 0.6, 0.3];
/** Of each kind, on each side: so large a share where that can be had, else one row. */
const ENOUGH = 0.15;
const MOST_DELAY_DAYS = 7;
/** Labels take a tenth of the time that a table spans, in whole days. */
const DELAY_SHARE = 0.1;

export type Split = {
  readonly trainFromMs: number;
  readonly trainUntilMs: number;
  readonly testUntilMs: number;
  readonly delayDays: number;
};

export type SplitChooser = {
  add(timeMs: number, fraud: boolean): void;
  /** What is asked for stands; undefined where nothing divides the rows so that both sides have both kinds. */
  choose(asked: Partial<Split>, folds: number): Split | undefined;
};

export function createSplitChooser(): SplitChooser {
  const random = createRandom(1, 7);
  const kinds = [createSample(), createSample()];
  return {
    add(timeMs, fraud) {
      kinds[fraud ? 1 : 0].add(timeMs, random.next());
    },
    choose(asked, folds) {
      const [genuine, frauds] = kinds.map(({ times }) => Float64Array.from(times).sort());
      const rows = Float64Array.from([...genuine, ...frauds]).sort();
      if (genuine.length === 0 || frauds.length === 0) return undefined;
      const trainFromMs = asked.trainFromMs ?? rows[0];
      const endMs = asked.testUntilMs ?? rows[rows.length - 1] + 1;
      const spanDays = (endMs - trainFromMs) / DAY_MS;
      const delayDays = asked.delayDays ?? Math.min(MOST_DELAY_DAYS, Math.floor(DELAY_SHARE * spanDays));
      const finish = (trainUntilMs: number): Split => {
        const testFromMs = trainUntilMs + delayDays * DAY_MS;
        const testUntilMs = asked.testUntilMs ?? testFromMs + Math.ceil((endMs - testFromMs) / folds);
        return { trainFromMs, trainUntilMs, testUntilMs, delayDays };
      };
      if (asked.trainUntilMs !== undefined) return finish(asked.trainUntilMs);
      const cuts = (folds > 1 ? SHARES_OF_FOLDS : SHARES).flatMap((share) =>
        [rows, frauds].flatMap((times) => {
          const at =
            times[placeIn(times, trainFromMs) + Math.floor(share * countIn(times, trainFromMs, endMs))];
          return at === undefined || at >= endMs ? [] : [rounded(at, spanDays), at];
        }),
      );
      const splits = cuts.map(finish);
      const smallest = (split: Split): number => smallestShare([genuine, frauds], split, endMs);
      return splits.find((split) => smallest(split) >= ENOUGH) ?? splits.find((split) => smallest(split) > 0);
    },
  };
}

/** The smallest share of a kind that is trained on, or tested on, of those that there are. */
function smallestShare(kinds: readonly Float64Array[], split: Split, endMs: number): number {
  const { trainFromMs, trainUntilMs, testUntilMs, delayDays } = split;
  return Math.min(
    ...kinds.flatMap((times) => {
      const all = Math.max(1, countIn(times, trainFromMs, endMs));
      return [
        countIn(times, trainFromMs, trainUntilMs) / all,
        countIn(times, trainUntilMs + delayDays * DAY_MS, testUntilMs) / all,
      ];
    }),
  );
}

/** Times, or a fair sample of them (reservoir sampling; Vitter 1985, algorithm R). */
function createSample() {
  const times: number[] = [];
  let seen = 0;
  return {
    times,
    add(timeMs: number, drawn: number): void {
      seen++;
      if (times.length < MOST_TIMES) {
        times.push(timeMs);
        return;
      }
      const place = Math.floor(drawn * seen);
      if (place < MOST_TIMES) times[place] = timeMs;
    },
  };
}

/** In a table of weeks the beginning of the day. */
const rounded = (timeMs: number, spanDays: number): number =>
  spanDays >= 14 ? Math.floor(timeMs / DAY_MS) * DAY_MS : timeMs;

/** Where `value` or the next above it stands in numbers that rise. */
function placeIn(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

const countIn = (sorted: Float64Array, from: number, until: number): number =>
  placeIn(sorted, until) - placeIn(sorted, from);
