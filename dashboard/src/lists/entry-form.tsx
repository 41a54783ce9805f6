// An entry that is put into a list: what, until when, why.
import { Select, TextInput } from '@mantine/core';
import { needed, useSentForm } from '../kit/form.ts';
import { Form, FormProblem, SendButton } from '../kit/form-parts.tsx';
import { call } from '../live/desk.ts';
import { waitsForSecond } from '../proposals/index.ts';

const DAY_MS = 86_400_000;
const FOR_GOOD = 'never';
const UNTIL = [
  { value: FOR_GOOD, label: 'for good' },
  { value: '1', label: 'for a day' },
  { value: '7', label: 'for a week' },
  { value: '30', label: 'for 30 days' },
];

export function EntryForm(props: { readonly list: string; readonly onPut: (said: string) => void }) {
  const form = useSentForm({
    initial: { value: '', days: FOR_GOOD, note: '' },
    rules: { value: needed('Type what is to be in the list.') },
    async send({ value, days, note }, fields) {
      const end = new Date(Date.now() + Number(days) * DAY_MS);
      const entry = { value, note, ...(days !== FOR_GOOD && { expiresAt: end.toISOString() }) };
      const answer = await call('putEntries', { params: { name: props.list }, body: { entries: [entry] } });
      fields.setValues({ value: '', note: '' });
      props.onPut(waitsForSecond(answer) ?? `${value} is in the list.`);
    },
  });
  const { field } = form;
  return (
    <Form form={form} className="filters">
      <TextInput size="xs" aria-label="New entry" placeholder="New entry" required {...field('value')} />
      <Select size="xs" w={130} aria-label="Until" allowDeselect={false} data={UNTIL} {...field('days')} />
      <TextInput size="xs" aria-label="Why" placeholder="Why" {...field('note')} />
      <SendButton form={form}>Add</SendButton>
      <FormProblem form={form} />
    </Form>
  );
}
