// Changing one's own password; afterwards one signs in anew, everywhere.
import { PasswordInput } from '@mantine/core';
import { FormDialog } from '../kit/dialog.tsx';
import { needed, useSentForm } from '../kit/form.ts';
import { call } from '../live/desk.ts';
import { loadMe } from '../live/me.ts';

export function ChangePassword(props: { readonly onClose: () => void }) {
  const form = useSentForm({
    initial: { current: '', next: '' },
    rules: { current: needed('Type the password of now.'), next: needed('Choose a new password.') },
    async send(body) {
      await call('changePassword', { body });
      props.onClose();
      void loadMe();
    },
  });
  return (
    <FormDialog title="Change password" form={form} action="Change" onClose={props.onClose}>
      <p className="muted">Every session ends, this one too: sign in with the new password afterwards.</p>
      <PasswordInput
        label="Password of now"
        size="xs"
        required
        data-autofocus
        autoComplete="current-password"
        visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
        {...form.field('current')}
      />
      <PasswordInput
        label="New password"
        description="Twelve characters or more; a few words that do not belong together are best."
        size="xs"
        mt={8}
        required
        autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': 'Show the new password' }}
        {...form.field('next')}
      />
    </FormDialog>
  );
}
