// The road as it runs, and what could not be used on the way.
import { DeadLetters } from '../components/dead-letters.tsx';
import { Panel } from '../components/parts.tsx';
import { PipelineStrip } from '../components/pipeline-strip.tsx';
import { dateTime } from '../format.ts';
import { useLive } from '../live/feed.ts';

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
