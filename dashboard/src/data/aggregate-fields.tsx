// What is measured over the history of an entity.
import { Autocomplete, Button, Checkbox, MultiSelect, NumberInput, Select } from '@mantine/core';
import { useState } from 'react';
import type { SentForm } from '../kit/form.ts';
import { CelInput } from './cel-input.tsx';
import type { WholeDocument } from './document.ts';
import { canCount, type Filled, TIME_UNITS } from './feature-draft.ts';
import { MEASURE_CHOICES, needsOf } from './feature-words.ts';
import {
  conditionNames,
  entityChoices,
  eventChoices,
  keyChoices,
  numberChoices,
  placeChoices,
} from './names.ts';

const WINDOWS = ['10m', '1h', '6h', '24h', '7d', '30d', '90d'];

type Parts = {
  readonly form: SentForm<Filled>;
  readonly document: WholeDocument;
  readonly places: ReadonlyMap<string, string>;
};

export function AggregateFields(props: Parts) {
  const { form, document, places } = props;
  const { fields, field } = form;
  const { measure, where } = fields.values;
  const needs = needsOf(measure);
  const [more, setMore] = useState(false);
  return (
    <>
      <div className="pair">
        <Select
          label="Measure"
          size="xs"
          searchable
          allowDeselect={false}
          data={MEASURE_CHOICES}
          {...field('measure')}
          error={places.get('measure')}
        />
        <Select
          label="For each"
          size="xs"
          searchable
          allowDeselect={false}
          data={entityChoices(document)}
          {...field('entity')}
          error={places.get('entity')}
        />
      </div>
      <Of {...props} />
      {needs?.window !== 'none' && (
        <Autocomplete
          label="Within"
          description={
            needs?.window === 'possible' ? 'All that is known where nothing stands here' : undefined
          }
          placeholder="24h"
          size="xs"
          data={WINDOWS}
          {...field('window')}
          error={places.get('window')}
        />
      )}
      {needs?.isTime && (
        <Select label="In" size="xs" allowDeselect={false} data={[...TIME_UNITS]} {...field('unit')} />
      )}
      {needs && !needs.frauds && (
        <MultiSelect
          label="Counting"
          description="Transactions, or events of these kinds"
          placeholder={fields.values.events.length > 0 ? undefined : 'transactions'}
          size="xs"
          data={eventChoices(document)}
          {...field('events')}
          error={places.get('events')}
        />
      )}
      {needs?.where && (
        <CelInput
          label="Where"
          about="Only what meets it counts; all where nothing stands here"
          example={'transaction.channel == "ecommerce"   (Ctrl Space for names)'}
          names={() => conditionNames(document)}
          value={where}
          problem={places.get('where')}
          onChange={(value) => fields.setFieldValue('where', value)}
        />
      )}
      {canCount(fields.values) && (
        <Checkbox
          label="The transaction itself counts"
          size="xs"
          checked={fields.values.current}
          onChange={(event) => fields.setFieldValue('current', event.currentTarget.checked)}
        />
      )}
      {more ? (
        <More {...props} />
      ) : (
        needs &&
        (needs.delay || needs.upTo || needs.times || needs.limit) && (
          <div>
            <Button size="compact-xs" variant="subtle" onClick={() => setMore(true)}>
              Delay, limits …
            </Button>
          </div>
        )
      )}
    </>
  );
}

/** What the measure is of. */
function Of({ form, document, places }: Parts) {
  const { fields, field } = form;
  const kind = needsOf(fields.values.measure)?.of;
  const problem = places.get('of');
  if (kind === 'text' || kind === 'place') {
    return (
      <Select
        label="Of"
        placeholder="A field"
        size="xs"
        searchable
        data={kind === 'text' ? keyChoices(document) : placeChoices(document)}
        {...field('of')}
        value={fields.values.of || null}
        error={problem}
        onChange={(value) => fields.setFieldValue('of', value ?? '')}
      />
    );
  }
  if (kind === 'number') {
    return (
      <Autocomplete
        label="Of"
        description="A field, or an expression that gives a number"
        placeholder="amount"
        size="xs"
        data={numberChoices(document)}
        {...field('of')}
        error={problem}
      />
    );
  }
  if (kind !== 'truth') return null;
  return (
    <CelInput
      label="That meet"
      about="An expression that is true or false"
      example={'transaction.channel == "ecommerce"   (Ctrl Space for names)'}
      names={() => conditionNames(document)}
      value={fields.values.of}
      problem={problem}
      onChange={(value) => fields.setFieldValue('of', value)}
    />
  );
}

function More({ form, places }: Parts) {
  const { fields, field } = form;
  const needs = needsOf(fields.values.measure);
  const whole = (name: 'upTo' | 'times' | 'limit') => ({
    ...field(name),
    error: places.get(name),
    onChange: (value: string | number) => fields.setFieldValue(name, typeof value === 'number' ? value : ''),
  });
  return (
    <div className="pair">
      {needs?.delay && (
        <Autocomplete
          label="Ending before"
          description="For what is known late, such as frauds"
          placeholder="now"
          size="xs"
          data={['1d', '7d', '30d']}
          {...field('delay')}
          error={places.get('delay')}
        />
      )}
      {needs?.upTo && (
        <NumberInput
          label="Values told apart"
          placeholder="16"
          size="xs"
          min={1}
          max={64}
          {...whole('upTo')}
        />
      )}
      {needs?.times && (
        <NumberInput
          label="Unusual from times the usual"
          placeholder="3"
          size="xs"
          min={1}
          {...whole('times')}
        />
      )}
      {needs?.limit && <NumberInput label="At most" size="xs" min={1} {...whole('limit')} />}
    </div>
  );
}
