// Notes and files of an alert.
import { Button, FileButton, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { AlertFile } from '../../../src/protocol/alerts.ts';
import { count, dateTime, utc } from '../kit/format.ts';
import { Hidden } from '../kit/hidden.tsx';
import { Empty, Panel } from '../kit/parts.tsx';
import type { Said } from '../kit/toast.tsx';
import { call } from '../live/desk.ts';
import { useMay } from '../live/me.ts';

const MAX_BYTES = 5 << 20;

export function NotesPanel(props: {
  readonly file: AlertFile;
  readonly onChanged: () => void;
  readonly onSaid: (said: Said) => void;
}) {
  const { alert, notes, attachments } = props.file;
  const may = useMay('work_alerts');
  const [text, setText] = useState('');
  const fail = (error: Error): void => props.onSaid({ bad: true, text: error.message });
  function attach(file: File | null): void {
    if (!file) return;
    if (file.size > MAX_BYTES) {
      props.onSaid({ bad: true, text: `${file.name} is larger than 5 MB.` });
      return;
    }
    call('attachToAlert', {
      params: { id: alert.id },
      query: { name: file.name },
      body: file,
      type: 'application/octet-stream',
    }).then(props.onChanged, fail);
  }
  return (
    <Panel title="Notes and files">
      {notes.length === 0 && attachments.length === 0 && (
        <Empty>Nothing noted yet. What you write here stays with the alert, under your name.</Empty>
      )}
      <Written file={props.file} />
      {may && (
        <form
          className="no-print"
          onSubmit={(event) => {
            event.preventDefault();
            call('addNoteToAlert', { params: { id: alert.id }, body: { text } }).then(() => {
              setText('');
              props.onChanged();
            }, fail);
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
            <FileButton onChange={attach}>
              {(button) => (
                <Button {...button} size="xs" variant="default">
                  Attach a file …
                </Button>
              )}
            </FileButton>
            <Button size="xs" type="submit" disabled={text.trim() === ''}>
              Add
            </Button>
          </div>
        </form>
      )}
    </Panel>
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
