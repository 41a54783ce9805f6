// What people noted of a case.
import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import { dateTime, utc } from '../kit/format.ts';
import { Hidden } from '../kit/hidden.tsx';
import { Panel } from '../kit/parts.tsx';
import { call } from '../live/desk.ts';
import type { CaseWork } from './case-work.ts';

export function CaseNotes(props: { readonly work: CaseWork }) {
  const { file, may, run } = props.work;
  const { id } = file.case;
  const [text, setText] = useState('');
  return (
    <Panel title="Notes">
      {file.notes.map((note) => (
        <div key={note.id} className="note">
          <p className="muted">
            {note.who} · <span title={utc(note.at)}>{dateTime(note.at)}</span>
          </p>
          <p>{note.text ?? <Hidden what="The note" />}</p>
        </div>
      ))}
      {may && (
        <form
          className="no-print"
          onSubmit={(event) => {
            event.preventDefault();
            run(call('addNoteToCase', { params: { id }, body: { text } }).then(() => setText('')));
          }}
        >
          <Textarea
            size="xs"
            autosize
            minRows={2}
            aria-label="Note"
            placeholder="Add a note"
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <div className="actions">
            <Button size="xs" type="submit" disabled={text.trim() === ''}>
              Add note
            </Button>
          </div>
        </form>
      )}
    </Panel>
  );
}
