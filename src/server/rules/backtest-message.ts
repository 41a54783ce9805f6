// A backtest as it is told: how far it is, and what came out.
import { isoTime } from '../../domain/iso-time.ts';
import type { Sight } from '../../domain/sight.ts';
import type { BacktestStatus } from '../../ports/backtester.ts';
import type { Backtest, BacktestResult } from '../../protocol/rules.ts';
import type { BacktestCounts } from '../../rules/backtest.ts';
import { textSeen } from '../access/office-seen.ts';

const DAY_MS = 86_400_000;

function resultOf(counts: BacktestCounts, sight: Sight): BacktestResult {
  const days = counts.rows === 0 ? 0 : Math.max((counts.untilMs - counts.fromMs) / DAY_MS, 1 / 24);
  const aDay = (count: number): number => (days === 0 ? 0 : count / days);
  return {
    rows: counts.rows,
    from: isoTime(counts.rows === 0 ? 0 : counts.fromMs),
    until: isoTime(counts.rows === 0 ? 0 : counts.untilMs),
    days,
    labelled: counts.labelled,
    frauds: counts.frauds,
    hits: counts.hits,
    hitsPerDay: aDay(counts.hits),
    newHits: counts.newHits,
    newHitsPerDay: aDay(counts.newHits),
    precision: counts.hitsLabelled === 0 ? null : counts.hitFrauds / counts.hitsLabelled,
    hitsMature: counts.hitsMature,
    hitFraudsMature: counts.hitFraudsMature,
    recall: counts.frauds === 0 ? null : counts.hitFrauds / counts.frauds,
    fraudMinor: counts.fraudHundredths,
    caughtMinor: counts.hitFraudHundredths,
    newCaughtMinor: counts.newHitFraudHundredths,
    newHitFrauds: counts.newHitFrauds,
    errors: counts.errors,
    firstError: textSeen(counts.firstError ?? '', sight) || null,
    overlap: [...counts.overlap].map(([id, both]) => ({ id, ...both })).sort((a, b) => b.both - a.both),
    sample: counts.sample,
  };
}

export function backtestMessage(status: BacktestStatus, sight: Sight): Backtest {
  const { id, state, done, of, counts, problem, runMs, threads } = status;
  return {
    id,
    state,
    done,
    of,
    problem: problem === undefined ? null : (textSeen(problem, sight) ?? 'It failed.'),
    runMs: runMs ?? null,
    threads: threads ?? null,
    result: counts ? resultOf(counts, sight) : null,
  };
}
