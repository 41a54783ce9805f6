// The road as it runs, and what could not be used on the way.
import { DeadLetters } from '../components/dead-letters.tsx';
import { Panel } from '../components/parts.tsx';
import { PipelineStrip } from '../components/pipeline-strip.tsx';
import { useLive } from '../live/feed.ts';

export function PipelineScreen() {
  const pipeline = useLive((state) => state.pipeline);
  const road = pipeline?.services.map((service) => service.title).join(' → ') ?? 'Each part';
  return (
    <>
      <Panel title="Pipeline" note={`${road}, measured every 2 s`}>
        <PipelineStrip />
      </Panel>
      <DeadLetters />
    </>
  );
}
