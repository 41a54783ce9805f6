// Opening a case, with the alerts that were chosen.
import { Button, Modal, TextInput } from '@mantine/core';
import { useState } from 'react';
import { count } from '../format.ts';
import { tell } from '../live/api.ts';
import { navigate } from '../live/route.ts';

/** Opens a case, with alerts that were chosen, and goes there. */
export function OpenCase(props: { readonly alerts: readonly number[]; readonly onClose: () => void }) {
  const [title, setTitle] = useState('');
  const [problem, setProblem] = useState<string>();
  return (
    <Modal
      opened
      onClose={props.onClose}
      title="New case"
      transitionProps={{ duration: 120 }}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          tell<{ id: number }>('/v1/cases', { title, alerts: props.alerts }).then(
            ({ id }) => {
              props.onClose();
              navigate(`/cases?case=${id}`);
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
        {problem && (
          <p className="problem" role="alert">
            {problem}
          </p>
        )}
        <div className="actions">
          <Button variant="default" size="xs" onClick={props.onClose}>
            Cancel
          </Button>
          <Button size="xs" type="submit" disabled={title.trim() === ''}>
            Open
          </Button>
        </div>
      </form>
    </Modal>
  );
}
