// What follows where the condition of a rule holds: the action, the reason, and how important it is.
import { NumberInput, Select, TextInput } from '@mantine/core';
import { RULE_ACTIONS } from '../../../src/domain/decision.ts';
import { NOT_SHOWN } from '../kit/hidden.tsx';
import type { RuleDraft } from './rule-draft.ts';

const ACTION_CHOICES = [
  { value: 'review', label: 'send to review' },
  { value: 'decline', label: 'decline' },
  { value: 'approve', label: 'approve' },
  { value: 'tag', label: 'only tag' },
] as const;

export function RuleFields(props: {
  readonly draft: RuleDraft;
  readonly isNew: boolean;
  readonly hidden: boolean;
  readonly mayEdit: boolean;
  readonly onChange: (more: Partial<RuleDraft>) => void;
}) {
  const { draft, hidden, mayEdit, onChange } = props;
  return (
    <>
      {props.isNew && (
        <TextInput
          label="Name"
          description="Small letters, digits, hyphens"
          size="xs"
          required
          value={draft.id}
          onChange={(event) =>
            onChange({ id: event.currentTarget.value.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-') })
          }
        />
      )}
      <Select
        label="Then"
        size="xs"
        readOnly={!mayEdit}
        data={ACTION_CHOICES}
        value={draft.action}
        allowDeselect={false}
        onChange={(value) =>
          onChange({ action: RULE_ACTIONS.find((action) => action === value) ?? 'review' })
        }
      />
      <TextInput
        label="Because"
        description={hidden ? NOT_SHOWN : 'What the analyst reads'}
        size="xs"
        required
        readOnly={!mayEdit || hidden}
        value={draft.text}
        onChange={(event) => onChange({ text: event.currentTarget.value })}
      />
      <NumberInput
        label="Priority"
        description="1 is the most important"
        size="xs"
        min={1}
        max={1000}
        readOnly={!mayEdit}
        value={draft.priority}
        onChange={(value) => onChange({ priority: Number(value) || 50 })}
      />
    </>
  );
}
