// Changing one's own password; afterwards one signs in anew, everywhere.
import { PasswordInput } from '@mantine/core';
import { useState } from 'react';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { Problem } from '../kit/parts.tsx';
import { call } from '../live/desk.ts';
import { loadMe } from '../live/me.ts';

export function ChangePassword(props: { readonly onClose: () => void }) {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [problem, setProblem] = useState<string>();
  return (
    <Dialog title="Change password" onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          call('changePassword', { body: { current, next } }).then(
            () => {
              props.onClose();
              void loadMe();
            },
            (error: Error) => setProblem(error.message),
          );
        }}
      >
        <p className="muted">Every session ends, this one too: sign in with the new password afterwards.</p>
        <PasswordInput
          label="Password of now"
          size="xs"
          required
          autoComplete="current-password"
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
        />
        <PasswordInput
          label="New password"
          description="Twelve characters or more; a few words that do not belong together are best."
          size="xs"
          mt={8}
          required
          autoComplete="new-password"
          value={next}
          onChange={(event) => setNext(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the new password' }}
        />
        <Problem text={problem} />
        <DialogActions submit="Change" onClose={props.onClose} />
      </form>
    </Dialog>
  );
}
