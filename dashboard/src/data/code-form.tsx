// A kind of event, a type or a channel besides those of the program.
import { TextInput } from '@mantine/core';
import { FormDialog } from '../kit/dialog.tsx';
import { needed, useSentForm } from '../kit/form.ts';
import { type Code, type CodePart, put } from './document.ts';
import type { Draft } from './draft.ts';

export const CODE_WORDS: Readonly<Record<CodePart, { readonly one: string; readonly example: string }>> = {
  events: { one: 'kind of event', example: 'card_blocked' },
  types: { one: 'type of transaction', example: 'standing_order' },
  channels: { one: 'channel', example: 'wallet' },
};

export function CodeForm(props: {
  readonly draft: Draft;
  readonly part: CodePart;
  readonly code: Code | undefined;
  readonly onClose: () => void;
}) {
  const { draft, part, code, onClose } = props;
  const { one, example } = CODE_WORDS[part];
  const before = code?.name;
  const form = useSentForm({
    initial: { name: code?.name ?? '', description: code?.description ?? '' },
    rules: { name: needed('Give it a name.'), description: needed('Say what it is.') },
    async send({ name, description }) {
      const next = { name: name.trim(), description: description.trim() };
      const words = `${next.name} is ${code ? 'changed' : 'declared'} in the draft.`;
      await draft.save(put(part, next, before), words, { part, before });
      onClose();
    },
  });
  return (
    <FormDialog
      title={code ? `${code.name}` : `Declare a ${one}`}
      form={form}
      action={code ? 'Change' : 'Declare'}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        description={`As it is sent, such as ${example}`}
        size="xs"
        required
        data-autofocus
        {...form.field('name')}
      />
      <TextInput label="What it is" size="xs" mt={8} required {...form.field('description')} />
    </FormDialog>
  );
}
