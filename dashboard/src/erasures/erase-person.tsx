// Erasing a person: by what they are named, what would go and what stands in the way, and the last question.
import { Button, Group, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { ACCOUNT_FIELD, MAX_IDENTIFIERS, type PersonIdentifier } from '../../../src/domain/erasure.ts';
import type { ErasurePlan } from '../../../src/protocol/erasures.ts';
import { FormDialog } from '../kit/dialog.tsx';
import { needed, useSentForm } from '../kit/form.ts';
import { count } from '../kit/format.ts';
import { Panel, Problem } from '../kit/parts.tsx';
import { call, outdated } from '../live/desk.ts';
import { Counts } from './counts.tsx';

type Field = { readonly value: string; readonly label: string };

const NOBODY: readonly PersonIdentifier[] = [{ field: ACCOUNT_FIELD, value: '' }];

export function ErasePerson(props: { readonly fields: readonly Field[] }) {
  const [names, setNames] = useState(NOBODY);
  const [plan, setPlan] = useState<ErasurePlan>();
  const [problem, setProblem] = useState<string>();
  const [looking, setLooking] = useState(false);
  const [asking, setAsking] = useState(false);
  const person = names
    .map(({ field, value }) => ({ field, value: value.trim() }))
    .filter(({ value }) => value !== '');
  const change = (next: readonly PersonIdentifier[]): void => {
    setNames(next);
    setPlan(undefined);
    setProblem(undefined);
  };
  async function look(asked: readonly PersonIdentifier[]): Promise<void> {
    setLooking(true);
    setProblem(undefined);
    try {
      setPlan(await call('planErasure', { body: { person: asked.map((one) => ({ ...one })) } }));
    } catch (error) {
      setPlan(undefined);
      setProblem((error as Error).message);
    }
    setLooking(false);
  }
  const add = (name: PersonIdentifier): void => {
    const next = [...person, name];
    change(next);
    void look(next);
  };
  return (
    <Panel title="Erase a person" note="By accounts, and by fields that are personal">
      <p className="muted">
        Of the person’s records goes whatever is personal; decisions, amounts, times and scores stay, and
        nobody can tell any more whose they were. A record that states one of these names is theirs.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void look(person);
        }}
      >
        {names.map((name, i) => (
          <NameRow
            // biome-ignore lint/suspicious/noArrayIndexKey: rows do not change places
            key={i}
            name={name}
            fields={props.fields}
            onChange={(changed) => change(names.map((one, at) => (at === i ? changed : one)))}
            onRemove={names.length > 1 ? () => change(names.filter((_, at) => at !== i)) : undefined}
          />
        ))}
        <Group gap={8} mt={8}>
          <Button size="xs" type="submit" loading={looking} disabled={person.length === 0}>
            What would go
          </Button>
          <Button
            size="xs"
            variant="default"
            disabled={names.length >= MAX_IDENTIFIERS}
            onClick={() => change([...names, { field: ACCOUNT_FIELD, value: '' }])}
          >
            Another name
          </Button>
        </Group>
      </form>
      <Problem text={problem} />
      {plan && <Plan plan={plan} onAdd={add} onErase={() => setAsking(true)} />}
      {plan && asking && (
        <LastQuestion
          person={person}
          plan={plan}
          onClose={() => setAsking(false)}
          onBegun={() => {
            setAsking(false);
            change(NOBODY);
            outdated('listErasures');
          }}
        />
      )}
    </Panel>
  );
}

function NameRow(props: {
  readonly name: PersonIdentifier;
  readonly fields: readonly Field[];
  readonly onChange: (name: PersonIdentifier) => void;
  readonly onRemove: (() => void) | undefined;
}) {
  const { name, fields, onChange, onRemove } = props;
  return (
    <div className="filters" style={{ marginTop: 6 }}>
      <Select
        size="xs"
        aria-label="Field"
        data={
          fields.some(({ value }) => value === name.field)
            ? fields
            : [...fields, { value: name.field, label: name.field }]
        }
        allowDeselect={false}
        value={name.field}
        onChange={(field) => field !== null && onChange({ ...name, field })}
      />
      <TextInput
        size="xs"
        aria-label="Value"
        placeholder="Its value"
        autoComplete="off"
        style={{ flex: '1 1 220px', maxWidth: 420 }}
        value={name.value}
        onChange={(event) => onChange({ ...name, value: event.currentTarget.value })}
      />
      {onRemove && (
        <Button size="compact-xs" variant="default" onClick={onRemove}>
          Leave out
        </Button>
      )}
    </div>
  );
}

function Plan(props: {
  readonly plan: ErasurePlan;
  readonly onAdd: (name: PersonIdentifier) => void;
  readonly onErase: () => void;
}) {
  const { plan, onAdd, onErase } = props;
  const { counts, holds, related, isComplete } = plan;
  return (
    <section aria-label="What would go" style={{ marginTop: 12 }}>
      <p>
        <b>Would go:</b> <Counts counts={counts} />
        {!isComplete && ', at least: there is more than can be looked through while you wait'}
      </p>
      {related.length > 0 && (
        <>
          <p className="muted">
            Named beside them in these records. What is theirs as well is erased wherever it stands once you
            add it:
          </p>
          <ul className="names">
            {related.map(({ field, value, records }) => (
              <li key={`${field}=${value}`}>
                <code>
                  {field} = {value}
                </code>{' '}
                <span className="muted">in {count(records)}</span>{' '}
                <Button size="compact-xs" variant="default" onClick={() => onAdd({ field, value })}>
                  Add
                </Button>
              </li>
            ))}
          </ul>
        </>
      )}
      {holds.length > 0 ? (
        <div role="alert" className="problem">
          This person cannot be erased yet. Before that, somebody has to
          <ul>
            {holds.map(({ kind, id, todo }) => (
              <li key={`${kind} ${id}`}>{todo}</li>
            ))}
          </ul>
        </div>
      ) : (
        <Button size="xs" color="red.9" onClick={onErase}>
          Erase …
        </Button>
      )}
    </section>
  );
}

function LastQuestion(props: {
  readonly person: readonly PersonIdentifier[];
  readonly plan: ErasurePlan;
  readonly onClose: () => void;
  readonly onBegun: () => void;
}) {
  const { person, plan, onClose, onBegun } = props;
  const form = useSentForm({
    initial: { reference: '' },
    rules: { reference: needed('Say what the bank calls the request.') },
    async send({ reference }) {
      await call('erasePerson', {
        body: { person: person.map((one) => ({ ...one })), reference: reference.trim() },
      });
      onBegun();
    },
  });
  return (
    <FormDialog title="Erase this person?" form={form} action="Erase" destroys onClose={onClose}>
      <p>
        {person.map(({ field, value }) => (
          <code key={field + value} style={{ display: 'block', overflowWrap: 'anywhere' }}>
            {field} = {value}
          </code>
        ))}
      </p>
      <p>
        What is personal goes from <Counts counts={plan.counts} />, and the name from everything else that
        names them. Nothing brings it back.
      </p>
      <TextInput
        label="Reference"
        description="What the bank calls the request, such as DSR-2026-17. It stays, and must not name the person"
        size="xs"
        mt={8}
        required
        data-autofocus
        {...form.field('reference')}
      />
    </FormDialog>
  );
}
