// The tasks of a case: it closes when all of them are done.
import { Button, Checkbox, TextInput } from '@mantine/core';
import { useState } from 'react';
import { count, dateTime } from '../kit/format.ts';
import { Hidden } from '../kit/hidden.tsx';
import { Empty, Panel } from '../kit/parts.tsx';
import { call } from '../live/desk.ts';
import type { CaseWork } from './case-work.ts';

export function CaseTasks(props: { readonly work: CaseWork }) {
  const { file, mayChange, run } = props.work;
  const { id, tasksOpen } = file.case;
  const [text, setText] = useState('');
  return (
    <Panel title="Tasks" note={tasksOpen > 0 ? `${count(tasksOpen)} open` : undefined}>
      {file.tasks.length === 0 && <Empty>No tasks. A case closes when all of them are done.</Empty>}
      {file.tasks.map((task) => (
        <Checkbox
          key={task.id}
          size="xs"
          my={6}
          label={task.text ?? <Hidden what="The task" />}
          description={`${task.who}, ${dateTime(task.at)}`}
          checked={task.done}
          disabled={!mayChange}
          onChange={(event) => {
            const done = event.currentTarget.checked;
            run(call('setTaskOfCase', { params: { id, task: task.id }, body: { done } }));
          }}
        />
      ))}
      {mayChange && (
        <form
          className="filters no-print"
          onSubmit={(event) => {
            event.preventDefault();
            run(call('addTaskToCase', { params: { id }, body: { text } }).then(() => setText('')));
          }}
        >
          <TextInput
            size="xs"
            aria-label="New task"
            placeholder="New task"
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Button size="xs" type="submit" variant="default" disabled={text.trim() === ''}>
            Add
          </Button>
        </form>
      )}
    </Panel>
  );
}
