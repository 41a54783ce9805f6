// Who acts: at a desk without accounts a name is asked for.
import { TextInput } from '@mantine/core';
import { needed, type SentForm } from '../kit/form.ts';
import { useSignedInName } from '../live/me.ts';

type Named = { readonly who: string };

export const NAME_NEEDED = { who: needed('Give your name.') };

export function YourName({ field }: { readonly field: SentForm<Named>['field'] }) {
  if (useSignedInName() !== undefined) return null;
  return <TextInput label="Your name" size="xs" required {...field('who')} />;
}
