// The road as it runs, and what could not be used on the way.

import { dateTime } from '../kit/format.ts';
import { Panel } from '../kit/parts.tsx';
import { useLive } from '../live/feed.ts';
import { DeadLetters } from './dead-letters.tsx';
import { PipelineStrip } from './pipeline-strip.tsx';

export function PipelineScreen() {
  const pipeline = useLive((state) => state.pipeline);
  const parts = pipeline?.services ?? [];
  const road =
    parts
      .filter(({ name }) => name !== 'process' && name !== 'quarantine')
      .map(({ title }) => title)
      .join(' → ') || 'Each part';
  const troubled = parts.filter(({ trouble }) => trouble !== null);
  return (
    <>
      <Panel title="Pipeline" note={`${road}, measured every 2 s`}>
        <PipelineStrip />
        {troubled.map(({ name, title, status, trouble }) => (
          <p key={name} className="trouble" role="alert">
            <b>{title}</b> {status === 'down' ? 'is down' : 'is slow'} since{' '}
            {trouble && dateTime(trouble.since)}: {trouble?.why}
          </p>
        ))}
      </Panel>
      <DeadLetters />
    </>
  );
}
