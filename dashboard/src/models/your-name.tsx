// Who acts: at a desk without accounts a name is asked for.
import { TextInput } from '@mantine/core';
import { useSignedInName } from '../live/me.ts';

export function YourName(props: { readonly who: string; readonly onWho: (who: string) => void }) {
  if (useSignedInName() !== undefined) return null;
  return (
    <TextInput
      label="Your name"
      size="xs"
      required
      value={props.who}
      onChange={(event) => props.onWho(event.currentTarget.value)}
    />
  );
}
