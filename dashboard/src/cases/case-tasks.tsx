// The tasks of a case: it closes when all of them are done.
import { Checkbox, TextInput } from '@mantine/core';
import { useSentForm } from '../kit/form.ts';
import { Form, FormProblem, SendButton } from '../kit/form-parts.tsx';
import { count, dateTime } from '../kit/format.ts';
import { Hidden } from '../kit/hidden.tsx';
import { Empty, Panel } from '../kit/parts.tsx';
import { call } from '../live/desk.ts';
import type { CaseWork } from './case-work.ts';

function NewTask({ work }: { readonly work: CaseWork }) {
  const form = useSentForm({
    initial: { text: '' },
    async send(body, fields) {
      await call('addTaskToCase', { params: { id: work.file.case.id }, body });
      fields.reset();
      work.lookAgain();
    },
  });
  return (
    <Form form={form} className="filters no-print">
      <TextInput size="xs" aria-label="New task" placeholder="New task" {...form.field('text')} />
      <SendButton form={form} variant="default" disabled={form.fields.values.text.trim() === ''}>
        Add
      </SendButton>
      <FormProblem form={form} />
    </Form>
  );
}

export function CaseTasks({ work }: { readonly work: CaseWork }) {
  const { file, mayChange, run } = work;
  const { id, tasksOpen } = file.case;
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
      {mayChange && <NewTask work={work} />}
    </Panel>
  );
}
