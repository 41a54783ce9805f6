// The road as it runs, and what could not be used on the way.
import { useEffect, useState } from 'react';
import { Empty, Panel, Scroll } from '../components/parts.tsx';
import { PipelineStrip } from '../components/pipeline-strip.tsx';
import { count, dateTime } from '../format.ts';
import { useLive } from '../live/feed.ts';

type DeadLetter = {
  id: number;
  receivedAtMs: number;
  source: string;
  raw: string;
  problems: { pointer: string; message: string }[];
};

export function PipelineScreen() {
  const pipeline = useLive((state) => state.pipeline);
  const total = pipeline?.deadLetters ?? 0;
  const road = pipeline?.services.map((service) => service.title).join(' → ') ?? 'Each part';
  const [letters, setLetters] = useState<readonly DeadLetter[]>([]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when the number changes
  useEffect(() => {
    fetch('/v1/dead-letters')
      .then((answer) => answer.json())
      .then((body: { latest: DeadLetter[] }) => setLetters(body.latest))
      .catch(() => setLetters([]));
  }, [total]);
  return (
    <>
      <Panel title="Pipeline" note={`${road}, measured every 2 s`}>
        <PipelineStrip />
      </Panel>
      <Panel title="Dead letters" note={`${count(total)} in all, newest first`}>
        {letters.length === 0 ? (
          <Empty>Nothing was refused. Input that cannot be used is kept here with the reason.</Empty>
        ) : (
          <Scroll label="Dead letters">
            <table className="rows">
              <thead>
                <tr>
                  <th>Received</th>
                  <th>From</th>
                  <th>Problem</th>
                  <th>Record</th>
                </tr>
              </thead>
              <tbody>
                {letters.map((letter) => (
                  <tr key={letter.id} style={{ cursor: 'default' }}>
                    <td>{dateTime(new Date(letter.receivedAtMs).toISOString())}</td>
                    <td>{letter.source}</td>
                    <td title={letter.problems.map((p) => `${p.pointer} ${p.message}`).join('\n')}>
                      {letter.problems[0]?.message}
                    </td>
                    <td title={letter.raw}>
                      <code>{letter.raw}</code>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        )}
      </Panel>
    </>
  );
}
