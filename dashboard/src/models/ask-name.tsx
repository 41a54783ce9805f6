// Whoever moves a model is named in its history; the browser remembers the name.
import { TextInput } from '@mantine/core';
import { FormDialog } from '../kit/dialog.tsx';
import { useSentForm } from '../kit/form.ts';
import { useSignedInName } from '../live/me.ts';
import { rememberedName, rememberName } from './remembered-name.ts';
import { NAME_NEEDED, YourName } from './your-name.tsx';

export function AskName(props: {
  readonly title: string;
  readonly about: string;
  readonly action: string;
  readonly onClose: () => void;
  readonly onNamed: (named: { readonly who: string; readonly note: string }) => Promise<void>;
}) {
  const signedIn = useSignedInName();
  const form = useSentForm({
    initial: { who: signedIn ?? rememberedName(), note: '' },
    rules: NAME_NEEDED,
    async send({ who, note }) {
      rememberName(who.trim());
      await props.onNamed({ who: who.trim(), note: note.trim() });
      props.onClose();
    },
  });
  return (
    <FormDialog title={props.title} form={form} action={props.action} onClose={props.onClose}>
      <p className="muted">{props.about}</p>
      <YourName field={form.field} />
      <TextInput label="Note" size="xs" {...form.field('note')} />
    </FormDialog>
  );
}
