// The dialog that makes a list.
import { Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { LIST_KINDS, LIST_PURPOSES, type ListKind, type ListPurpose } from '../../../src/domain/list.ts';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { Problem } from '../kit/parts.tsx';
import { call } from '../live/desk.ts';

export function NewList(props: { readonly onClose: () => void; readonly onMade: (name: string) => void }) {
  const [name, setName] = useState('');
  const [kind, setKind] = useState<ListKind>('device');
  const [purpose, setPurpose] = useState<ListPurpose>('block');
  const [note, setNote] = useState('');
  const [problem, setProblem] = useState<string>();
  return (
    <Dialog title="New list" onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          call('makeList', { body: { name, kind, purpose, note } }).then(
            () => props.onMade(name),
            (error: Error) => setProblem(error.message),
          );
        }}
      >
        <TextInput
          label="Name"
          description="Small letters, digits, hyphens: rules name it so"
          size="xs"
          required
          value={name}
          onChange={(event) =>
            setName(event.currentTarget.value.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-'))
          }
        />
        <Select
          label="Of"
          size="xs"
          mt={8}
          data={LIST_KINDS}
          value={kind}
          onChange={(value) => setKind(LIST_KINDS.find((one) => one === value) ?? kind)}
          allowDeselect={false}
        />
        <Select
          label="To"
          size="xs"
          mt={8}
          data={LIST_PURPOSES}
          value={purpose}
          onChange={(value) => setPurpose(LIST_PURPOSES.find((one) => one === value) ?? purpose)}
          allowDeselect={false}
        />
        <TextInput
          label="What it is for"
          size="xs"
          mt={8}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Problem text={problem} />
        <DialogActions submit="Make" onClose={props.onClose} />
      </form>
    </Dialog>
  );
}
