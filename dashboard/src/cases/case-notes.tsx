// What people noted of a case.
import { Textarea } from '@mantine/core';
import { useSentForm } from '../kit/form.ts';
import { Form, FormProblem, SendButton } from '../kit/form-parts.tsx';
import { dateTime, utc } from '../kit/format.ts';
import { Hidden } from '../kit/hidden.tsx';
import { Panel } from '../kit/parts.tsx';
import { call } from '../live/desk.ts';
import type { CaseWork } from './case-work.ts';

function NewNote({ work }: { readonly work: CaseWork }) {
  const form = useSentForm({
    initial: { text: '' },
    async send(body, fields) {
      await call('addNoteToCase', { params: { id: work.file.case.id }, body });
      fields.reset();
      work.lookAgain();
    },
  });
  return (
    <Form form={form} className="no-print">
      <Textarea
        size="xs"
        autosize
        minRows={2}
        aria-label="Note"
        placeholder="Add a note"
        {...form.field('text')}
      />
      <FormProblem form={form} />
      <div className="actions">
        <SendButton form={form} disabled={form.fields.values.text.trim() === ''}>
          Add note
        </SendButton>
      </div>
    </Form>
  );
}

export function CaseNotes({ work }: { readonly work: CaseWork }) {
  return (
    <Panel title="Notes">
      {work.file.notes.map((note) => (
        <div key={note.id} className="note">
          <p className="muted">
            {note.who} · <span title={utc(note.at)}>{dateTime(note.at)}</span>
          </p>
          <p>{note.text ?? <Hidden what="The note" />}</p>
        </div>
      ))}
      {work.may && <NewNote work={work} />}
    </Panel>
  );
}
