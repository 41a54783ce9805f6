// Whoever moves a model is named in its history; the browser remembers the name.
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { useSignedInName } from '../live/me.ts';
import { rememberedName, rememberName } from './remembered-name.ts';
import { YourName } from './your-name.tsx';

export function AskName(props: {
  readonly title: string;
  readonly about: string;
  readonly action: string;
  readonly onClose: () => void;
  readonly onNamed: (who: string, note: string) => void;
}) {
  const [who, setWho] = useState(useSignedInName() ?? rememberedName());
  const [note, setNote] = useState('');
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          rememberName(who.trim());
          props.onNamed(who.trim(), note.trim());
          props.onClose();
        }}
      >
        <p className="muted">{props.about}</p>
        <YourName who={who} onWho={setWho} />
        <TextInput
          label="Note"
          size="xs"
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <DialogActions submit={props.action} disabled={who.trim() === ''} onClose={props.onClose} />
      </form>
    </Dialog>
  );
}
