// Opening a case, with the alerts that were chosen.
import { TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { FormDialog } from '../kit/dialog.tsx';
import { needed, useSentForm } from '../kit/form.ts';
import { count } from '../kit/format.ts';
import { call } from '../live/desk.ts';

/** Opens a case, with alerts that were chosen, and goes there. */
export function OpenCase(props: { readonly alerts: readonly number[]; readonly onClose: () => void }) {
  const { alerts, onClose } = props;
  const navigate = useNavigate();
  const form = useSentForm({
    initial: { title: '' },
    rules: { title: needed('Say what it is about.') },
    async send({ title }) {
      const { id } = await call('openCase', { body: { title, alerts: [...alerts] } });
      onClose();
      void navigate({ to: '/cases', search: { case: id } });
    },
  });
  return (
    <FormDialog title="New case" form={form} action="Open" onClose={onClose}>
      <TextInput
        label="What it is about"
        placeholder="Card testing by one device"
        size="xs"
        required
        data-autofocus
        {...form.field('title')}
      />
      {alerts.length > 0 && (
        <p className="muted">
          With {count(alerts.length)} {alerts.length === 1 ? 'alert' : 'alerts'}; those that belong to another
          case stay there.
        </p>
      )}
    </FormDialog>
  );
}
