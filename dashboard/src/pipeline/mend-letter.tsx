// A dead letter mended: its record in an editor, or one field of many records; each is tried at once.
import { Text, Textarea, TextInput } from '@mantine/core';
import type { DeadLetterRow, LetterMend } from '../../../src/protocol/dead-letters.ts';
import { FormDialog } from '../kit/dialog.tsx';
import { needed, useSentForm } from '../kit/form.ts';
import { call } from '../live/desk.ts';

/** With a line for each field, where it is JSON. */
function laidOut(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}

const problemAt = ({ pointer, message }: DeadLetterRow['problems'][number]): string =>
  pointer && !message.startsWith(pointer.slice(1)) ? `${pointer}: ${message}` : message;

export function MendLetter(props: {
  readonly row: DeadLetterRow;
  readonly onClose: () => void;
  readonly onMended: (detail: string) => void;
}) {
  const { row, onClose, onMended } = props;
  const form = useSentForm({
    initial: { record: laidOut(row.mended ?? row.raw ?? '') },
    rules: { record: needed('A record cannot be nothing.') },
    async send({ record }) {
      const { detail } = await call('mendDeadLetter', { params: { id: row.id }, body: { record } });
      onMended(`Dead letter ${row.id} is mended. ${detail}`);
    },
  });
  return (
    <FormDialog
      title={`Mend dead letter ${row.id}`}
      form={form}
      action="Mend and try again"
      onClose={onClose}
    >
      <ul className="problem">
        {row.problems.map((one) => (
          <li key={`${one.pointer} ${one.message}`}>{problemAt(one)}</li>
        ))}
      </ul>
      <Textarea
        label="Record"
        description={
          row.step === null
            ? 'As it should have been sent, as JSON. What was sent is kept beside it.'
            : 'As it should have been sent, as JSON; its id and account stay. What was sent is kept beside it.'
        }
        autosize
        minRows={8}
        maxRows={22}
        spellCheck={false}
        data-autofocus
        classNames={{ input: 'code' }}
        {...form.field('record')}
      />
    </FormDialog>
  );
}

/** What was typed is JSON where it reads as such, and a text where it does not. */
function asJson(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return '';
  try {
    JSON.parse(trimmed);
    return trimmed;
  } catch {
    return JSON.stringify(text);
  }
}

export function MendAlike(props: {
  readonly letters: number;
  readonly onClose: () => void;
  readonly onMend: (mend: LetterMend) => Promise<void>;
}) {
  const { letters, onClose, onMend } = props;
  const form = useSentForm({
    initial: { field: '', value: '' },
    rules: { field: needed('Which field? A field inside of another is written merchant/id.') },
    async send({ field, value }) {
      await onMend({ pointer: `/${field.trim().replace(/^\//, '')}`, value: asJson(value) });
    },
  });
  return (
    <FormDialog
      title={`Mend ${letters} dead letters alike`}
      form={form}
      action="Mend and try again"
      onClose={onClose}
    >
      <Text size="sm">
        The field gets this value in each record, and each is tried by itself. What was sent is kept.
      </Text>
      <TextInput
        label="Field"
        placeholder="currency"
        data-autofocus
        required
        mt={8}
        {...form.field('field')}
      />
      <TextInput
        label="Value"
        description="A text, a number or other JSON; empty takes the field out."
        placeholder="EUR"
        mt={8}
        {...form.field('value')}
      />
    </FormDialog>
  );
}
