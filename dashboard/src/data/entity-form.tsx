// Declaring an entity: what histories of own features are kept of.
import { Select, TextInput } from '@mantine/core';
import { FormDialog } from '../kit/dialog.tsx';
import { needed, useSentForm } from '../kit/form.ts';
import { type Entity, put, type WholeDocument } from './document.ts';
import type { Draft } from './draft.ts';
import { keyChoices } from './names.ts';

type Filled = { name: string; description: string; first: string; second: string };

export function EntityForm(props: {
  readonly draft: Draft;
  readonly document: WholeDocument;
  readonly entity: Entity | undefined;
  readonly onClose: () => void;
}) {
  const { draft, document, entity, onClose } = props;
  const before = entity?.name;
  const form = useSentForm<Filled>({
    initial: {
      name: entity?.name ?? '',
      description: entity?.description ?? '',
      first: entity?.key[0] ?? '',
      second: entity?.key[1] ?? '',
    },
    rules: {
      name: needed('Give it a name, such as customer.'),
      description: needed('Say what it is.'),
      first: needed('Choose the field that names it.'),
    },
    async send({ name, description, first, second }) {
      const key = second === '' ? [first] : [first, second];
      const one = { name: name.trim(), description: description.trim(), key };
      const words = `${one.name} is ${entity ? 'changed' : 'declared'} in the draft.`;
      await draft.save(put('entities', one, before), words, { part: 'entities', before });
      onClose();
    },
  });
  const { field, fields } = form;
  const choices = keyChoices(document);
  return (
    <FormDialog
      title={entity ? `Entity ${entity.name}` : 'Declare an entity'}
      form={form}
      action={entity ? 'Change' : 'Declare'}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        description="Features say it: distinct devices of the customer"
        size="xs"
        required
        data-autofocus
        {...field('name')}
      />
      <TextInput label="What it is" size="xs" mt={8} required {...field('description')} />
      <Select
        label="Named by the field"
        size="xs"
        mt={8}
        required
        searchable
        data={choices}
        {...field('first')}
        onChange={(value) => fields.setFieldValue('first', value ?? '')}
      />
      <Select
        label="Together with"
        description="For a pair, such as a card at a merchant"
        size="xs"
        mt={8}
        searchable
        clearable
        data={choices}
        {...field('second')}
        onChange={(value) => fields.setFieldValue('second', value ?? '')}
      />
    </FormDialog>
  );
}
