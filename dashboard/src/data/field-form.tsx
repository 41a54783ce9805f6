// Declaring a field, or changing what is said of it.
import { Checkbox, NumberInput, Select, Textarea, TextInput } from '@mantine/core';
import { FormDialog } from '../kit/dialog.tsx';
import { needed, useSentForm } from '../kit/form.ts';
import { type Field, put } from './document.ts';
import type { Draft } from './draft.ts';
import { canBeFeature, hasBounds, hasValues, TYPE_CHOICES } from './field-words.ts';

type Filled = {
  name: string;
  type: Field['type'];
  description: string;
  personal: boolean;
  minimum: number | '';
  maximum: number | '';
  /** One a line. */
  values: string;
  feature: boolean;
};

const filledOf = ({
  name,
  type,
  description,
  personal,
  minimum,
  maximum,
  values,
  feature,
}: Field): Filled => ({
  name,
  type,
  description,
  personal,
  minimum: minimum ?? '',
  maximum: maximum ?? '',
  values: values?.join('\n') ?? '',
  feature: feature ?? true,
});

function fieldOf({ minimum, maximum, values, feature, ...said }: Filled): Field {
  const allowed = values
    .split('\n')
    .map((value) => value.trim())
    .filter((value) => value !== '');
  return {
    name: said.name.trim(),
    type: said.type,
    description: said.description.trim(),
    personal: said.personal,
    ...(hasBounds(said.type) && minimum !== '' && { minimum }),
    ...(hasBounds(said.type) && maximum !== '' && { maximum }),
    ...(hasValues(said.type) && allowed.length > 0 && { values: allowed }),
    ...(canBeFeature(said.type) && !feature && { feature }),
  };
}

export const NEW_FIELD: Field = { name: '', type: 'category', description: '', personal: false };

export function FieldForm(props: {
  readonly draft: Draft;
  readonly field: Field;
  readonly isNew: boolean;
  readonly onClose: () => void;
}) {
  const { draft, field: declared, isNew, onClose } = props;
  const before = isNew ? undefined : declared.name;
  const form = useSentForm<Filled>({
    initial: filledOf(declared),
    rules: {
      name: needed('Give it a name, as it stands in attributes.'),
      description: needed('Say what it is.'),
    },
    async send(filled) {
      const field = fieldOf(filled);
      const words = isNew
        ? `${field.name} is declared in the draft.`
        : `${field.name} is changed in the draft.`;
      await draft.save(put('fields', field, before), words, { part: 'fields', before });
      onClose();
    },
  });
  const { fields, field } = form;
  const { type } = fields.values;
  const limit = (name: 'minimum' | 'maximum') => ({
    ...field(name),
    onChange: (value: string | number) => fields.setFieldValue(name, typeof value === 'number' ? value : ''),
  });
  return (
    <FormDialog
      title={isNew ? 'Declare a field' : `Field ${declared.name}`}
      form={form}
      action={isNew ? 'Declare' : 'Change'}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        description="Its path in attributes, such as customer.segment"
        size="xs"
        required
        {...(isNew && declared.name === '' && { 'data-autofocus': true })}
        {...field('name')}
      />
      <Select label="Type" size="xs" mt={8} data={TYPE_CHOICES} allowDeselect={false} {...field('type')} />
      <TextInput
        label="What it is"
        size="xs"
        mt={8}
        required
        {...(declared.name !== '' && { 'data-autofocus': true })}
        {...field('description')}
      />
      {hasBounds(type) && (
        <div className="filters" style={{ marginTop: 8 }}>
          <NumberInput label="At least" size="xs" w={150} {...limit('minimum')} />
          <NumberInput label="At most" size="xs" w={150} {...limit('maximum')} />
        </div>
      )}
      {hasValues(type) && (
        <Textarea
          label="The only values allowed"
          description="One a line; any where nothing stands here"
          size="xs"
          mt={8}
          rows={3}
          {...field('values')}
        />
      )}
      <Checkbox
        label="Personal: hidden from who may not see identifiers, erased with the person"
        size="xs"
        mt={12}
        checked={fields.values.personal}
        onChange={(event) => fields.setFieldValue('personal', event.currentTarget.checked)}
      />
      {canBeFeature(type) && (
        <Checkbox
          label="A feature by itself: models and rules see it"
          size="xs"
          mt={8}
          checked={fields.values.feature}
          onChange={(event) => fields.setFieldValue('feature', event.currentTarget.checked)}
        />
      )}
    </FormDialog>
  );
}
