// What people noted of an alert or a case, and writing more.
import { Textarea } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Note } from '../../../src/protocol/notes.ts';
import { useSentForm } from '../kit/form.ts';
import { Form, FormProblem, SendButton } from '../kit/form-parts.tsx';
import { dateTime, utc } from '../kit/format.ts';
import { Hidden } from '../kit/hidden.tsx';

export function Notes({ notes }: { readonly notes: readonly Note[] }) {
  return notes.map((note) => (
    <div key={note.id} className="note">
      <p className="muted">
        {note.who} · <span title={utc(note.at)}>{dateTime(note.at)}</span>
      </p>
      <p>{note.text ?? <Hidden what="The note" />}</p>
    </div>
  ));
}

export function NewNote(props: {
  readonly add: (note: { readonly text: string }) => Promise<unknown>;
  /** What the button says. */
  readonly action: string;
  /** What else may be added here. */
  readonly children?: ReactNode;
}) {
  const form = useSentForm({
    initial: { text: '' },
    async send(body, fields) {
      await props.add(body);
      fields.reset();
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
        {props.children}
        <SendButton form={form} disabled={form.fields.values.text.trim() === ''}>
          {props.action}
        </SendButton>
      </div>
    </Form>
  );
}
