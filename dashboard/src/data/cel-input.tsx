// An expression in CEL among the fields of a form; the editor is fetched when one is drawn.
import { lazy, Suspense } from 'react';
import type { CelName } from '../kit/cel-editor.tsx';

const CelEditor = lazy(async () => ({ default: (await import('../kit/cel-editor.tsx')).CelEditor }));

export function CelInput(props: {
  readonly label: string;
  readonly about: string;
  readonly example: string;
  readonly value: string;
  readonly problem: string | undefined;
  readonly names: () => readonly CelName[];
  readonly onChange: (value: string) => void;
}) {
  const { label, about, problem, names } = props;
  return (
    <div className="cel-input">
      <span className="cel-label">{label}</span>
      <span className="muted">{about}</span>
      <Suspense fallback={<div className="cel-place" />}>
        <CelEditor
          label={label}
          value={props.value}
          example={props.example}
          names={async () => names()}
          onChange={props.onChange}
        />
      </Suspense>
      {problem !== undefined && <p className="problem">{problem}</p>}
    </div>
  );
}
