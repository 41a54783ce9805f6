// What is being imported, whoever imports it.
import { Button, Progress } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { count, percent } from '../kit/format.ts';
import { Panel, Problem } from '../kit/parts.tsx';
import { call, outdated, useAnswer } from '../live/desk.ts';

const EVERY_MS = 2000;

export function ImportsUnderWay() {
  const { data } = useAnswer('listImports', {}, EVERY_MS);
  const [problem, setProblem] = useState<string>();
  const running = (data?.imports ?? []).filter(({ state }) => state === 'running');
  const before = useRef(0);
  useEffect(() => {
    if (running.length < before.current) outdated('listLists');
    before.current = running.length;
  }, [running.length]);
  if (running.length === 0) return null;
  const cancel = (id: string): Promise<void> =>
    call('cancelImport', { params: { id } }).then(
      () => outdated('listImports'),
      (error: Error) => setProblem(error.message),
    );
  return (
    <Panel title="Imports under way">
      <Problem text={problem} />
      {running.map((one) => (
        <p key={one.id} className="filters" role="status">
          <b>{one.name}</b>
          <Progress
            w={160}
            value={(one.progress ?? 0) * 100}
            aria-label={`Import into ${one.name}`}
            animated={one.progress === null}
          />
          <span>{one.progress === null ? `${count(one.done)} done` : percent(one.progress, 0)}</span>
          <span className="muted">
            {one.who}
            {one.refused > 0 ? ` · ${count(one.refused)} refused` : ''}
          </span>
          <Button size="compact-xs" variant="default" onClick={() => void cancel(one.id)}>
            Cancel
          </Button>
        </p>
      ))}
    </Panel>
  );
}
