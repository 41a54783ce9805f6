// What follows where the condition of a rule holds: the action, the reason, and how important it is.
import { NumberInput, Select, TextInput } from '@mantine/core';
import type { SentForm } from '../kit/form.ts';
import { NOT_SHOWN } from '../kit/hidden.tsx';
import type { RuleDraft } from './rule-draft.ts';

const ACTION_CHOICES = [
  { value: 'review', label: 'send to review' },
  { value: 'decline', label: 'decline' },
  { value: 'approve', label: 'approve' },
  { value: 'tag', label: 'only tag' },
] as const;

export function RuleFields(props: {
  readonly form: SentForm<RuleDraft>;
  readonly isNew: boolean;
  readonly hidden: boolean;
  readonly mayEdit: boolean;
}) {
  const { hidden, mayEdit } = props;
  const { fields, field } = props.form;
  return (
    <>
      {props.isNew && (
        <TextInput
          label="Name"
          description="Small letters, digits, hyphens"
          size="xs"
          required
          {...field('id')}
          onChange={(event) =>
            fields.setFieldValue('id', event.currentTarget.value.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-'))
          }
        />
      )}
      <Select
        label="Then"
        size="xs"
        readOnly={!mayEdit}
        data={ACTION_CHOICES}
        allowDeselect={false}
        {...field('action')}
      />
      <TextInput
        label="Because"
        description={hidden ? NOT_SHOWN : 'What the analyst reads'}
        size="xs"
        required
        readOnly={!mayEdit || hidden}
        {...field('text')}
      />
      <NumberInput
        label="Priority"
        description="1 is the most important"
        size="xs"
        min={1}
        max={1000}
        readOnly={!mayEdit}
        {...field('priority')}
        onChange={(value) => fields.setFieldValue('priority', Number(value) || 50)}
      />
    </>
  );
}
