// Writing a feature: what of what, for whom, over which window, where; its sentence and what is wrong while one types.
import { Autocomplete, Button, Select, Textarea, TextInput } from '@mantine/core';
import { useEffect, useMemo, useRef, useState } from 'react';
import { CONCEPTS } from '../../../src/domain/concept.ts';
import { useChangeSearch } from '../kit/change-search.ts';
import { needed, type SentForm, useSentForm } from '../kit/form.ts';
import { Form, FormProblem, SendButton } from '../kit/form-parts.tsx';
import { Panel } from '../kit/parts.tsx';
import { AggregateFields } from './aggregate-fields.tsx';
import { CelInput } from './cel-input.tsx';
import { type Feature, placeOf, put, type WholeDocument } from './document.ts';
import type { Draft } from './draft.ts';
import { useFeatureCheck } from './feature-check.ts';
import {
  EMPTY,
  type Filled,
  featureOf,
  filledOf,
  isWhole,
  SUGGESTED,
  suggested,
  unitFor,
} from './feature-draft.ts';
import { FeaturePreview } from './feature-preview.tsx';
import { suggestionFor } from './feature-words.ts';
import { expressionNames } from './names.ts';

const KIND_CHOICES = [
  { value: 'aggregate', label: 'over the history of an entity' },
  { value: 'expression', label: 'of the transaction and other features' },
  { value: 'field', label: 'a field as it stands' },
  { value: 'encoded', label: 'a category as its risk' },
] as const;

export function FeatureForm(props: {
  readonly draft: Draft;
  readonly document: WholeDocument;
  /** Undefined: a new one. */
  readonly feature: Feature | undefined;
}) {
  const { draft, document, feature: before } = props;
  const change = useChangeSearch<'/data'>();
  const close = (): void => change(before ? { edit: undefined } : { feature: undefined });
  const form = useSentForm<Filled>({
    initial: before ? filledOf(before) : EMPTY,
    rules: {
      name: needed('Give it a name.'),
      description: needed('Say what it is.'),
    },
    async send(filled) {
      const next = featureOf(filled, before);
      const words = `${next.name} is ${before ? 'changed' : 'written'} in the draft.`;
      await draft.save(put('features', next, before?.name), words, {
        part: 'features',
        before: before?.name,
      });
      change({ feature: next.name, edit: undefined });
    },
  });
  useSuggestions(form, draft, document, before);
  const filled = form.fields.values;
  const written = useMemo(() => featureOf(filled, before), [filled, before]);
  const check = useFeatureCheck(
    isWhole(filled) ? put('features', written, before?.name)(document) : undefined,
    placeOf(document, 'features', before?.name),
    written.name,
  );
  return (
    <Panel
      title={before ? `Change ${before.name}` : 'New feature'}
      note={
        <Button size="compact-xs" variant="default" onClick={close}>
          Close
        </Button>
      }
    >
      <div className="feature-form" data-testid="feature-form">
        <Form form={form} className="workshop-side">
          <Choices form={form} document={document} draft={draft} places={check.places} />
          <Said form={form} places={check.places} />
          <div className="filters">
            <SendButton form={form}>{before ? 'Change in the draft' : 'Into the draft'}</SendButton>
          </div>
          <FormProblem form={form} />
        </Form>
        <FeaturePreview feature={written} check={check} isWhole={isWhole(filled)} />
      </div>
    </Panel>
  );
}

/** Name, description, sentence and unit follow the choices until somebody writes them. */
function useSuggestions(
  { fields }: SentForm<Filled>,
  { catalogue }: Draft,
  document: WholeDocument,
  before: Feature | undefined,
): void {
  const filled = fields.values;
  const taken = useMemo(
    () =>
      new Set(
        [...(catalogue?.features ?? []), ...document.features]
          .map(({ name }) => name)
          .filter((name) => name !== before?.name),
      ),
    [catalogue, document, before],
  );
  const last = useRef<Partial<Filled>>({});
  useEffect(() => {
    if (before || filled.kind !== 'aggregate') return;
    const offered = suggestionFor(featureOf(filled, undefined), unitFor(filled), taken);
    // What stands there and was not offered was written by somebody.
    const written = new Set(
      SUGGESTED.filter((name) => filled[name] !== '' && filled[name] !== last.current[name]),
    );
    if (!offered) return;
    const next = suggested(filled, offered, written);
    last.current = offered;
    if (SUGGESTED.some((name) => next[name] !== filled[name])) fields.setValues(next);
  }, [filled, taken, before, fields]);
}

type Parts = { readonly form: SentForm<Filled>; readonly places: ReadonlyMap<string, string> };

function Choices(props: Parts & { readonly document: WholeDocument; readonly draft: Draft }) {
  const { form, document, draft, places } = props;
  const { fields, field } = form;
  const { kind } = fields.values;
  const own = document.data.fields;
  return (
    <>
      <Select
        label="What it is computed of"
        size="xs"
        allowDeselect={false}
        data={KIND_CHOICES}
        {...field('kind')}
      />
      {kind === 'aggregate' && <AggregateFields form={form} document={document} places={places} />}
      {kind === 'expression' && (
        <CelInput
          label="Expression"
          about="A number, or true or false"
          example="transaction.amount / 100.0"
          names={() => expressionNames(document, draft.catalogue)}
          value={fields.values.expression}
          problem={places.get('expression')}
          onChange={(value) => fields.setFieldValue('expression', value)}
        />
      )}
      {(kind === 'field' || kind === 'encoded') && (
        <Select
          label="Field"
          size="xs"
          searchable
          data={own
            .filter(({ type }) =>
              kind === 'field'
                ? ['number', 'money', 'boolean'].includes(type)
                : ['category', 'text', 'id', 'email', 'ip', 'phone'].includes(type),
            )
            .map(({ name }) => name)}
          nothingFoundMessage="Declare one under Fields and entities."
          {...field('field')}
          error={places.get('field')}
          onChange={(value) => fields.setFieldValue('field', value ?? '')}
        />
      )}
    </>
  );
}

function Said({ form, places }: Parts) {
  const { field } = form;
  const [more, setMore] = useState(false);
  const withPlace = (name: keyof Filled) => {
    const input = field(name);
    return { ...input, error: input.error ?? places.get(name) };
  };
  return (
    <>
      <TextInput
        label="Name"
        description={`Rules say features.${form.fields.values.name || '…'}`}
        size="xs"
        required
        {...withPlace('name')}
      />
      <TextInput label="What it is" size="xs" required {...withPlace('description')} />
      <Textarea
        label="What an analyst reads"
        description="In braces: number, count, money, percent, days, hours, times, km of value"
        size="xs"
        autosize
        minRows={1}
        {...withPlace('sentence')}
      />
      {more ? (
        <>
          <TextInput label="Unit" size="xs" {...withPlace('unit')} />
          <Autocomplete
            label="What it is about"
            description="Reasons are told by concept: of the program, or your own word"
            placeholder="as its measure and entity say"
            size="xs"
            data={[...CONCEPTS]}
            {...withPlace('concept')}
          />
          <TextInput label="When it has no value" size="xs" {...withPlace('missing')} />
        </>
      ) : (
        <div>
          <Button size="compact-xs" variant="subtle" onClick={() => setMore(true)}>
            Unit, missing values …
          </Button>
        </div>
      )}
    </>
  );
}
