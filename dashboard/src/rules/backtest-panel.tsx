// A draft tried on the past: starting it, how far it is, cancelling it.
import { Button, Progress } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { Backtest } from '../../../src/protocol/rules.ts';
import { count } from '../kit/format.ts';
import { Problem } from '../kit/parts.tsx';
import { call } from '../live/desk.ts';
import { BacktestResults } from './backtest-results.tsx';

const LOOK_MS = 300;

export function BacktestPanel(props: { readonly expression: string; readonly ready: boolean }) {
  const [job, setJob] = useState<Backtest>();
  const [tried, setTried] = useState('');
  const [problem, setProblem] = useState<string>();
  const running = job?.state === 'reading' || job?.state === 'running';
  const id = job?.id;
  useEffect(() => {
    if (!running || id === undefined) return;
    const timer = setInterval(() => {
      call('getBacktest', { params: { id } }).then(setJob, (error: Error) => setProblem(error.message));
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [running, id]);
  function start(): void {
    setProblem(undefined);
    setTried(props.expression);
    call('startBacktest', { body: { expression: props.expression } })
      .then((started) => call('getBacktest', { params: { id: started.id } }))
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
            <Button
              size="xs"
              variant="default"
              onClick={() =>
                call('cancelBacktest', { params: { id: job.id } }).catch((error: Error) =>
                  setProblem(error.message),
                )
              }
            >
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
      {job && result && <BacktestResults job={job} result={result} />}
    </div>
  );
}
