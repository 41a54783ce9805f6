// The dialog that makes a list.
import { Select, TextInput } from '@mantine/core';
import { LIST_KINDS, LIST_PURPOSES, type ListKind, type ListPurpose } from '../../../src/domain/list.ts';
import { FormDialog } from '../kit/dialog.tsx';
import { needed, useSentForm } from '../kit/form.ts';
import { call } from '../live/desk.ts';

type Filled = {
  readonly name: string;
  readonly kind: ListKind;
  readonly purpose: ListPurpose;
  readonly note: string;
};
const EMPTY: Filled = { name: '', kind: 'device', purpose: 'block', note: '' };

export function NewList(props: { readonly onClose: () => void; readonly onMade: (name: string) => void }) {
  const { fields, field, ...form } = useSentForm({
    initial: EMPTY,
    rules: { name: needed('Give it a name.') },
    async send(body) {
      await call('makeList', { body });
      props.onMade(body.name);
    },
  });
  return (
    <FormDialog title="New list" form={form} action="Make" onClose={props.onClose}>
      <TextInput
        label="Name"
        description="Small letters, digits, hyphens: rules name it so"
        size="xs"
        required
        data-autofocus
        {...field('name')}
        onChange={(event) =>
          fields.setFieldValue('name', event.currentTarget.value.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-'))
        }
      />
      <Select label="Of" size="xs" mt={8} data={LIST_KINDS} allowDeselect={false} {...field('kind')} />
      <Select label="To" size="xs" mt={8} data={LIST_PURPOSES} allowDeselect={false} {...field('purpose')} />
      <TextInput label="What it is for" size="xs" mt={8} {...field('note')} />
    </FormDialog>
  );
}
