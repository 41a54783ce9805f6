// The road as it runs, how it was, and what could not be used on the way.
import { dateTime } from '../kit/format.ts';
import { Panel } from '../kit/parts.tsx';
import { useLive } from '../live/feed.ts';
import { DeadLetters } from './dead-letters.tsx';
import { OverTime } from './over-time.tsx';
import { Road } from './road.tsx';

export function PipelineScreen() {
  const pipeline = useLive((state) => state.pipeline);
  const troubled = pipeline?.services.filter(({ trouble }) => trouble !== null) ?? [];
  const process = pipeline?.services.find(({ name, status }) => name === 'process' && status !== 'up');
  return (
    <>
      <Panel title="Pipeline" note="now, measured every 2 s · latency of the last minute">
        <Road />
        {troubled.map(({ name, title, status, trouble }) => (
          <p key={name} className="trouble" role="alert">
            <b>{title}</b> {status === 'down' ? 'is down' : 'is slow'} since{' '}
            {trouble && dateTime(trouble.since)}: {trouble?.why}
          </p>
        ))}
        {process && (
          <p className="trouble" role="status">
            <b>Process</b>: {process.detail}
          </p>
        )}
      </Panel>
      <OverTime />
      <DeadLetters />
    </>
  );
}
