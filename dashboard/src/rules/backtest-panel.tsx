// A draft tried on the past: progress, cancel, and what came out.
import { Button, Progress } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { Backtest, BacktestStarted } from '../../../src/protocol/rules.ts';
import { count, dateTime, percent } from '../kit/format.ts';
import { Problem } from '../kit/parts.tsx';
import { ask, remove, tell } from '../live/api.ts';
import { setQuery } from '../live/route.ts';

const LOOK_MS = 300;
const oneDigit = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

export function BacktestPanel(props: { readonly expression: string; readonly ready: boolean }) {
  const [job, setJob] = useState<Backtest>();
  const [tried, setTried] = useState('');
  const [problem, setProblem] = useState<string>();
  const running = job?.state === 'reading' || job?.state === 'running';
  const id = job?.id;
  useEffect(() => {
    if (!running || id === undefined) return;
    const timer = setInterval(() => {
      ask<Backtest>(`/v1/rules/backtest/${id}`).then(setJob, (error: Error) => setProblem(error.message));
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [running, id]);
  function start(): void {
    setProblem(undefined);
    setTried(props.expression);
    tell<BacktestStarted>('/v1/rules/backtest', { expression: props.expression })
      .then((started) => ask<Backtest>(`/v1/rules/backtest/${started.id}`))
      .then(setJob, (error: Error) => setProblem(error.message));
  }
  const result = job?.state === 'done' ? job.result : null;
  return (
    <div className="backtest">
      <div className="filters">
        <Button size="xs" variant="default" disabled={!props.ready || running} onClick={start}>
          Try on the past
        </Button>
        {running && (
          <>
            <Progress
              w={180}
              value={(100 * job.done) / Math.max(1, job.of)}
              aria-label="Backtest"
              transitionDuration={150}
            />
            <span className="muted">
              {job.state === 'reading' ? 'reading' : 'trying'} {count(job.done)} of {count(job.of)}
            </span>
            <Button size="xs" variant="default" onClick={() => void remove(`/v1/rules/backtest/${job.id}`)}>
              Cancel
            </Button>
          </>
        )}
        {job?.state === 'cancelled' && <span className="muted">cancelled</span>}
        {result && tried !== props.expression && (
          <span className="muted">of the condition as it was before your last change</span>
        )}
      </div>
      <Problem text={problem ?? job?.problem} />
      {result && (
        <div data-testid="backtest">
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
          <p className="muted">
            {dateTime(result.from)} to {dateTime(result.until)} · {count(result.labelled)} labelled ·{' '}
            {job?.runMs
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
                  onClick={() => setQuery({ transaction })}
                >
                  {transaction}
                </Button>
              ))}
            </p>
          )}
          {result.hits === 0 && <p className="muted">It would have held for none of them.</p>}
        </div>
      )}
    </div>
  );
}

function Figure(props: { readonly label: string; readonly value: string; readonly note: string }) {
  return (
    <div>
      <span className="muted">{props.label}</span>
      <br />
      <b>{props.value}</b>
      <br />
      <span className="muted">{props.note}</span>
    </div>
  );
}
