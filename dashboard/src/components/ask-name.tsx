// Whoever moves a model is named in its history; the browser remembers the name.
import { Button, Modal, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useSignedInName } from '../live/me.ts';
import { rememberedName, rememberName } from '../live/models.ts';

export function AskName(props: {
  readonly title: string;
  readonly about: string;
  readonly action: string;
  readonly onClose: () => void;
  readonly onNamed: (who: string, note: string) => void;
}) {
  const signedIn = useSignedInName();
  const [who, setWho] = useState(signedIn ?? rememberedName());
  const [note, setNote] = useState('');
  return (
    <Modal opened onClose={props.onClose} title={props.title} transitionProps={{ duration: 120 }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          rememberName(who.trim());
          props.onNamed(who.trim(), note.trim());
          props.onClose();
        }}
      >
        <p className="muted">{props.about}</p>
        {signedIn === undefined && (
          <TextInput
            label="Your name"
            size="xs"
            required
            value={who}
            onChange={(event) => setWho(event.currentTarget.value)}
          />
        )}
        <TextInput
          label="Note"
          size="xs"
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <div className="actions">
          <Button variant="default" size="xs" onClick={props.onClose}>
            Cancel
          </Button>
          <Button size="xs" type="submit" disabled={who.trim() === ''}>
            {props.action}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
