// Notes and files of an alert.
import { Button, FileButton, Textarea } from '@mantine/core';
import type { AlertFile } from '../../../src/protocol/alerts.ts';
import { useSentForm } from '../kit/form.ts';
import { Form, FormProblem, SendButton } from '../kit/form-parts.tsx';
import { count, dateTime, utc } from '../kit/format.ts';
import { Hidden } from '../kit/hidden.tsx';
import { Empty, Panel } from '../kit/parts.tsx';
import type { Said } from '../kit/toast.tsx';
import { call } from '../live/desk.ts';
import { useMay } from '../live/me.ts';

const MAX_BYTES = 5 << 20;

type NotesProps = {
  readonly file: AlertFile;
  readonly onChanged: () => void;
  readonly onSaid: (said: Said) => void;
};

export function NotesPanel(props: NotesProps) {
  const { notes, attachments } = props.file;
  const may = useMay('work_alerts');
  return (
    <Panel title="Notes and files">
      {notes.length === 0 && attachments.length === 0 && (
        <Empty>Nothing noted yet. What you write here stays with the alert, under your name.</Empty>
      )}
      <Written file={props.file} />
      {may && <NewNote {...props} />}
    </Panel>
  );
}

function NewNote({ file: { alert }, onChanged, onSaid }: NotesProps) {
  const form = useSentForm({
    initial: { text: '' },
    async send(body, fields) {
      await call('addNoteToAlert', { params: { id: alert.id }, body });
      fields.reset();
      onChanged();
    },
  });
  function attach(file: File | null): void {
    if (!file) return;
    if (file.size > MAX_BYTES) {
      onSaid({ bad: true, text: `${file.name} is larger than 5 MB.` });
      return;
    }
    call('attachToAlert', {
      params: { id: alert.id },
      query: { name: file.name },
      body: file,
      type: 'application/octet-stream',
    }).then(onChanged, (error: Error) => onSaid({ bad: true, text: error.message }));
  }
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
        <FileButton onChange={attach}>
          {(button) => (
            <Button {...button} size="xs" variant="default">
              Attach a file …
            </Button>
          )}
        </FileButton>
        <SendButton form={form} disabled={form.fields.values.text.trim() === ''}>
          Add
        </SendButton>
      </div>
    </Form>
  );
}

function Written({ file: { alert, notes, attachments } }: { readonly file: AlertFile }) {
  return (
    <>
      {notes.map((note) => (
        <div key={note.id} className="note">
          <p className="muted">
            {note.who} · <span title={utc(note.at)}>{dateTime(note.at)}</span>
          </p>
          <p>{note.text ?? <Hidden what="The note" />}</p>
        </div>
      ))}
      {attachments.map((file) => (
        <p key={file.id} className="note">
          {file.name === null ? (
            <Hidden what="A file" />
          ) : (
            <a href={`/v1/queue/${alert.id}/attachments/${file.id}`} download>
              {file.name}
            </a>
          )}{' '}
          <span className="muted" title={file.sha256 === null ? undefined : `sha256 ${file.sha256}`}>
            {count(Math.ceil(file.bytes / 1024))} KB · {file.who} · {dateTime(file.at)}
          </span>
        </p>
      ))}
    </>
  );
}
