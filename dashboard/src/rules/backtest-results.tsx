// What came of trying a draft on the past.
import { Button } from '@mantine/core';
import type { Backtest, BacktestResult } from '../../../src/protocol/rules.ts';
import { useChangeSearch } from '../kit/change-search.ts';
import { Figure } from '../kit/figure.tsx';
import { count, dateTime, percent, shortMoney } from '../kit/format.ts';
import { shareNote, shareText } from '../kit/share.tsx';
import { useLive } from '../live/feed.ts';

const oneDigit = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

function Figures({ result }: { readonly result: BacktestResult }) {
  const baseCurrency = useLive((state) => state.baseCurrency);
  const precision = { hits: result.hitFraudsMature, of: result.hitsMature };
  const recall = { hits: Math.round((result.recall ?? 0) * result.frauds), of: result.frauds };
  return (
    <div className="cost-figures backtest-figures">
      <Figure
        label="Hits a day"
        value={oneDigit.format(result.hitsPerDay)}
        note={`${count(result.hits)} of ${count(result.rows)} transactions`}
      />
      <Figure
        label="New alerts a day"
        value={oneDigit.format(result.newHitsPerDay)}
        note={`${count(result.newHits)} that nothing had flagged`}
      />
      <Figure
        label="Precision"
        value={shareText(precision)}
        note={`${shareNote(precision)}; hits old enough for their labels`}
      />
      <Figure label="Recall" value={shareText(recall)} note={`${shareNote(recall)}; of known frauds`} />
      <Figure
        label="Money caught"
        value={shortMoney(result.caughtMinor, baseCurrency)}
        note={`of ${shortMoney(result.fraudMinor, baseCurrency)} in known frauds`}
      />
      <Figure
        label="Caught only by this"
        value={shortMoney(result.newCaughtMinor, baseCurrency)}
        note={`${count(result.newHitFrauds)} frauds passed before`}
      />
    </div>
  );
}

export function BacktestResults(props: { readonly job: Backtest; readonly result: BacktestResult }) {
  const { job, result } = props;
  const change = useChangeSearch<'__root__'>();
  return (
    <div data-testid="backtest">
      <Figures result={result} />
      <p className="muted">
        {dateTime(result.from)} to {dateTime(result.until)} · {count(result.labelled)} labelled ·{' '}
        {job.runMs
          ? `${count(result.rows / (job.runMs / 1000))} transactions/s on ${job.threads} threads`
          : ''}
        {result.errors > 0 ? ` · threw ${count(result.errors)} times: ${result.firstError}` : ''}
      </p>
      {result.overlap.length > 0 && result.hits > 0 && (
        <p className="muted">
          Hits that other rules had, too:{' '}
          {result.overlap
            .filter(({ both }) => both > 0)
            .slice(0, 5)
            .map(({ id: other, both }) => `${other} ${percent(both / result.hits, 0)}`)
            .join(', ') || 'none'}
        </p>
      )}
      {result.sample.length > 0 && (
        <p className="muted">
          Some of them:{' '}
          {result.sample.slice(0, 8).map((transaction) => (
            <Button
              key={transaction}
              size="compact-xs"
              variant="subtle"
              onClick={() => change({ transaction })}
            >
              {transaction}
            </Button>
          ))}
        </p>
      )}
      {result.hits === 0 && <p className="muted">It would have held for none of them.</p>}
    </div>
  );
}
