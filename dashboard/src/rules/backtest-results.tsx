// What came of trying a draft on the past.
import { Button } from '@mantine/core';
import type { Backtest, BacktestResult } from '../../../src/protocol/rules.ts';
import { useChangeSearch } from '../kit/change-search.ts';
import { Figure } from '../kit/figure.tsx';
import { count, dateTime, percent } from '../kit/format.ts';

const oneDigit = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

function Figures({ result }: { readonly result: BacktestResult }) {
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
        value={result.precision === null ? 'unknown' : percent(result.precision)}
        note="of labelled hits"
      />
      <Figure
        label="Recall"
        value={result.recall === null ? 'unknown' : percent(result.recall)}
        note={`of ${count(result.frauds)} known frauds`}
      />
      <Figure
        label="Money caught"
        value={count(result.caughtMinor / 100)}
        note={`of ${count(result.fraudMinor / 100)} in known frauds`}
      />
      <Figure
        label="Caught only by this"
        value={count(result.newCaughtMinor / 100)}
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
