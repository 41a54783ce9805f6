// An entry that is put into a list: what, until when, why.
import { Button, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { call } from '../live/desk.ts';
import { waitsForSecond } from '../proposals/index.ts';

const DAY_MS = 86_400_000;
const FOR_GOOD = 'never';
const UNTIL = [
  { value: FOR_GOOD, label: 'for good' },
  { value: '1', label: 'for a day' },
  { value: '7', label: 'for a week' },
  { value: '30', label: 'for 30 days' },
] as const;

export function EntryForm(props: { readonly list: string; readonly run: (work: Promise<string>) => void }) {
  const [value, setValue] = useState('');
  const [days, setDays] = useState<string>(FOR_GOOD);
  const [note, setNote] = useState('');
  async function add(): Promise<string> {
    const end = new Date(Date.now() + Number(days) * DAY_MS);
    const entry = { value, note, ...(days !== FOR_GOOD && { expiresAt: end.toISOString() }) };
    const answer = await call('putEntries', { params: { name: props.list }, body: { entries: [entry] } });
    setValue('');
    setNote('');
    return waitsForSecond(answer) ?? `${value} is in the list.`;
  }
  return (
    <form
      className="filters"
      onSubmit={(event) => {
        event.preventDefault();
        props.run(add());
      }}
    >
      <TextInput
        size="xs"
        aria-label="New entry"
        placeholder="New entry"
        required
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
      />
      <Select
        size="xs"
        w={130}
        aria-label="Until"
        allowDeselect={false}
        value={days}
        onChange={(chosen) => setDays(chosen ?? FOR_GOOD)}
        data={UNTIL}
      />
      <TextInput
        size="xs"
        aria-label="Why"
        placeholder="Why"
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <Button size="xs" type="submit">
        Add
      </Button>
    </form>
  );
}
