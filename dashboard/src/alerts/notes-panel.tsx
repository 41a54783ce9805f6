// Notes and files of an alert.
import { Button, FileButton } from '@mantine/core';
import type { AlertFile } from '../../../src/protocol/alerts.ts';
import { count, dateTime } from '../kit/format.ts';
import { Hidden } from '../kit/hidden.tsx';
import { Panel } from '../kit/parts.tsx';
import type { Said } from '../kit/toast.tsx';
import { call } from '../live/desk.ts';
import { useMay } from '../live/me.ts';
import { NewNote, Notes } from '../notes/index.ts';

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
        <p className="muted">Nothing noted yet. What you write stays with the alert, under your name.</p>
      )}
      <Written file={props.file} />
      {may && <More {...props} />}
    </Panel>
  );
}

function More({ file: { alert }, onChanged, onSaid }: NotesProps) {
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
    <NewNote
      action="Add"
      add={(body) => call('addNoteToAlert', { params: { id: alert.id }, body }).then(onChanged)}
    >
      <FileButton onChange={attach}>
        {(button) => (
          <Button {...button} size="xs" variant="default">
            Attach a file …
          </Button>
        )}
      </FileButton>
    </NewNote>
  );
}

function Written({ file: { alert, notes, attachments } }: { readonly file: AlertFile }) {
  return (
    <>
      <Notes notes={notes} />
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
