// The mapping as a file: to be looked at, changed by hand, and taken along.
import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import { Problem } from '../kit/parts.tsx';
import type { Mapping } from './import-mapping.ts';

export function MappingText(props: {
  readonly name: string;
  readonly mapping: Mapping;
  readonly onMapping: (mapping: Mapping) => void;
}) {
  const { name, mapping, onMapping } = props;
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string>();
  const download = (): void => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(
      new Blob([`${JSON.stringify(mapping, undefined, 2)}\n`], { type: 'application/json' }),
    );
    link.download = `${name.replace(/\.[^.]*$/, '')}.mapping.json`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  const take = (): void => {
    try {
      const read: unknown = JSON.parse(text);
      if (typeof read !== 'object' || read === null || Array.isArray(read))
        throw new Error('it must be an object');
      onMapping(read as Mapping);
      setProblem(undefined);
      setOpen(false);
    } catch (error) {
      setProblem(`This is no mapping: ${error instanceof Error ? error.message : String(error)}.`);
    }
  };
  return (
    <>
      <div className="actions">
        <Button
          size="compact-xs"
          variant="subtle"
          aria-expanded={open}
          onClick={() => {
            setText(JSON.stringify(mapping, undefined, 2));
            setOpen(!open);
          }}
        >
          Mapping as text
        </Button>
        <Button size="compact-xs" variant="default" onClick={download}>
          Download the mapping
        </Button>
      </div>
      {open && (
        <>
          <Textarea
            label="Mapping"
            classNames={{ input: 'code' }}
            autosize
            minRows={8}
            maxRows={24}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Problem text={problem} />
          <div className="actions">
            <Button size="compact-xs" variant="default" onClick={take}>
              Take it
            </Button>
          </div>
        </>
      )}
    </>
  );
}
