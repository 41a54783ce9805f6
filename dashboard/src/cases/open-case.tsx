// Opening a case, with the alerts that were chosen.
import { TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { count } from '../kit/format.ts';
import { Problem } from '../kit/parts.tsx';
import { call } from '../live/desk.ts';

/** Opens a case, with alerts that were chosen, and goes there. */
export function OpenCase(props: { readonly alerts: readonly number[]; readonly onClose: () => void }) {
  const navigate = useNavigate();
  const [title, setTitle] = useState('');
  const [problem, setProblem] = useState<string>();
  return (
    <Dialog title="New case" onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          call('openCase', { body: { title, alerts: [...props.alerts] } }).then(
            ({ id }) => {
              props.onClose();
              void navigate({ to: '/cases', search: { case: id } });
            },
            (error: Error) => setProblem(error.message),
          );
        }}
      >
        <TextInput
          label="What it is about"
          placeholder="Card testing by one device"
          size="xs"
          required
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        {props.alerts.length > 0 && (
          <p className="muted">
            With {count(props.alerts.length)} {props.alerts.length === 1 ? 'alert' : 'alerts'}; those that
            belong to another case stay there.
          </p>
        )}
        <Problem text={problem} />
        <DialogActions submit="Open" disabled={title.trim() === ''} onClose={props.onClose} />
      </form>
    </Dialog>
  );
}
