// Counts per minute and country for the last two days, kept in memory as decisions are committed.

import type { CountRow, ScoreCount } from '../../ports/store.ts';
import type { DecisionCount } from '../../ports/stream/committed.ts';
import type { MinuteCount, PeriodTotals, RegionCount } from '../../protocol/figures.ts';
import { createLastMinute } from './last-minute.ts';

const MINUTE_MS = 60_000;
/** The longest period that the API has, and the one before it that it is compared with. */
const LONGEST_PERIOD_MINUTES = 24 * 60;
export const KEPT_MINUTES = 2 * LONGEST_PERIOD_MINUTES;
const SCORE_BINS = 20;

type Cell = {
  transactions: number;
  reviews: number;
  declines: number;
  scoreSum: number;
  flaggedMinor: number;
};
type Minute = { readonly byCountry: Map<string, Cell>; readonly scoreBins: Float64Array };

const emptyCell = (): Cell => ({ transactions: 0, reviews: 0, declines: 0, scoreSum: 0, flaggedMinor: 0 });

function addTo(target: Cell, cell: Cell): void {
  target.transactions += cell.transactions;
  target.reviews += cell.reviews;
  target.declines += cell.declines;
  target.scoreSum += cell.scoreSum;
  target.flaggedMinor += cell.flaggedMinor;
}

export type LiveCounts = {
  add(counts: readonly DecisionCount[]): void;
  load(rows: readonly CountRow[]): void;
  loadScores(rows: readonly ScoreCount[]): void;
  /** Decisions in the last 60 seconds. */
  lastMinute(nowMs: number): number;
  totals(fromMs: number, untilMs: number): PeriodTotals;
  minutes(fromMs: number, untilMs: number): MinuteCount[];
  regions(fromMs: number, untilMs: number): RegionCount[];
  scoreBins(fromMs: number, untilMs: number): number[];
};

export function createLiveCounts(): LiveCounts {
  const minutes = new Map<number, Minute>();
  const lastMinute = createLastMinute();

  function minuteAt(ms: number): Minute {
    const key = Math.floor(ms / MINUTE_MS);
    let minute = minutes.get(key);
    if (!minute) {
      minute = { byCountry: new Map(), scoreBins: new Float64Array(SCORE_BINS) };
      minutes.set(key, minute);
      for (const old of minutes.keys()) if (old < key - KEPT_MINUTES) minutes.delete(old);
    }
    return minute;
  }

  function cellAt(minute: Minute, country: string): Cell {
    let cell = minute.byCountry.get(country);
    if (!cell) {
      cell = emptyCell();
      minute.byCountry.set(country, cell);
    }
    return cell;
  }

  function* within(fromMs: number, untilMs: number): Generator<[number, Minute]> {
    const from = Math.floor(fromMs / MINUTE_MS);
    const until = Math.ceil(untilMs / MINUTE_MS);
    for (let key = from; key < until; key++) {
      const minute = minutes.get(key);
      if (minute) yield [key, minute];
    }
  }

  return {
    add(counts) {
      for (const { outcome, score, decidedAtMs, country, flaggedMinor } of counts) {
        const minute = minuteAt(decidedAtMs);
        const cell = cellAt(minute, country);
        cell.transactions++;
        cell.scoreSum += score;
        minute.scoreBins[Math.min(SCORE_BINS - 1, Math.floor(score * SCORE_BINS))]++;
        if (outcome === 'review') cell.reviews++;
        else if (outcome === 'decline') cell.declines++;
        cell.flaggedMinor += flaggedMinor;
        lastMinute.add(decidedAtMs);
      }
    },
    loadScores(rows) {
      for (const { minuteMs, bin, transactions } of rows) minuteAt(minuteMs).scoreBins[bin] += transactions;
    },
    load(rows) {
      for (const row of rows) addTo(cellAt(minuteAt(row.minuteMs), row.country), row);
    },
    lastMinute: (nowMs) => lastMinute.count(nowMs),
    totals(fromMs, untilMs) {
      const sum = emptyCell();
      for (const [, minute] of within(fromMs, untilMs))
        for (const cell of minute.byCountry.values()) addTo(sum, cell);
      const { scoreSum, ...rest } = sum;
      return { ...rest, averageScore: sum.transactions > 0 ? scoreSum / sum.transactions : null };
    },
    minutes(fromMs, untilMs) {
      const found = new Map(within(fromMs, untilMs));
      const list: MinuteCount[] = [];
      for (let key = Math.floor(fromMs / MINUTE_MS); key < Math.ceil(untilMs / MINUTE_MS); key++) {
        const sum = emptyCell();
        for (const cell of found.get(key)?.byCountry.values() ?? []) addTo(sum, cell);
        list.push({ minute: new Date(key * MINUTE_MS).toISOString(), ...sum });
      }
      return list;
    },
    regions(fromMs, untilMs) {
      const byCountry = new Map<string, RegionCount>();
      for (const [, minute] of within(fromMs, untilMs)) {
        for (const [country, cell] of minute.byCountry) {
          const before = byCountry.get(country) ?? { country, transactions: 0, flagged: 0, flaggedMinor: 0 };
          byCountry.set(country, {
            country,
            transactions: before.transactions + cell.transactions,
            flagged: before.flagged + cell.reviews + cell.declines,
            flaggedMinor: before.flaggedMinor + cell.flaggedMinor,
          });
        }
      }
      return [...byCountry.values()].sort((a, b) => b.flagged - a.flagged || b.transactions - a.transactions);
    },
    scoreBins(fromMs, untilMs) {
      const bins = new Array<number>(SCORE_BINS).fill(0);
      for (const [, minute] of within(fromMs, untilMs))
        minute.scoreBins.forEach((n, i) => {
          bins[i] += n;
        });
      return bins;
    },
  };
}
