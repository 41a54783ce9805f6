// The figures at the top of the first screen, each with its money, what it is of, and how it was before.
import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { PeriodTotals, Stats } from '../../../src/protocol/figures.ts';
import type { Outcomes } from '../../../src/protocol/models.ts';
import { Sparkline } from '../kit/chart.tsx';
import { count, milliseconds, minuteTime, percent, shortMoney } from '../kit/format.ts';
import { CONFIDENCE, intervalText, shareText } from '../kit/share.tsx';
import { useAnswer } from '../live/desk.ts';
import { useLive } from '../live/feed.ts';
import { sinceFirst } from './minutes.ts';
import { usePeriod } from './period.ts';

const OUTCOMES_MS = 30_000;
const MOST_TIMES = 10;
/** Fewer points are no line. */
const FEWEST_POINTS = 3;

const flaggedOf = (totals: PeriodTotals): number => totals.reviews + totals.declines;

/** Against the period before; where nothing was decided in it, since when there is something. */
function Change(props: { readonly now: number; readonly stats: Stats; readonly before: number }) {
  const { now, before, stats } = props;
  if (stats.previous.transactions === 0) {
    const [first] = sinceFirst(stats.minutes);
    return first && first.transactions > 0 ? (
      <span>since {minuteTime(first.minute)}</span>
    ) : (
      <span>waiting for the first</span>
    );
  }
  if (before === 0) return <span>none before</span>;
  // Of a period that a young desk has hardly a part of, a percentage says nothing.
  if (now > MOST_TIMES * before) return <span>▲ over {MOST_TIMES} ×</span>;
  const change = (now - before) / before;
  return (
    <span title="Against the period before">{`${change >= 0 ? '▲' : '▼'} ${percent(Math.abs(change), 0)}`}</span>
  );
}

function Card(props: {
  readonly label: string;
  readonly value: ReactNode;
  readonly measured: string;
  readonly foot: ReactNode;
  readonly spark?: readonly number[];
  readonly color?: string;
  readonly to: LinkProps['to'];
  readonly search?: LinkProps['search'];
}) {
  return (
    <Link className="panel card" to={props.to} search={props.search} title={props.measured}>
      <span className="label">{props.label}</span>
      <span className="value">{props.value}</span>
      <span className="foot">
        <span>{props.foot}</span>
        {props.spark && props.spark.length >= FEWEST_POINTS && (
          <Sparkline values={props.spark} {...(props.color && { color: props.color })} />
        )}
      </span>
    </Link>
  );
}

/** Each decision is of one type: the types together are all of them. */
function moneyOf(outcomes: Outcomes | undefined): { readonly caught: number; readonly fraud: number } {
  const types = outcomes?.segments.filter(({ kind }) => kind === 'type') ?? [];
  return {
    caught: types.reduce((sum, { caughtMinor }) => sum + caughtMinor, 0),
    fraud: types.reduce((sum, { fraudMinor }) => sum + fraudMinor, 0),
  };
}

/** Of what labels say was fraud, how much had been flagged. */
function DetectionCard() {
  const model = useLive((state) => state.model);
  const baseCurrency = useLive((state) => state.baseCurrency);
  const { data } = useAnswer('getOutcomes', {}, OUTCOMES_MS);
  const live = model?.live ?? null;
  const { caught, fraud } = moneyOf(data);
  const found = { hits: live?.confusion.truePositives ?? 0, of: live?.frauds ?? 0 };
  const maturity = (model?.maturityMinutes ?? 0).toFixed(0);
  return (
    <Card
      label="Labelled frauds flagged"
      value={
        found.of === 0 ? (
          <small>no labels yet</small>
        ) : (
          <>
            {shareText(found)} {fraud > 0 && <small>{shortMoney(caught, baseCurrency)}</small>}
          </>
        )
      }
      measured={`Detection rate: of decisions older than ${maturity} min, the frauds by their labels, and how many of these were sent to review or declined, with their amounts. ${CONFIDENCE}`}
      foot={
        found.of === 0
          ? `decisions count from ${maturity} min on`
          : `of ${count(found.of)}${fraud > 0 ? ` (${shortMoney(fraud, baseCurrency)})` : ''} · ${intervalText(found)}`
      }
      to="/models"
    />
  );
}

export function Cards(props: { readonly stats: Stats }) {
  const { stats } = props;
  const { current, previous, latencyMs } = stats;
  const baseCurrency = useLive((state) => state.baseCurrency);
  const period = usePeriod().words;
  const full = sinceFirst(stats.minutes).slice(0, -1);
  return (
    <div className="cards">
      <Card
        label="Transactions per minute"
        value={<span data-testid="transactions-per-minute">{count(stats.transactionsPerMinute)}</span>}
        measured="Decisions committed in the last 60 seconds; below, those of the period against the one before"
        foot={<Change now={current.transactions} before={previous.transactions} stats={stats} />}
        spark={full.map((minute) => minute.transactions)}
        color="var(--approve)"
        to="/transactions"
      />
      <Card
        label={`Flagged, ${period}`}
        value={
          <>
            {count(flaggedOf(current))} <small>{shortMoney(current.flaggedMinor, baseCurrency)}</small>
          </>
        }
        measured={`Transactions sent to review or declined in the period, and their amount: ${flaggedShare(current)}`}
        foot={<Change now={flaggedOf(current)} before={flaggedOf(previous)} stats={stats} />}
        spark={full.map((minute) => minute.reviews + minute.declines)}
        color="var(--decline)"
        to="/transactions"
        search={{ outcome: 'flagged' }}
      />
      <DetectionCard />
      <Card
        label={`Average score, ${period}`}
        value={percent(current.averageScore, 2)}
        measured="Mean calibrated probability of fraud of all decisions in the period"
        foot={
          previous.averageScore === null
            ? `of ${count(current.transactions)}`
            : `before ${percent(previous.averageScore, 2)}`
        }
        spark={full.map((minute) => (minute.transactions > 0 ? minute.scoreSum / minute.transactions : 0))}
        color="var(--review)"
        to="/transactions"
      />
      <Card
        label="Pending alerts"
        value={
          <>
            <span data-testid="pending-alerts">{count(stats.pendingAlerts)}</span>{' '}
            {stats.pendingAlerts > 0 && <small>{shortMoney(stats.pendingLossMinor, baseCurrency)}</small>}
          </>
        }
        measured="Alerts without a verdict, one an account, and what is expected to be lost by them"
        foot={stats.pendingAlerts > 0 ? 'expected loss' : 'the queue is empty'}
        to="/alerts"
      />
      <Card
        label="Decision latency"
        value={
          <>
            {milliseconds(latencyMs.p50)} <small>p50</small>
          </>
        }
        measured="Received to committed, measured on every decision of the last minute"
        foot={`p99 ${milliseconds(latencyMs.p99)}`}
        to="/pipeline"
      />
    </div>
  );
}

const flaggedShare = (totals: PeriodTotals): string =>
  totals.transactions === 0
    ? 'of none'
    : `${percent(flaggedOf(totals) / totals.transactions, 2)} of ${count(totals.transactions)}`;
